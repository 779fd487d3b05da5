package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// The world of the tests: a few callers, and a table of routes with one
// operation of each form.

const (
	fan  = id.Person("usr_01kgw1ptrhe8zr2b7a5y3c9dxm")
	star = id.Person("usr_01kgw1ptrhe8zr2b7a5y3c9dxn")

	hostKey    = "ovn_test_sk_host"
	adminKey   = "ovn_test_sk_admin"
	narrowKey  = "ovn_test_sk_narrow"
	fanSession = "ovn_st_fan"
	opSession  = "ovn_st_operator"
	oldSession = "ovn_st_old"
)

// callers knows the callers of the tests.
type callers struct{}

func (callers) Authenticate(_ context.Context, secret string) (Caller, error) {
	switch secret {
	case hostKey:
		return Caller{Caller: people.Caller{Key: "key_host", Scopes: allButAdmin()}}, nil
	case adminKey:
		return Caller{Caller: people.Caller{Key: "key_admin", Scopes: []people.Scope{people.Admin}}}, nil
	case narrowKey:
		return Caller{Caller: people.Caller{Key: "key_narrow"}}, nil
	case fanSession:
		return Caller{Caller: people.Caller{Person: fan}, Session: "ses_fan", Person: fan}, nil
	case opSession:
		return Caller{Caller: people.Caller{Person: star, Roles: []people.Role{people.Operator}}, Session: "ses_op", Person: star}, nil
	case oldSession:
		return Caller{}, fault.New(fault.TokenExpired, "The session has ended. Sign in again.")
	}
	return Caller{}, fault.New(fault.TokenInvalid, "This key or session is not known.")
}

// allButAdmin are the scopes of a host's key that is no operator's.
func allButAdmin() (all []people.Scope) {
	for _, d := range people.ScopeDocs() {
		if d.Scope != people.Admin {
			all = append(all, d.Scope)
		}
	}
	return all
}

func (callers) Person(_ context.Context, ref string) (id.Person, error) {
	switch ref {
	case string(fan), "external:42":
		return fan, nil
	case string(star):
		return star, nil
	}
	return "", fault.New(fault.NotFound, "There is no such person.")
}

// world is an API with the table of the tests.
type world struct {
	*API
	writes atomic.Int64 // of all handlers
	log    bytes.Buffer
	db     *db.DB
	hold   chan struct{} // POST /v1/holds waits for it
	held   chan struct{}
}

func newWorld(t testing.TB, change func(*Config)) *world {
	t.Helper()
	w := &world{hold: make(chan struct{}), held: make(chan struct{}, 10)}
	cfg := Config{
		Auth: callers{}, NoLimits: true,
		CursorKeys: [][]byte{bytes.Repeat([]byte("k"), 32)},
		Log:        slog.New(slog.NewJSONHandler(&w.log, nil)),
	}
	if change != nil {
		change(&cfg)
	}
	a, err := build(cfg, func(a *API) {
		a.routes()
		w.routes(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.API = a
	return w
}

type (
	noteIn struct {
		Note id.Gift  `path:"id"`
		Kind string   `query:"kind" enum:"a,b"`
		Day  string   `query:"day" format:"date"`
		Tags []string `query:"tags" maxItems:"3"`
		Deep bool     `query:"deep"`
	}
	noteView struct {
		ID    id.Gift      `json:"id"`
		Price money.Amount `json:"price"`
		At    Instant      `json:"at"`
	}
	noteOut struct{ Body noteView }

	payIn struct {
		Body struct {
			Amount   int64       `json:"amount" minimum:"1" maximum:"1000000"`
			Currency money.Asset `json:"currency" minLength:"3" maxLength:"7"`
			To       id.Person   `json:"to"`
			Note     string      `json:"note,omitempty" maxLength:"20"`
			When     string      `json:"when,omitempty" format:"date-time"`
			Lines    []payLine   `json:"lines,omitempty" maxItems:"3"`
			Metadata metadata    `json:"metadata,omitempty"`
			Any      any         `json:"any,omitempty"`
			Status   string      `json:"status,omitempty" readOnly:"true"`
		}
	}
	payLine struct {
		Count int32  `json:"count" minimum:"0"`
		Kind  string `json:"kind" enum:"coin,card"`
		Yes   *bool  `json:"yes,omitempty"`
	}
	payView struct {
		ID     string `json:"id"`
		Amount int64  `json:"amount"`
	}
	payOut struct{ Body payView }

	listIn struct {
		Page
		Kind string `query:"kind" maxLength:"10"`
	}
	nodeIn struct {
		ID string `path:"id" maxLength:"40"`
	}
	failIn struct {
		Code string `path:"code" maxLength:"40"`
	}
	echoOut struct {
		Body struct {
			Seen string `json:"seen"`
		}
	}
)

// routes is the tests' table.
func (w *world) routes(a *API) {
	get(a, "/v1/notes/{id}", w.note, "Read a note", needs(people.WalletRead))
	get(a, "/v1/notes", w.notes(a), "List notes", needs(people.WalletRead), forPerson())
	get(a, "/v1/nodes/{id}/state", w.seen("state"), "A parameter before a word", needs(people.WalletRead))
	get(a, "/v1/nodes/external/{id}", w.seen("external"), "A word before a parameter", needs(people.WalletRead))
	get(a, "/v1/open", w.openOne, "Everybody may", public())
	get(a, "/v1/fail/{code}", w.fail, "Fails as it is told", public())
	get(a, "/v1/books", w.openOne, "The operator's", needs(people.LedgerRead), role(people.Operator))
	post(a, "/v1/payments", w.pay, "Pay", needs(people.PayoutsWrite), forPerson(), status(http.StatusCreated))
	post(a, "/v1/payments/{id}/cancel", w.cancel, "Cancel a payment", needs(people.PayoutsWrite))
	put(a, "/v1/center", w.pay, "Set all of it", needs(people.PayoutsWrite), hostOnly())
	patch(a, "/v1/center", w.pay, "Change a part", needs(people.PayoutsWrite))
	remove(a, "/v1/payments/{id}", w.cancel, "Remove a payment", needs(people.PayoutsWrite))
	once(a, "/v1/transfers", w.transfer, "Move money", needs(people.PayoutsWrite), forPerson(), status(http.StatusCreated), fails(fault.InsufficientBalance))
	once(a, "/v1/holds", w.holdOn, "Waits", needs(people.PayoutsWrite))
	raw[payIn, payOut](a, http.MethodPost, "/v1/storms", w.storm, "Served by hand", needs(people.GiftsSend), forPerson(), keyed(), class(classStorm))
	raw[none, none](a, http.MethodPost, "/v1/uploads", w.upload, "Reads its own body", needs(people.GiftsSend), streaming())
	post(a, "/v1/batches", w.batch, "Much at once", needs(people.GiftsSend), batch())
}

func (w *world) note(ctx context.Context, in *noteIn) (*noteOut, error) {
	return &noteOut{noteView{ID: in.Note, Price: money.Amount{Units: 499, Asset: money.USD}, At: 1793536200000000}}, nil
}

func (w *world) notes(a *API) func(context.Context, *listIn) (*listOut[noteView], error) {
	return func(ctx context.Context, in *listIn) (*listOut[noteView], error) {
		from := 0
		at, err := a.after(ctx, in.Page)
		if err != nil {
			return nil, err
		}
		if at != "" {
			from, _ = strconv.Atoi(at)
		}
		var rows []int
		for i := from + 1; i <= 45 && len(rows) <= in.Limit; i++ {
			rows = append(rows, i)
		}
		return listed(ctx, a, in.Page, rows, strconv.Itoa, func(i int) noteView { return noteView{Price: money.Amount{Units: int64(i)}} }), nil
	}
}

func (w *world) seen(what string) func(context.Context, *nodeIn) (*echoOut, error) {
	return func(_ context.Context, in *nodeIn) (*echoOut, error) {
		out := &echoOut{}
		out.Body.Seen = what + " " + in.ID
		return out, nil
	}
}

func (w *world) openOne(ctx context.Context, _ *none) (*echoOut, error) {
	out := &echoOut{}
	out.Body.Seen = string(CallerOf(ctx).Person)
	return out, nil
}

func (w *world) fail(ctx context.Context, in *failIn) (*echoOut, error) {
	switch in.Code {
	case "panic":
		panic("a secret detail of ours")
	case "error":
		return nil, fmt.Errorf("gift: reading the table: %w", io.ErrUnexpectedEOF)
	case "data":
		return nil, fault.New(fault.InsufficientBalance, "You have 3 coins and need 5.").With("missing", 2).With("type", "mine").With("bad", make(chan int))
	case "late":
		return nil, context.DeadlineExceeded
	}
	return nil, fault.New(fault.Code(in.Code), "The sentence of %s.", in.Code)
}

func (w *world) pay(_ context.Context, in *payIn) (*payOut, error) {
	w.writes.Add(1)
	return &payOut{payView{ID: "pay_1", Amount: in.Body.Amount}}, nil
}

func (w *world) cancel(_ context.Context, in *nodeIn) (*none, error) {
	w.writes.Add(1)
	return nil, nil
}

func (w *world) batch(_ context.Context, in *struct{ Body []int64 }) (*none, error) {
	w.writes.Add(1)
	return nil, nil
}

// transfer writes through the real table of remembered answers.
func (w *world) transfer(ctx context.Context, in *payIn, o *Once[payView]) error {
	if in.Body.Amount == 13 {
		return fault.New(fault.InsufficientBalance, "You have 3 coins and need 5.")
	}
	return w.db.Write(ctx, func(tx *db.Tx) error {
		return o.Call().Once(ctx, tx, func() (idem.Answer, error) {
			n := w.writes.Add(1)
			return o.Answer(payView{ID: fmt.Sprintf("<%d>", n), Amount: in.Body.Amount})
		})
	})
}

func (w *world) holdOn(_ context.Context, _ *none, o *Once[payView]) error {
	w.held <- struct{}{}
	<-w.hold
	var err error
	o.Call().Answer, err = o.Answer(payView{})
	return err
}

func (w *world) storm(rw http.ResponseWriter, r *http.Request) error {
	var in struct{ Amount int64 }
	if err := json.Unmarshal(Body(r.Context()), &in); err != nil {
		return err
	}
	w.writes.Add(1)
	rw.Header()["Content-Type"] = onlyJSON
	_, err := fmt.Fprintf(rw, `{"id":%q,"amount":%d}`, exchangeOf(r.Context()).key, in.Amount)
	return err
}

func (w *world) upload(rw http.ResponseWriter, r *http.Request) error {
	w.writes.Add(1)
	stop := context.AfterFunc(r.Context(), func() { r.Body.Close() })
	defer stop()
	_, err := io.Copy(io.Discard, r.Body)
	if r.Context().Err() != nil {
		rw.WriteHeader(http.StatusOK) // it was the server that went
		return nil
	}
	return err
}

// ask is a request in one line: "POST /v1/payments", then headers as
// "Name: value", then the body after an empty string.
func (w *world) ask(t testing.TB, line string, more ...string) *httptest.ResponseRecorder {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	var body io.Reader
	headers := http.Header{}
	for i, m := range more {
		if m == "" {
			body = strings.NewReader(strings.Join(more[i+1:], ""))
			if headers.Get("Content-Type") == "" {
				headers.Set("Content-Type", "application/json")
			}
			break
		}
		name, value, _ := strings.Cut(m, ": ")
		headers.Add(name, value)
	}
	r := httptest.NewRequest(method, path, body)
	for name, values := range headers {
		r.Header[name] = values
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	documented(t, w.API, method, path, rec)
	return rec
}

const (
	asHost = "Authorization: Bearer " + hostKey
	asFan  = "Authorization: Bearer " + fanSession
	forFan = "Ovation-Person: " + string(fan)
	payOK  = `{"amount":70,"currency":"COIN","to":"` + string(star) + `"}`
)

// problem reads the answer as a problem and checks what holds for all.
func problem(t testing.TB, rec *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d is no problem: %v\n%s", rec.Code, err, rec.Body)
	}
	code, _ := p["code"].(string)
	if ct := rec.Header().Get("Content-Type"); ct != problemType {
		t.Errorf("the problem %s has the type %q", code, ct)
	}
	if p["status"] != float64(rec.Code) || StatusOf(fault.Code(code)) != rec.Code {
		t.Errorf("the problem %s has the status %v in an answer of %d", code, p["status"], rec.Code)
	}
	if p["instance"] != "urn:request:"+rec.Header().Get(RequestIDHeader) || p["type"] != "/problems/"+code || p["title"] == "" || p["detail"] == "" {
		t.Errorf("the problem is not whole: %v", p)
	}
	if rec.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the problem may be cached")
	}
	return p
}

// wantProblem checks the code of the answer.
func wantProblem(t testing.TB, rec *httptest.ResponseRecorder, code fault.Code) map[string]any {
	t.Helper()
	if rec.Code < 400 {
		t.Fatalf("the answer is %d %s, want %s", rec.Code, rec.Body, code)
	}
	p := problem(t, rec)
	if p["code"] != string(code) {
		t.Errorf("the code is %v (%v), want %s", p["code"], p["detail"], code)
	}
	return p
}

// metadata is an object with names of the client's own.
type metadata map[string]string

// Schema implements huma.SchemaProvider.
func (metadata) Schema(huma.Registry) *huma.Schema {
	names, values, most := 40, 500, 50
	return &huma.Schema{
		Type: huma.TypeObject, MaxProperties: &most,
		AdditionalProperties: &huma.Schema{Type: huma.TypeString, MaxLength: &values},
		Extensions:           map[string]any{"propertyNames": &huma.Schema{Type: huma.TypeString, MaxLength: &names}},
	}
}
