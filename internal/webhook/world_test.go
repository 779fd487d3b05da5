package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/webhook"
	"github.com/ovationhq/ovation/internal/webhook/courier"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	manager = people.Caller{Key: "key_host", Scopes: []people.Scope{people.WebhooksRead, people.WebhooksWrite}}
	reader  = people.Caller{Key: "key_read", Scopes: []people.Scope{people.WebhooksRead}}
)

// world is a database with a server on it, and receivers.
type world struct {
	*testing.T
	ctx    context.Context
	d      *db.DB
	clk    *clock.Manual
	hooks  *webhook.Service
	runner *outbox.Runner
	made   int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := &world{T: t, ctx: t.Context(), d: d, clk: clk}
		w.restart()
		test(w)
		if !t.Failed() {
			ledgertest.Verify(t, d, webhook.Checks()...)
		}
	})
}

// server makes what a process has: a service and the runner of its work.
func (w *world) server() (*webhook.Service, *outbox.Runner) {
	guard := webhook.Guard{Sandbox: true}
	s := webhook.NewService(webhook.Config{DB: w.d, Courier: courier.New(courier.Config{Guard: guard}), Resolver: net.DefaultResolver, Guard: guard, Stamp: &clock.System{}, Log: slog.New(slog.DiscardHandler)})
	r := outbox.NewRunner(w.d, slog.New(slog.DiscardHandler))
	r.Drive(webhook.WorkDrive, s.Drive)
	return s, r
}

// restart forgets all that a process has in its memory.
func (w *world) restart() { w.hooks, w.runner = w.server() }

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(err error, code fault.Code) {
	w.Helper()
	if !fault.Is(err, code) {
		w.Fatalf("the error is %v, want %s", err, code)
	}
}

// happen adds events of the types to the log.
func (w *world) happen(types ...string) {
	w.Helper()
	w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
		for i, kind := range types {
			if err := outbox.Add(w.ctx, tx, outbox.Event{Type: kind, Topic: "live:x", Data: fmt.Appendf(nil, `{"n":%d,"text":"<é>"}`, i)}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// fan hands out all that has happened.
func (w *world) fan() {
	w.Helper()
	for again := outbox.Behind; again == outbox.Behind; {
		var err error
		again, err = w.hooks.Fan(w.ctx)
		w.ok(err)
	}
}

// run hands out and sends what is due now.
func (w *world) run() {
	w.Helper()
	w.fan()
	_, err := w.runner.RunDue(w.ctx)
	w.ok(err)
}

func (w *world) endpoint(r *receiver, types ...string) webhook.Endpoint {
	w.Helper()
	w.made++
	e, err := w.hooks.Create(w.ctx, manager, webhook.NewEndpoint{Key: fmt.Sprint("made ", w.made), URL: r.URL + "/hook", Types: types})
	w.ok(err)
	if r.secrets == nil {
		r.learn(w, e.ID)
	}
	return e
}

func (w *world) see(e webhook.Endpoint) webhook.Endpoint {
	w.Helper()
	e, err := w.hooks.Endpoint(w.ctx, reader, e.ID)
	w.ok(err)
	return e
}

func (w *world) deliveries(e webhook.Endpoint) []webhook.Delivery {
	w.Helper()
	all, err := w.hooks.Deliveries(w.ctx, reader, e.ID, webhook.DeliveryPage{Limit: 1000})
	w.ok(err)
	slices.Reverse(all)
	return all
}

// waiting counts what is not over, of all endpoints.
func (w *world) waiting() (n int64) {
	w.Helper()
	w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
		return tx.Row(w.ctx, "SELECT COUNT(*) FROM webhook_delivery WHERE state = 'waiting'").Scan(&n)
	}))
	return n
}

// got is a message as a receiver has it.
type got struct {
	header http.Header
	body   []byte
	webhook.Envelope
}

// receiver is a server of the host platform that checks what it gets with the
// library of Standard Webhooks.
type receiver struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	secrets []string
	all     []got
	answer  func(w http.ResponseWriter, r *http.Request, n int) // of message n
}

func receive(w *world) *receiver {
	r := &receiver{t: w.T}
	r.Server = httptest.NewServer(r)
	w.Cleanup(r.Close)
	return r
}

func (r *receiver) learn(w *world, e id.Endpoint) {
	w.Helper()
	s, err := w.hooks.Secret(w.ctx, manager, e)
	w.ok(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = []string{s.Present}
	if s.Old != "" {
		r.secrets = append(r.secrets, s.Old)
	}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	g := got{header: req.Header, body: body}
	if err := json.Unmarshal(body, &g.Envelope); err != nil {
		r.t.Errorf("%v in %s", err, body)
	}
	r.mu.Lock()
	for _, secret := range r.secrets {
		lib, err := standard.NewWebhook(secret)
		if err == nil {
			err = lib.Verify(body, req.Header)
		}
		if err != nil {
			r.t.Errorf("the library refuses the message: %v", err)
		}
	}
	if g.ID != req.Header.Get("webhook-id") {
		r.t.Errorf("the body is of %s, the header of %s", g.ID, req.Header.Get("webhook-id"))
	}
	r.all = append(r.all, g)
	n, answer := len(r.all), r.answer
	r.mu.Unlock()
	if answer != nil {
		answer(w, req, n)
	}
}

// says makes the receiver answer with the status from now on.
func (r *receiver) says(status int, headers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(w http.ResponseWriter, _ *http.Request, _ int) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, "status %d", status)
	}
}

func (r *receiver) messages() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// sequences are the numbers of what the receiver got, in the order of arrival.
func (r *receiver) sequences() (all []int64) {
	for _, g := range r.messages() {
		all = append(all, g.Sequence)
	}
	return all
}

// number returns the last message with the sequence. Messages are sent beside
// each other, so they arrive in any order.
func (r *receiver) number(n int64) (last got) {
	for _, g := range r.messages() {
		if g.Sequence == n {
			last = g
		}
	}
	if last.ID == "" {
		r.t.Errorf("no message %d came", n)
	}
	return last
}

func upTo(n int64) (all []int64) {
	for i := int64(1); i <= n; i++ {
		all = append(all, i)
	}
	return all
}

func (w *world) same(got, want []int64) {
	w.Helper()
	got = slices.Sorted(slices.Values(got))
	if !slices.Equal(got, want) {
		w.Fatalf("the sequences are %v, want %v", got, want)
	}
}

// names is a resolver of a few names.
type names map[string][]string

func (n names) LookupNetIP(_ context.Context, _, host string) (all []netip.Addr, err error) {
	for _, a := range n[host] {
		all = append(all, netip.MustParseAddr(a))
	}
	if all == nil {
		err = errors.New("there is no such name")
	}
	return all, err
}

const day = 24 * time.Hour
