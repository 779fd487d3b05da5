package main

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/id"
)

// devRun is a running ovation dev.
type devRun struct {
	t     *testing.T
	cmd   *exec.Cmd
	world app.World

	posted int // numbers the requests that change something
}

// startDev runs ovation dev in the folder and returns when it is ready.
func startDev(t *testing.T, folder string, more ...string) *devRun {
	t.Helper()
	args := append([]string{"dev", "--data", folder, "--listen", "127.0.0.1:0", "--no-sim", "--fans", "2", "--history", "0"}, more...)
	r := &devRun{t: t, cmd: exec.Command(program, args...)}
	r.cmd.Stderr = os.Stderr
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	text := make([]byte, 4096)
	n, err := out.Read(text)
	if n == 0 {
		t.Fatalf("dev said nothing: %v", err)
	}
	if r.world, err = readWorld(folder); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"no real money", r.world.URL, "dev.json", "Ctrl-C"} {
		if !strings.Contains(string(text[:n]), want) {
			t.Errorf("dev does not say %q:\n%s", want, text[:n])
		}
	}
	return r
}

// stop ends dev as Ctrl-C does. It may be called more than once.
func (r *devRun) stop() {
	if r.cmd.ProcessState == nil {
		_ = r.cmd.Process.Signal(syscall.SIGINT)
		_ = r.cmd.Wait()
	}
}

// get reads from the API with the key of dev.json.
func (r *devRun) get(path string, person id.Person) string {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.world.URL+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.world.OperatorKey)
	if person != "" {
		req.Header.Set("Ovation-Person", string(person))
	}
	rig := rig{t: r.t}
	a := rig.do(req)
	if a.status != http.StatusOK {
		r.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return a.body
}

// TestDev starts a sandbox, looks at what it tells programs, and starts it
// again in the same folder: it is the same world.
func TestDev(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "world")
	first := startDev(t, folder)
	file := filepath.Join(folder, "dev.json")
	st, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode().Perm() != 0o600 {
		t.Errorf("dev.json can be read by others: %v", st.Mode())
	}
	if st, err := os.Stat(folder); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the folder can be read by others: %v %v", st.Mode(), err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(fields)); !slices.Equal(got, []string{"content", "operator_key", "people", "url"}) {
		t.Errorf("dev.json has the fields %v", got)
	}
	for _, role := range []string{"fan", "creator", "operator"} {
		if !id.Valid(id.KindPerson, string(first.world.People[role])) {
			t.Errorf("dev.json names no %s: %v", role, first.world.People)
		}
	}
	if id.KindOf(first.world.Content["live"]) != id.KindLive || id.KindOf(first.world.Content["video"]) != id.KindVideo {
		t.Errorf("dev.json names no LIVE and no video: %v", first.world.Content)
	}
	rooms := first.get("/v1/live-rooms", "")
	if !strings.Contains(rooms, first.world.Content["live"]) {
		t.Errorf("the LIVE of dev.json is not on the air: %s", rooms)
	}
	begun := time.Now()
	first.stop()
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("stopping took %s", took)
	}

	second := startDev(t, folder)
	if !maps.Equal(first.world.People, second.world.People) || !maps.Equal(first.world.Content, second.world.Content) {
		t.Errorf("the second start made another world:\n%v\n%v", first.world, second.world)
	}
	if now := second.get("/v1/live-rooms", ""); now != rooms {
		t.Errorf("the rooms changed:\n%s\n%s", rooms, now)
	}
	second.get("/v1/wallet", second.world.People["fan"])
}

// TestDevAdmin reads the metrics of a sandbox where it was told to show them.
func TestDevAdmin(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	admin := l.Addr().String()
	l.Close() // the port is free for the sandbox now
	dev := startDev(t, filepath.Join(t.TempDir(), "world"), "--admin", admin)
	get := func(address string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		return (&rig{t: t}).do(req)
	}
	if a := get("http://" + admin); a.status != http.StatusOK || !strings.Contains(a.body, "# TYPE ") {
		t.Errorf("the metrics: %d %s", a.status, a.body)
	}
	if a := get(dev.world.URL); a.status != http.StatusNotFound {
		t.Errorf("the site shows the metrics too: %d", a.status)
	}
}
