package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ovationhq/ovation/internal/webhook"
	"github.com/ovationhq/ovation/internal/webhook/courier"
)

// inbox is a developer's receiver, which checks each message with the library
// of Standard Webhooks.
type inbox struct {
	*httptest.Server
	secret chan string // sent once
	got    chan webhook.Envelope
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{secret: make(chan string, 1), got: make(chan webhook.Envelope, 1000)}
	lib := sync.OnceValues(func() (*standard.Webhook, error) { return standard.NewWebhook(<-in.secret) })
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var hook *standard.Webhook
		if err == nil {
			hook, err = lib()
		}
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		var e webhook.Envelope
		if err == nil {
			err = json.Unmarshal(body, &e)
		}
		if err != nil {
			t.Errorf("the message is refused: %v", err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		in.got <- e
	}))
	t.Cleanup(in.Close)
	return in
}

// until waits for a message of the type and returns all up to it.
func (in *inbox) until(t *testing.T, kind string) (all []webhook.Envelope) {
	t.Helper()
	for {
		select {
		case e := <-in.got:
			if all = append(all, e); e.Type == kind {
				return all
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("no %s came; these did: %v", kind, all)
		}
	}
}

// TestListen has a developer listen to a sandbox and make things happen in it.
// The sandbox is started anew in between: nothing is lost or told twice.
func TestListen(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "world")
	dev := startDev(t, folder)
	in := newInbox(t)
	address := strings.TrimPrefix(dev.world.URL, "http://")
	cmd := exec.Command(program, "listen", "--data", folder, "--forward-to", in.URL+"/hook", "--json")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("listen said nothing")
	}
	var begun struct{ Listening, Secret string }
	if err := json.Unmarshal(lines.Bytes(), &begun); err != nil || begun.Listening != dev.world.URL {
		t.Fatalf("%v in %s", err, lines.Text())
	}
	in.secret <- begun.Secret

	var all []webhook.Envelope
	for what, event := range map[string]string{"gift": "gift.sent", "live.ended": "live.ended", "coin_purchase": "coin_purchase.completed", "gift.combo": "gift.combo.ended"} {
		makeHappen(t, folder, what)
		all = append(all, in.until(t, event)...)
	}
	dev.stop()
	startDev(t, folder, "--listen", address)
	for what, event := range map[string]string{"payout.paid": "payout.paid", "payout.failed": "payout.failed", "live.started": "live.started"} {
		makeHappen(t, folder, what)
		all = append(all, in.until(t, event)...)
	}
	for i, e := range all {
		if e.Sequence != int64(i+1) {
			t.Fatalf("message %d has the sequence %d", i+1, e.Sequence)
		}
		if !lines.Scan() {
			t.Fatal("listen has ended")
		}
		var h heard
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil || h.ID != e.ID || h.Status != http.StatusAccepted || h.Forwarded != e.Sequence {
			t.Fatalf("%v in %s", err, lines.Text())
		}
	}
	ids := map[string]bool{}
	for _, e := range all {
		if ids[e.ID] {
			t.Errorf("%s came twice", e.ID)
		}
		ids[e.ID] = true
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
}

func makeHappen(t *testing.T, folder, what string) {
	t.Helper()
	if said, err := exec.Command(program, "trigger", what, "--data", folder).CombinedOutput(); err != nil {
		t.Fatalf("trigger %s: %v\n%s", what, err, said)
	}
}

// TestWebhooks has a sandbox send its events to an endpoint, over a restart.
func TestWebhooks(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "world")
	dev := startDev(t, folder)
	in := newInbox(t)
	var e struct{ ID, Secret string }
	dev.post(t, "", "/v1/webhook-endpoints", fmt.Sprintf(`{"url": %q, "types": ["gift.sent"]}`, in.URL), &e)
	in.secret <- e.Secret
	makeHappen(t, folder, "gift")
	all := in.until(t, "gift.sent")
	dev.stop()
	dev = startDev(t, folder)
	makeHappen(t, folder, "gift")
	all = append(all, in.until(t, "gift.sent")...)
	dev.post(t, "", "/v1/webhook-endpoints/"+e.ID+"/test", "", nil)
	all = append(all, in.until(t, "webhook.test")...)
	// Who is stopped before the answer is noted sends the message again, under
	// the same id: a receiver knows it by that.
	all = slices.CompactFunc(all, func(a, b webhook.Envelope) bool { return a.ID == b.ID })
	if !slices.EqualFunc(all, []int64{1, 2, 3}, func(e webhook.Envelope, n int64) bool { return e.Sequence == n }) {
		t.Errorf("the messages: %v", all)
	}
	if said, err := exec.Command(program, "ledger", "verify", "--data", folder).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestReceiverOfTheDocs builds the program of docs/webhooks.md and sends it what
// is signed, and what is not.
func TestReceiverOfTheDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "docs/webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, source, found := strings.Cut(string(text), "```go\n")
	source, _, ended := strings.Cut(source, "```")
	if !found || !ended {
		t.Fatal("docs/webhooks.md has no program")
	}
	folder := t.TempDir()
	file, receiver := filepath.Join(folder, "main.go"), filepath.Join(folder, "receiver")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", receiver, file)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close() // the port is free for the receiver now
	secret := webhook.NewSecret()
	cmd := exec.Command(receiver, address)
	cmd.Env = append(os.Environ(), "WEBHOOK_SECRET="+secret)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	body := []byte(`{"id":"evt_1"}`)
	for _, c := range []struct {
		at      time.Time
		secrets []string
		body    string
		want    int
	}{
		{time.Now(), []string{secret}, string(body), 200},
		{time.Now(), []string{webhook.NewSecret(), secret}, string(body), 200},
		{time.Now(), []string{webhook.NewSecret()}, string(body), 400},
		{time.Now(), []string{secret}, `{"id":"evt_2"}`, 400},
		{time.Now().Add(-6 * time.Minute), []string{secret}, string(body), 400},
		{time.Now().Add(6 * time.Minute), []string{secret}, string(body), 400},
	} {
		m := webhook.Message{ID: "evt_1", Timestamp: c.at}
		if m.Signature, err = webhook.Sign("evt_1", c.at, body, c.secrets...); err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/hook", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		courier.Sign(req.Header, m)
		if a := (&rig{t: t}).do(req); a.status != c.want {
			t.Errorf("%s signed at %s with %d secrets: %d", c.body, c.at, len(c.secrets), a.status)
		}
	}
}
