package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// The matrix tries every line of the table with every wrong request that is
// wrong for all of them. It is made from the table, so a new line is in it.

// pathOf fills the parameters of a route with something of the right form.
func (w *world) pathOf(r Route) string {
	op := w.operations[slices.IndexFunc(w.operations, func(op *operation) bool { return op.id == r.ID })]
	path := op.path
	for _, p := range op.params {
		if p.in != "path" {
			continue
		}
		value := "x"
		switch {
		case p.shape.format == idFormat:
			value = id.Format(p.shape.prefix, 0x019a3cf1ea007000, 0x9234567890abcdef)
		case len(p.shape.enum) > 0:
			value = p.shape.enum[0]
		}
		path = strings.Replace(path, "{"+p.name+"}", value, 1)
	}
	return path
}

func TestMatrix(t *testing.T) {
	w := newWorld(t, nil)
	w.db = dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	key := "Idempotency-Key: k1"
	for _, r := range w.Routes() {
		line := r.Method + " " + w.pathOf(r)
		forFan := forFan
		if r.Impersonal {
			forFan = "X-Nobody: 1"
		}
		asHost := asHost
		if r.Scope == people.Admin {
			asHost = "Authorization: Bearer " + adminKey
		}
		refused := func(name string, rec *httptest.ResponseRecorder, code fault.Code) {
			t.Helper()
			t.Run(r.ID+"/"+name, func(t *testing.T) {
				t.Helper()
				before := w.writes.Load()
				wantProblem(t, rec, code)
				if w.writes.Load() != before {
					t.Error("a refused request has changed something")
				}
			})
		}
		if r.Scope != "" {
			refused("nobody", w.ask(t, line, key, "", payOK), fault.AuthRequired)
			refused("unknown", w.ask(t, line, "Authorization: Bearer ovn_test_sk_wrong", key, "", payOK), fault.TokenInvalid)
			refused("basic", w.ask(t, line, "Authorization: Basic dTpw", key, "", payOK), fault.TokenInvalid)
			refused("narrow", w.ask(t, line, "Authorization: Bearer "+narrowKey, forFan, key, "", payOK), fault.ScopeMissing)
			stranger, another := fault.NotFound, fault.Forbidden
			if r.Impersonal { // whoever is named
				stranger, another = fault.InvalidParameter, fault.InvalidParameter
			}
			refused("for a stranger", w.ask(t, line, asHost, "Ovation-Person: external:7", key, "", payOK), stranger)
			refused("a person for another", w.ask(t, line, asFan, "Ovation-Person: "+string(star), key, "", payOK), another)
		}
		if r.Scope != "" && r.Role == "" && r.ForPerson {
			refused("for nobody", w.ask(t, line, asHost, key, "", payOK), fault.MissingParameter)
		}
		if r.Role != "" {
			refused("role", w.ask(t, line, asHost, forFan, key, "", payOK), fault.RoleRequired)
			continue
		}
		refused("accept", w.ask(t, line, asHost, forFan, key, "Accept: image/png", "", payOK), fault.NotAcceptable)
		refused("query", w.ask(t, line+"?nonsense=1", asHost, forFan, key, "", payOK), fault.InvalidParameter)
		refused("key in the address", w.ask(t, line+"?key=ovn_test_sk_host", asHost, forFan, key, "", payOK), fault.InvalidParameter)
		if !strings.HasPrefix(r.Path, "/v1/") {
			continue
		}
		refused("version", w.ask(t, line, asHost, forFan, key, "Ovation-Version: 1999-01-01", "", payOK), fault.APIVersionUnknown)
		if r.Keyed {
			refused("no key", w.ask(t, line, asHost, forFan, "", payOK), fault.IdempotencyKeyMissing)
			refused("long key", w.ask(t, line, asHost, forFan, "Idempotency-Key: "+strings.Repeat("k", 256), "", payOK), fault.IdempotencyKeyInvalid)
			refused("odd key", w.ask(t, line, asHost, forFan, "Idempotency-Key: é", "", payOK), fault.IdempotencyKeyInvalid)
			refused("two keys", w.ask(t, line, asHost, forFan, key, "Idempotency-Key: k2", "", payOK), fault.IdempotencyKeyInvalid)
		}
		if r.Method == http.MethodGet || r.Stream {
			continue
		}
		refused("content type", w.ask(t, line, asHost, forFan, key, "Content-Type: text/plain", "", payOK), fault.UnsupportedMediaType)
		refused("gzip", w.ask(t, line, asHost, forFan, key, "Content-Encoding: gzip", "", payOK), fault.UnsupportedMediaType)
		refused("not JSON", w.ask(t, line, asHost, forFan, key, "", `{"a":`), fault.MalformedJSON)
		refused("too large", w.ask(t, line, asHost, forFan, key, "", `{"a":"`+strings.Repeat("x", int(r.MaxBody))+`"}`), fault.BodyTooLarge)
		refused("other site", w.ask(t, line, "Cookie: ovation="+opSession, "Sec-Fetch-Site: cross-site", key, "", payOK), fault.CsrfFailed)
		if r.Path != "/v1/batches" {
			p := problem(t, w.ask(t, line, asHost, forFan, key, "", `{"nonsense":1}`))
			if p["status"] != 422.0 || !strings.Contains(fmt.Sprint(p["errors"]), "code:unknown_field detail:This field is not known here. pointer:/nonsense") {
				t.Errorf("%s: a field that is not known: %v", r.ID, p)
			}
			if !r.Body && errorsOf(p) != "/nonsense=unknown_field" {
				t.Errorf("%s: one field that is not known has the errors %s", r.ID, errorsOf(p))
			}
		}
		if r.Body {
			refused("empty", w.ask(t, line, asHost, forFan, key), fault.MalformedJSON)
		}
	}
}

// own tells the tests' operations from the program's, whose services are not
// there.
func own(r Route) bool {
	for _, part := range []string{"notes", "nodes", "open", "fail", "books"} {
		if strings.HasPrefix(r.Path, "/v1/"+part) {
			return true
		}
	}
	return false
}

func TestGetNeverWrites(t *testing.T) {
	w := newWorld(t, nil)
	for _, r := range w.Routes() {
		if r.Method == http.MethodGet && own(r) {
			w.ask(t, "GET "+w.pathOf(r), asHost, forFan, "", payOK)
		}
	}
	if n := w.writes.Load(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// TestOpenAPI checks that each line of the table is described as a whole.
func TestOpenAPI(t *testing.T) {
	w := newWorld(t, nil)
	rec := w.ask(t, "GET /openapi.json")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Tags        []string
			Security    []map[string][]string
			Parameters  []map[string]any
			RequestBody struct {
				Required bool
				Content  map[string]struct{ Schema map[string]any }
			}
			Responses map[string]struct {
				Description string
				Content     map[string]struct{ Schema map[string]any }
			}
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || strings.Contains(rec.Body.String(), "$schema") || strings.Contains(rec.Body.String(), "http://") {
		t.Errorf("the document: %.200s", rec.Body)
	}
	for _, r := range w.Routes() {
		op, ok := doc.Paths[r.Path][strings.ToLower(r.Method)]
		if !ok {
			t.Errorf("%s %s is not in the OpenAPI", r.Method, r.Path)
			continue
		}
		if op.OperationID != r.ID || op.Summary == "" || len(op.Tags) != 1 {
			t.Errorf("%s: %+v", r.ID, op)
		}
		if (r.Scope == "") != (len(op.Security) == 0) {
			t.Errorf("%s: security %v", r.ID, op.Security)
		}
		if r.Scope != "" && fmt.Sprint(op.Security[0]["bearer"]) != "["+string(r.Scope)+"]" {
			t.Errorf("%s: security %v", r.ID, op.Security)
		}
		if named := strings.Contains(fmt.Sprint(op.Parameters), "parameters/Person"); named != (r.Scope != "" && !r.Impersonal) {
			t.Errorf("%s: the header Ovation-Person is listed: %v", r.ID, named)
		}
		if r.Body && op.RequestBody.Content["application/json"].Schema == nil {
			t.Errorf("%s: no body", r.ID)
		}
		for _, segment := range strings.Split(r.Path, "/") {
			if strings.HasPrefix(segment, "{") && !strings.Contains(fmt.Sprint(op.Parameters), "name:"+strings.Trim(segment, "{}")) {
				t.Errorf("%s: the parameter %s is missing", r.ID, segment)
			}
		}
		success, problems := 0, 0
		for status, answer := range op.Responses {
			switch {
			case status[0] == '2':
				success++
			case answer.Content[problemType].Schema["$ref"] == "#/components/schemas/Problem" && strings.Contains(answer.Description, "`"):
				problems++
			default:
				t.Errorf("%s: answer %s %+v", r.ID, status, answer)
			}
		}
		if success < 1 || problems < 3 {
			t.Errorf("%s: %d answers, %d problems", r.ID, success, problems)
		}
	}
	for _, name := range []string{"Problem", "ProblemField", "Note", "Pay", "ListNote", "Amount"} {
		if doc.Components.Schemas[name] == nil {
			t.Errorf("the schema %s is missing: %v", name, doc.Components.Schemas)
		}
	}
}

func TestViewer(t *testing.T) {
	w := newWorld(t, nil)
	page := w.ask(t, "GET /docs/api", "Accept: text/html")
	if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d", page.Code)
	}
	text := page.Body.String()
	for _, r := range w.Routes() {
		if !strings.Contains(text, `id="`+r.ID+`"`) {
			t.Errorf("%s is not in the viewer", r.ID)
		}
	}
	for _, bad := range []string{"<script", " src=", "http://", " style=", "onclick"} {
		if strings.Contains(text, bad) {
			t.Errorf("the viewer has %q", bad)
		}
	}
}

// TestRealTable makes the API of the program.
func TestRealTable(t *testing.T) {
	a, err := New(Config{Auth: callers{}, CursorKeys: [][]byte{make([]byte, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Routes()) < 6 {
		t.Errorf("%d routes", len(a.Routes()))
	}
}
