package api

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
)

// What an operator reads over the API conforms to its description and to the
// books, at every point of them.
func TestConsole(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(5000), s.g.Creator()
	room := s.g.Live(star)
	g := s.g.Give(fan, "lion", room, 1)
	then := s.g.Clk.Now().Format(time.RFC3339Nano)
	s.g.Clk.Advance(time.Hour)
	s.g.Give(fan, "lion", room, 2)
	if v := s.conforms(t, "GET /v1/operator/overview", s.operator); v["integrity"] != nil || fmt.Sprint(v["coins_outstanding"]) != "map[amount:3500 asset:COIN]" || len(v["days"].([]any)) != 28 {
		t.Errorf("the overview: %v", v)
	}
	r, err := ledger.Verify(t.Context(), s.db, nil)
	s.g.OK(err)
	s.g.Write(func(tx *db.Tx) error { return ledger.NoteVerification(t.Context(), tx, r) })
	if v := s.conforms(t, "GET /v1/operator/overview", s.operator); v["integrity"].(map[string]any)["ok"] != true {
		t.Errorf("the overview: %v", v)
	}
	s.conforms(t, "GET /v1/ledger/verifications", s.operator)
	balance := func(query string) (found string) {
		for _, one := range s.conforms(t, "GET /v1/ledger/accounts?prefix=platform/coins/&"+query, s.operator)["data"].([]any) {
			found += fmt.Sprint(one.(map[string]any)["balance"])
		}
		return found
	}
	if a, b, c, d := balance(""), balance("as_of="+url.QueryEscape(then)), balance("as_of_sequence=2"), balance("as_of_sequence=1"); a != "1500" || b != "500" || c != "500" || d != "" {
		t.Errorf("the coins spent: %s now, %s then, %s after the second, %s after the first", a, b, c, d)
	}
	first := s.conforms(t, "GET /v1/ledger/accounts?limit=1&as_of_sequence=2", s.operator)
	s.conforms(t, "GET /v1/ledger/accounts?limit=1&as_of_sequence=2&cursor="+first["next_cursor"].(string), s.operator)
	for _, query := range []string{"as_of=2001-01-01T00:00:00Z", "as_of=2999-01-01T00:00:00Z", "as_of_sequence=99", "as_of=x", "as_of_sequence=1&as_of=" + url.QueryEscape(then)} {
		wantProblem(t, s.ask(t, "GET /v1/ledger/accounts?"+query, s.operator), fault.InvalidParameter)
		wantProblem(t, s.ask(t, "GET /v1/ledger/tree?"+query, s.operator), fault.InvalidParameter)
	}
	tree := s.conforms(t, "GET /v1/ledger/tree?limit=2", s.operator)
	tree = s.conforms(t, "GET /v1/ledger/tree?limit=2&cursor="+tree["next_cursor"].(string), s.operator)
	if sums := fmt.Sprint(tree["sums"]); sums != "[map[amount:0 asset:COIN] map[amount:0 asset:DIAMOND] map[amount:0 asset:USD]]" {
		t.Errorf("the sums are %s", sums)
	}
	lines := s.conforms(t, "GET /v1/ledger/lines?account=platform/coins/spent&asset=COIN&limit=1", s.operator)
	lines = s.conforms(t, "GET /v1/ledger/lines?account=platform/coins/spent&asset=COIN&limit=1&cursor="+lines["next_cursor"].(string), s.operator)
	if got := fmt.Sprint(lines["data"].([]any)[0].(map[string]any)["balance"]); got != "map[amount:500 asset:COIN]" || lines["has_more"] != false {
		t.Errorf("the second line leaves %s", got)
	}
	wantProblem(t, s.ask(t, "GET /v1/ledger/lines?account=nobody&asset=COIN", s.operator), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/ledger/lines?account=nobody", s.operator), fault.MissingParameter)
	if n := len(s.conforms(t, "GET /v1/ledger/transfers?kind=gift.sent&from=2001-01-01T00:00:00Z", s.operator)["data"].([]any)); n != 2 {
		t.Errorf("%d gifts", n)
	}
	if n := len(s.conforms(t, "GET /v1/ledger/transfers?to="+url.QueryEscape(then), s.operator)["data"].([]any)); n != 0 {
		t.Errorf("%d transfers before", n)
	}
	if found := s.conforms(t, "GET /v1/ledger/search?id="+string(g.ID), s.operator)["data"].([]any); len(found) != 1 || found[0].(map[string]any)["kind"] != "gift" {
		t.Errorf("found: %v", found)
	}
	wantProblem(t, s.ask(t, "GET /v1/ledger/search?id="+string(g.ID), s.host), fault.RoleRequired)
	wantProblem(t, s.ask(t, "GET /v1/operator/overview", s.session(t, fan)), fault.ScopeMissing)
}

// Due work is read page by page and by state, the dead first.
func TestDueWorkPages(t *testing.T) {
	s := newShop(t)
	for i := range 7 {
		s.g.Exec("INSERT INTO due_work (kind, work_key, due_us, attempts, claim, lease_us, dead, last_error, planned_us) VALUES ('x.y', $1, $2, 12, 0, 0, $3, 'it failed', 1)", fmt.Sprintf("key %d", i), int64(100-i), int64(i%2))
	}
	for query, want := range map[string]string{"": "5310246", "&state=dead": "531", "&state=planned": "6420"} {
		for limit := 1; limit < 9; limit++ {
			got, cursor := "", ""
			for {
				page := s.conforms(t, fmt.Sprintf("GET /v1/due-work?limit=%d%s%s", limit, query, cursor), s.operator)
				for _, w := range page["data"].([]any) {
					key := w.(map[string]any)["key"].(string)
					got += key[len(key)-1:]
				}
				if page["has_more"] != true {
					break
				}
				cursor = "&cursor=" + page["next_cursor"].(string)
			}
			if query == "" {
				want = "5316420"
			}
			if got != want {
				t.Errorf("%q by %d: %s, want %s", query, limit, got, want)
			}
		}
	}
}
