package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

func TestMain(m *testing.M) {
	if file := os.Getenv("OVATION_SANDBOX_CHILD"); file != "" {
		child(file)
		return
	}
	os.Exit(m.Run())
}

// child serves a sandbox until it is killed.
func child(file string) {
	clk := clock.NewManual(start)
	d, err := OpenDB(context.Background(), file, clk)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	s, err := New(Config{Clock: clk, DB: d})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(l.Addr())
	_ = http.Serve(l, s) // until the kill
}

// Each round charges as fast as it can and is killed in the middle. What was
// answered is there afterwards, and the same key gives the same charge.
func TestKill(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.db")
	answered := map[string]string{} // key → id
	next := 0
	for round := range 4 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "OVATION_SANDBOX_CHILD="+file)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || strings.HasPrefix(line, "error") {
			t.Fatalf("the child says %q %v", line, err)
		}
		charge := func(key string) (string, error) {
			req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+strings.TrimSpace(line)+"/v1/payment_intents",
				strings.NewReader("amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa"))
			if err != nil {
				return "", err
			}
			req.Header.Set("Authorization", "Bearer "+DefaultSecretKey)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Idempotency-Key", key)
			return idOf(http.DefaultClient.Do(req))
		}
		for key, id := range answered {
			if got, err := charge(key); err != nil || got != id {
				t.Fatalf("after the kill key %s gives %q, was %q (%v)", key, got, id, err)
			}
		}
		killed := time.AfterFunc(time.Duration(20+10*round)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		for {
			key := fmt.Sprintf("k%d", next)
			next++
			id, err := charge(key)
			if err != nil {
				break
			}
			answered[key] = id
		}
		killed.Stop()
		_ = cmd.Process.Kill() // where the connection broke for another reason
		_ = cmd.Wait()         // it was killed, which is an error of its own
	}
	s := reopen(t, file)
	if len(answered) == 0 {
		t.Fatal("no round answered anything")
	}
	kept := 0
	each(s.state, kindIntent, "", func(*paymentIntent) bool { kept++; return true })
	if kept < len(answered) || kept > len(answered)+4 {
		t.Fatalf("%d charges were answered, %d are there", len(answered), kept)
	}
	balanced(t, s)
}

func reopen(t *testing.T, file string) *Server {
	t.Helper()
	clk := clock.NewManual(start)
	d, err := OpenDB(context.Background(), file, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s, err := New(Config{Clock: clk, DB: d})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What is read back is what was written, for every kind of object.
func TestReadBack(t *testing.T) {
	d := dbtest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "s.db"), clock.NewManual(start), Migrations())
	s, clk := newBox(t, d)
	world(t, s)
	clk.Advance(96 * time.Hour)
	if _, err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := New(Config{Clock: clk, DB: d})
	if err != nil {
		t.Fatal(err)
	}
	if len(again.state.byID) != len(s.state.byID) {
		t.Fatalf("%d objects, %d after reading them again", len(s.state.byID), len(again.state.byID))
	}
	for id, r := range s.state.byID {
		was, err := json.Marshal(r.obj)
		if err != nil {
			t.Fatal(err)
		}
		is, err := json.Marshal(again.state.byID[id].obj)
		if err != nil {
			t.Fatal(err)
		}
		if string(was) != string(is) {
			t.Errorf("%s is read as\n%s\nand was\n%s", id, is, was)
		}
	}
	balanced(t, again)
}

// A request that can not be stored did not happen.
func TestStorageGone(t *testing.T) {
	d := dbtest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "s.db"), clock.NewManual(start), Migrations())
	s, _ := newBox(t, d)
	world(t, s)
	before := fmt.Sprint(s.Books())
	d.Close()
	a := ask(s, "POST", "/v1/payment_intents", "", "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa")
	if a.status != 500 || fmt.Sprint(s.Books()) != before {
		t.Fatalf("%d %s", a.status, a.body)
	}
}

// idOf reads the id of an answer.
func idOf(res *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var o struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(res.Body).Decode(&o); err != nil {
		return "", err
	}
	if o.ID == "" {
		return "", fmt.Errorf("status %d", res.StatusCode)
	}
	return o.ID, nil
}
