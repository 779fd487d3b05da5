package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/sim"
)

// rig is a server process with people in it.
type rig struct {
	t      *testing.T
	launch sim.Launch
	world  *sim.World
	server *sim.Process
}

// newRig populates a database ("" is SQLite in a temporary folder) and starts
// a server on it.
func newRig(t *testing.T, database string, crowd sim.Crowd, args ...string) *rig {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil { // as the program makes it
		t.Fatal(err)
	}
	if database == "" {
		database = "sqlite:" + filepath.Join(folder, "ovation.db")
	}
	r := &rig{t: t, launch: sim.Launch{Program: program, Folder: folder, Database: database, Args: args, Log: os.Stderr}}
	var err error
	if r.world, err = sim.Populate(t.Context(), database, crowd); err != nil {
		t.Fatal(err)
	}
	r.start()
	return r
}

func (r *rig) start() {
	r.t.Helper()
	var err error
	if r.server, err = r.launch.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(r.server.Kill)
}

// storm prepares a storm against the rig.
func (r *rig) storm(name string, connections int) *sim.Storm {
	r.t.Helper()
	s, err := sim.NewStorm(r.world, name, 42, connections, filepath.Join(r.t.TempDir(), "acks"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { s.Close() })
	return s
}

// rage runs the storm beside what follows; the returned function ends it.
func (r *rig) rage(s *sim.Storm) (end func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx, r.server.Address)
	}()
	select {
	case <-s.Raging():
	case <-time.After(20 * time.Second):
		cancel()
		<-done
		r.t.Fatalf("the storm got no gift through in 20 s: %v %v", s.Statuses(), s.Wrong())
	}
	return func() {
		cancel()
		<-done
	}
}

// settle asks for every gift of the storm again and proves the database.
func (r *rig) settle(s *sim.Storm) {
	r.t.Helper()
	if _, err := s.Replay(r.t.Context(), r.server.Address); err != nil {
		r.t.Fatal(err)
	}
	p, err := sim.Prove(r.t.Context(), r.launch.Database, s)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range p.Differences {
		r.t.Error(d)
	}
	acked, err := s.Acked()
	if err != nil || len(acked) == 0 {
		r.t.Fatalf("the storm acknowledged %d gifts: %v", len(acked), err)
	}
	r.t.Logf("%d gifts sent, %d acknowledged, statuses %v", s.Sent(), len(acked), s.Statuses())
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   string
	json   struct {
		Code    string `json:"code"`
		Detail  string `json:"detail"`
		Balance struct{ Amount int64 }
		Errors  []struct{ Pointer, Code, Detail string }
	}
}

// call sends a request with the host's key for a person ("" for nobody).
func (r *rig) call(method, path, person, key, body string) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.server.Address+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.world.Key)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if person != "" {
		req.Header.Set("Ovation-Person", person)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return r.do(req)
}

func (r *rig) do(req *http.Request) answer {
	r.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(text)}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(bytes.TrimSpace(text), &a.json); err != nil {
			r.t.Fatalf("%s %s: %v in %s", req.Method, req.URL, err, text)
		}
	}
	return a
}

// problem checks that the answer is the problem.
func (a answer) problem(t *testing.T, what string, status int, code string) {
	t.Helper()
	if a.status != status || a.json.Code != code || !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("%s: got %d %s (%s), want %d %s\n%s", what, a.status, a.json.Code, a.header.Get("Content-Type"), status, code, a.body)
	}
}

// heads says how far the journal and the events are.
func (r *rig) heads() string {
	r.t.Helper()
	d, err := db.Open(r.t.Context(), db.Config{URL: r.launch.Database, Clock: &clock.System{}, ReadOnly: true})
	if err != nil {
		r.t.Fatal(err)
	}
	defer d.Close()
	var heads string
	err = d.Read(r.t.Context(), func(tx *db.Tx) error {
		seq, _, _, err := ledger.Head(r.t.Context(), tx)
		if err != nil {
			return err
		}
		var events int64 // without what the background tells when it comes to it
		err = tx.Row(r.t.Context(), "SELECT COUNT(*) FROM outbox_event WHERE type <> 'leaderboard.changed'").Scan(&events)
		heads = fmt.Sprintf("transfer %d, %d events", seq, events)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return heads
}
