package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
)

// conforms fails the test unless the answer is what its description says:
// every field is there that must be, and none that is not described.
func (s *shop) conforms(t *testing.T, line string, more ...string) map[string]any {
	t.Helper()
	rec := s.ask(t, line, more...)
	method, path, _ := strings.Cut(line, " ")
	op, _ := s.router.find(httptest.NewRequest(method, path, nil))
	response := s.document(op).Responses[strconv.Itoa(rec.Code)]
	if rec.Code >= 300 || response == nil {
		t.Fatalf("%s: %d %s", line, rec.Code, rec.Body)
	}
	registry := s.lib.OpenAPI().Components.Schemas
	for _, schema := range registry.Map() {
		schema.PrecomputeMessages()
	}
	var v map[string]any
	s.g.OK(json.Unmarshal(rec.Body.Bytes(), &v))
	res := &huma.ValidateResult{}
	huma.Validate(registry, response.Content["application/json"].Schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, v, res)
	for _, err := range res.Errors {
		t.Errorf("%s answers other than its description says: %v\n%s", line, err, rec.Body)
	}
	return v
}

// paidStar makes a creator with an account in order and four earnings of 2.50.
func (s *shop) paidStar(t *testing.T) (star id.Person, me []string) {
	t.Helper()
	fan := s.g.Fan(2000)
	star = s.g.Creator()
	room := s.g.Live(star)
	for range 4 {
		s.g.Give(fan, "lion", room, 1)
		s.g.Later(24 * time.Hour)
	}
	s.g.Later(8 * 24 * time.Hour)
	me = []string{s.host, actingFor(star)}
	s.answered(t, 200, "POST /v1/payout-account/onboarding-link", append(me, "", `{}`)...)
	var account payout.Account
	s.g.Read(func(tx *db.Tx) (err error) {
		account, err = payout.AccountOf(t.Context(), tx, star)
		return err
	})
	s.g.OK(s.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Ada"}))
	s.answered(t, 200, "POST /v1/payout-account/refresh", me...)
	return star, me
}

func (s *shop) requested(t *testing.T, me []string, key string, units int) string {
	t.Helper()
	p := s.answered(t, 201, "POST /v1/payouts", append(me, "Idempotency-Key: "+key, "", fmt.Sprintf(`{"amount":%d}`, units))...)
	return p["id"].(string)
}

// TestPayoutLines: what a payout is made of is told when it is asked for, on
// its own and in lists, with the earnings as ids or whole.
func TestPayoutLines(t *testing.T) {
	s := newShop(t)
	_, me := s.paidStar(t)
	first, second := s.requested(t, me, "k1", 400), s.requested(t, me, "k2", 350)
	shape := func(p map[string]any) string {
		var b strings.Builder
		lines, _ := p["lines"].([]any)
		for _, l := range lines {
			line := l.(map[string]any)
			switch e := line["earning"].(type) {
			case string:
				fmt.Fprintf(&b, "%.4s=%v ", e, line["amount"].(map[string]any)["amount"])
			case map[string]any:
				fmt.Fprintf(&b, "%v of %v=%v ", e["state"], e["amount"].(map[string]any)["amount"], line["amount"].(map[string]any)["amount"])
			}
		}
		return strings.TrimSpace(b.String())
	}
	const whole1, whole2 = "paid of 250=250 paid of 250=150", "paid of 250=100 paid of 250=250"
	for query, want := range map[string]string{
		"": "", "?expand=": "", "?expand=lines": "ern_=250 ern_=150", "?expand=lines.earning": whole1, "?expand=lines,lines.earning": whole1, "?expand=lines,lines": "ern_=250 ern_=150",
	} {
		if got := shape(s.conforms(t, "GET /v1/payouts/"+first+query, me...)); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	list := s.conforms(t, "GET /v1/payouts?limit=1&expand=lines.earning", me...)
	if data := list["data"].([]any); len(data) != 1 || data[0].(map[string]any)["id"] != second || shape(data[0].(map[string]any)) != whole2 {
		t.Errorf("the first page: %v", list)
	}
	list = s.conforms(t, "GET /v1/payouts?expand=lines&cursor="+list["next_cursor"].(string), me...) // what is expanded is no filter
	if data := list["data"].([]any); len(data) != 1 || shape(data[0].(map[string]any)) != "ern_=250 ern_=150" {
		t.Errorf("the second page: %v", list)
	}
	for _, wrong := range []string{"line", "lines.earning.creator", "earning", "lines,creator", ".", "lines."} {
		for _, path := range []string{"/v1/payouts", "/v1/payouts/" + first} {
			p := wantProblem(t, s.ask(t, "GET "+path+"?expand="+wrong, me...), fault.InvalidParameter)
			if !strings.Contains(fmt.Sprint(p["errors"]), "lines, lines.earning") || !strings.Contains(fmt.Sprint(p["errors"]), "pointer:expand") {
				t.Errorf("%s: %v", wrong, p)
			}
		}
	}
	wantProblem(t, s.ask(t, "GET /v1/earnings?expand=lines", me...), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/payouts?expand=lines&expand=lines", me...), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/payouts?expand="+strings.Repeat("lines,", 10)+"lines", me...), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/payouts/"+first+"?expand=lines", s.host, actingFor(s.g.Person())), fault.NotFound)
	s.verified(t)
}

// TestExpandable: what can be expanded is in the description, two deep at most.
func TestExpandable(t *testing.T) {
	s := newShop(t)
	n := 0
	for _, op := range s.operations {
		for _, p := range op.params {
			if p.name != "expand" {
				continue
			}
			n++
			if p.in != "query" || p.shape.kind != array || len(p.shape.items.enum) == 0 {
				t.Errorf("%s: expand is no list of paths", op.route)
				continue
			}
			for _, path := range p.shape.items.enum {
				if way, _, deep := strings.Cut(path, "."); strings.Count(path, ".") > 1 || deep && !slices.Contains(p.shape.items.enum, way) {
					t.Errorf("%s: %s is too deep, or the way to it can not be expanded", op.route, path)
				}
			}
		}
	}
	if n < 2 || !bytes.Contains(s.openAPI, []byte(`"enum":["lines","lines.earning"]`)) {
		t.Errorf("%d operations expand", n)
	}
}

// TestListsByState: the filter chooses, and a cursor is good for its filter
// only.
func TestListsByState(t *testing.T) {
	s := newShop(t)
	_, me := s.paidStar(t)
	var made []string
	for i := range 5 {
		made = append(made, s.requested(t, me, fmt.Sprintf("k%d", i), 120))
	}
	for _, i := range []int{0, 2, 4} {
		s.conforms(t, "POST /v1/payouts/"+made[i]+"/hold", s.operator, "", `{"reason":"We look into it."}`)
	}
	page := s.conforms(t, "GET /v1/payouts?state=held&limit=2", me...)
	ids := func(list map[string]any) (all []string) {
		for _, x := range list["data"].([]any) {
			all = append(all, x.(map[string]any)["id"].(string))
		}
		return all
	}
	if got := ids(page); !slices.Equal(got, []string{made[4], made[2]}) || page["has_more"] != true {
		t.Errorf("the first page: %v", page)
	}
	cursor := "&cursor=" + page["next_cursor"].(string)
	if got := ids(s.conforms(t, "GET /v1/payouts?state=held&limit=2"+cursor, me...)); !slices.Equal(got, []string{made[0]}) {
		t.Errorf("the second page: %v", got)
	}
	for _, query := range []string{"?limit=2", "?state=scheduled"} {
		wantProblem(t, s.ask(t, "GET /v1/payouts"+query+cursor, me...), fault.CursorInvalid)
	}
	if got := ids(s.conforms(t, "GET /v1/payouts?state=paid", me...)); len(got) != 0 {
		t.Errorf("paid: %v", got)
	}
	for _, wrong := range []string{"held,paid", "HELD", "x"} {
		p := wantProblem(t, s.ask(t, "GET /v1/payouts?state="+wrong, me...), fault.InvalidParameter)
		if !strings.Contains(fmt.Sprint(p["errors"]), "scheduled, held") {
			t.Errorf("%s: %v", wrong, p)
		}
	}
	for state, want := range map[string]int{"": 4, "paid": 2, "partly_paid": 1, "available": 1, "pending": 0} {
		if got := ids(s.conforms(t, "GET /v1/earnings?state="+state, me...)); len(got) != want {
			t.Errorf("earnings %q: %v, want %d", state, got, want)
		}
	}
	page = s.conforms(t, "GET /v1/earnings?state=paid&limit=1", me...)
	if got := ids(s.conforms(t, "GET /v1/earnings?state=paid&limit=1&cursor="+page["next_cursor"].(string), me...)); len(got) != 1 || got[0] == ids(page)[0] {
		t.Errorf("the second page of earnings: %v", got)
	}
	wantProblem(t, s.ask(t, "GET /v1/earnings?state=held", me...), fault.InvalidParameter)
	s.verified(t)
}

// TestPayoutIsHeld: the creator reads why, who and since when, in French too;
// only an operator holds and releases.
func TestPayoutIsHeld(t *testing.T) {
	s := newShop(t)
	star, me := s.paidStar(t)
	p := s.requested(t, me, "k1", 400)
	line, reason := "POST /v1/payouts/"+p, `{"reason":"We look into it."}`
	for _, action := range []string{"/hold", "/release"} {
		for _, who := range []string{s.host, s.session(t, star)} {
			wantProblem(t, s.ask(t, line+action, who, "Idempotency-Key: no", "", reason), fault.RoleRequired)
		}
	}
	wantProblem(t, s.ask(t, line+"/hold", s.operator, "", `{}`), fault.ValidationFailed)
	wantProblem(t, s.ask(t, line+"/hold", s.operator, "", `{"reason":"`+strings.Repeat("x", 201)+`"}`), fault.TextTooLong)
	wantProblem(t, s.ask(t, line+"/release", s.operator, "Idempotency-Key: r0", "", reason), fault.StateConflict)
	held := s.conforms(t, line+"/hold", s.operator, "", reason)
	if h := held["held"].(map[string]any); held["state"] != "held" || h["code"] != "under_review" || h["reason"] != "We look into it." || !strings.HasPrefix(h["by"].(string), "key_") || h["since"] == "" {
		t.Errorf("held: %v", held)
	}
	if got := s.conforms(t, "GET /v1/payouts/"+p, me...); fmt.Sprint(got["held"]) != fmt.Sprint(held["held"]) {
		t.Errorf("the creator reads %v", got)
	}
	wantProblem(t, s.ask(t, line+"/cancel", append(me, "Idempotency-Key: c1")...), fault.PayoutInProgress)
	proposed := s.conforms(t, line+"/release", s.operator, "Idempotency-Key: r1", "", reason)
	if d := proposed["release"].(map[string]any); proposed["state"] != "held" || d["state"] != "waits" || d["limit"] != nil {
		t.Errorf("proposed: %v", proposed)
	}
	if again := s.conforms(t, line+"/release", s.operator, "Idempotency-Key: r1", "", reason); fmt.Sprint(again) != fmt.Sprint(proposed) {
		t.Errorf("the same key was answered %v, and before %v", again, proposed)
	}
	wantProblem(t, s.ask(t, line+"/release", s.operator, "Idempotency-Key: r1", "", `{"reason":"Another one."}`), fault.IdempotencyKeyReused)
	if got := s.conforms(t, "GET /v1/payouts/"+p, me...); got["release"] != nil {
		t.Errorf("the creator reads %v", got)
	}
	if got := s.conforms(t, "GET /v1/payouts/"+p, s.operator); got["release"] == nil {
		t.Errorf("an operator reads %v", got)
	}
	wantProblem(t, s.ask(t, line+"/release/agree", s.operator, "Idempotency-Key: r2"), fault.Forbidden)
	second := s.another(t)
	s.conforms(t, line+"/release/decline", second, "Idempotency-Key: r3", "", reason)
	s.conforms(t, line+"/release", s.operator, "Idempotency-Key: r4", "", reason)
	if got := s.conforms(t, line+"/release/agree", second, "Idempotency-Key: r5"); got["state"] != "scheduled" || got["held"] != nil {
		t.Errorf("released: %v", got)
	}

	s.g.Exec("UPDATE person SET suspended_us = 1, suspended_reason = 'fraud' WHERE id = $1", string(star))
	s.g.Clk.Advance(time.Minute)
	_, err := s.cfg.Services.Payouts.Drive(t.Context(), id.Payout(p))
	s.g.OK(err)
	got := s.conforms(t, "GET /v1/payouts/"+p, append(me, "Accept-Language: fr")...)
	if h := got["held"].(map[string]any); h["code"] != "account_suspended" || h["by"] != "rule" || !strings.HasPrefix(h["reason"].(string), "Ce compte est suspendu depuis le 1970-01-01.") {
		t.Errorf("held by a rule: %v", got)
	}
	q := wantProblem(t, s.ask(t, line+"/release", s.operator, "Accept-Language: fr", "Idempotency-Key: r6", "", reason), fault.StateConflict)
	if !strings.Contains(q["detail"].(string), "retenu par une règle") {
		t.Errorf("released by hand: %v", q)
	}
	if got := s.conforms(t, line+"/cancel", append(me, "Idempotency-Key: c2")...); got["state"] != "canceled" || got["held"] != nil {
		t.Errorf("canceled: %v", got)
	}
	s.verified(t)
}
