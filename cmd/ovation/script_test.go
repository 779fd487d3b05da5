package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ovationhq/ovation/internal/app"
)

// TestScripts runs what a person types (testdata/script/*.txtar).
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "sandbox": sandboxRuns, "server": serverRuns, "stop": stops, "told": told, "walk": walk, "private": private, "open": opens, "head": head,
		},
	})
}

// exits runs a command that ends with the status: exits 2 ovation nonsense.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits status command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("%v ended with %d, want %d", args[1:], got, want)
	}
}

// sandboxRuns starts a sandbox in the folder: sandbox world.
func sandboxRuns(ts *testscript.TestScript, _ bool, args []string) {
	runs(ts, append([]string{"dev", "--data", ts.MkAbs(args[0]), "--listen", "127.0.0.1:0", "--no-sim", "--history", "0"}, args[1:]...)...)
}

// serverRuns starts a server in the folder: server world.
func serverRuns(ts *testscript.TestScript, _ bool, args []string) {
	runs(ts, append([]string{"serve", "--data", ts.MkAbs(args[0]), "--listen", "127.0.0.1:0"}, args[1:]...)...)
}

// runs starts the program, which is stopped when the script ends at the
// latest, and waits until it is ready.
func runs(ts *testscript.TestScript, args ...string) {
	cmd := exec.Command(program, args...)
	errors, err := os.Create(ts.MkAbs("said"))
	ts.Check(err)
	defer errors.Close() // the program has it open by itself
	cmd.Stderr = errors
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have been stopped by the script
		_ = cmd.Wait()
	}
	ts.Defer(stop)
	first := make([]byte, 4096)
	n, err := out.Read(first)
	ts.Check(os.WriteFile(ts.MkAbs("begun"), first[:n], 0o600))
	if n == 0 {
		ts.Fatalf("ovation %s said nothing: %v %s", args[0], err, ts.ReadFile("said"))
	}
	ts.Setenv("RUNNING_PID", strconv.Itoa(cmd.Process.Pid))
}

// told looks at the error output of what runs or has run: told 'warning'.
func told(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile("said")
	if regexp.MustCompile(`(?m)`+args[0]).MatchString(text) == neg {
		ts.Fatalf("what was said: %q", text)
	}
}

// private holds that only their owner can read files and folders.
func private(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		st, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if st.Mode().Perm()&0o077 != 0 {
			ts.Fatalf("others can read %s: %v", name, st.Mode())
		}
	}
}

// head notes the head of the folder's books as $HEAD: head world.
func head(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("ovation", "ledger", "verify", "--data", ts.MkAbs(args[0]), "--json"))
	var v struct{ Head string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	ts.Setenv("HEAD", v.Head)
}

// opens lets everybody look into a folder.
func opens(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Chmod(ts.MkAbs(args[0]), 0o755))
}

// stops ends what the script has started last in the folder, and waits until
// the folder is free.
func stops(ts *testscript.TestScript, _ bool, args []string) {
	pid, err := strconv.Atoi(ts.Getenv("RUNNING_PID"))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, syscall.SIGTERM))
	for range 500 {
		if f, err := os.OpenFile(filepath.Join(ts.MkAbs(args[0]), "ovation.db.lock"), os.O_RDWR, 0); err == nil {
			free := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
			f.Close()
			if free {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("it did not stop in 10 s")
}

// readWorld reads the dev.json of a sandbox.
func readWorld(folder string) (w app.World, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "dev.json"))
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal(text, &w)
}

// walk buys coins and gives some in the sandbox, and sets $PURCHASE,
// $GIFT and $NOW.
func walk(ts *testscript.TestScript, _ bool, args []string) {
	w, err := readWorld(ts.MkAbs(args[0]))
	ts.Check(err)
	post := func(path, body string) map[string]any {
		req, err := http.NewRequest(http.MethodPost, w.URL+path, bytes.NewBufferString(body))
		ts.Check(err)
		req.Header.Set("Authorization", "Bearer "+w.OperatorKey)
		req.Header.Set("Ovation-Person", string(w.People["fan"]))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "walk"+path)
		res, err := http.DefaultClient.Do(req)
		ts.Check(err)
		defer res.Body.Close()
		var o map[string]any
		ts.Check(json.NewDecoder(res.Body).Decode(&o))
		if res.StatusCode != http.StatusCreated {
			ts.Fatalf("%s: %v", path, o)
		}
		return o
	}
	card := post("/v1/cards/test", `{}`)
	ts.Setenv("PURCHASE", fmt.Sprint(post("/v1/coin-purchases", fmt.Sprintf(`{"coins":70,"card":%q}`, card["id"]))["id"]))
	defer func() { ts.Setenv("NOW", time.Now().UTC().Format(time.RFC3339Nano)) }()
	ts.Setenv("GIFT", fmt.Sprint(post("/v1/gifts", fmt.Sprintf(`{"gift":"rose","quantity":2,"target":%q}`, w.Content["live"]))["id"]))
}
