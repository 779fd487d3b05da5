package api

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// The summary, the foot of the list, its rows on all pages and the file say the
// same, to the creator and to nobody else.
func TestEarnedOverTheAPI(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(5000), s.g.Creator()
	s.g.Exec("UPDATE person SET name = '=HYPERLINK(1)' WHERE id = $1", string(fan))
	room, video := s.g.Live(star), s.g.Video(star)
	for i := range 9 {
		s.g.Give(fan, "rose", []string{room, video}[i%2], int64(1+i))
		s.g.Clk.Advance(5 * time.Hour)
		if i == 4 {
			s.g.AddUp()
		}
	}
	me := []string{s.session(t, star)}
	in := s.conforms(t, "GET /v1/earnings/summary?window=7d", me...)
	total := in["currencies"].([]any)[0].(map[string]any)["total"]
	rows, cursor := 0, ""
	for {
		page := s.conforms(t, "GET /v1/earnings/rows?limit=4&from="+in["from"].(string)+"&to="+in["to"].(string)+cursor, me...)
		if got := page["totals"].([]any)[0].(map[string]any)["amount"]; fmt.Sprint(got) != fmt.Sprint(total) {
			t.Errorf("the foot is %v, the summary %v", got, total)
		}
		rows += len(page["data"].([]any))
		if page["has_more"] != true {
			break
		}
		cursor = "&cursor=" + page["next_cursor"].(string)
	}
	if rows != 9 {
		t.Errorf("%d rows, want 9", rows)
	}
	for _, group := range []string{"day", "target", "fan"} {
		s.conforms(t, "GET /v1/earnings/rows?group="+group, me...)
	}
	rec := s.ask(t, "GET /v1/earnings/rows.csv", me...)
	all, err := csv.NewReader(strings.NewReader(rec.Body.String())).ReadAll()
	if err != nil || rec.Code != 200 || len(all) != 10 || rec.Header().Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.Contains(rec.Body.String(), "'=HYPERLINK(1)") || !strings.Contains(rec.Body.String(), "\r\n") {
		t.Errorf("the file: %d, %v\n%s", rec.Code, err, rec.Body)
	}
	if head := s.ask(t, "HEAD /v1/earnings/rows.csv", me...); head.Code != 200 || head.Body.Len() != 0 {
		t.Errorf("HEAD: %d %s", head.Code, head.Body)
	}
	wantProblem(t, s.ask(t, "GET /v1/earnings/rows.csv?target=x", me...), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/earnings/rows?from=2026-03-10&to=2026-03-09", me...), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/earnings/rows?from=2026-02-30", me...), fault.InvalidParameter)
	sum := s.conforms(t, "GET /v1/earnings/targets/"+room, me...)
	if sum["gifters"] != 1.0 || sum["top_gift"] != "rose" {
		t.Errorf("the LIVE: %v", sum)
	}
	wantProblem(t, s.ask(t, "GET /v1/earnings/targets/"+room, s.session(t, fan)), fault.NotFound)
	s.conforms(t, "GET /v1/payouts/next", me...)
	spent := s.conforms(t, "GET /v1/wallet/spending", s.session(t, fan))
	if fmt.Sprint(spent["coins"]) != "map[amount:225 asset:COIN]" || len(spent["days"].([]any)) != 30 {
		t.Errorf("spending: %v", spent)
	}
	if other := s.conforms(t, "GET /v1/earnings/rows", s.session(t, fan)); len(other["data"].([]any)) != 0 {
		t.Errorf("somebody else sees %v", other)
	}
}
