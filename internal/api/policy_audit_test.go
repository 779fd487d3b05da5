package api

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Whoever schedules rules, or takes them back, is in the audit log with the
// reason; what was refused is not.
func TestScheduleIsAudited(t *testing.T) {
	s := newShop(t)
	from := s.g.Clk.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	instant := s.g.Clk.Now().Add(24 * time.Hour).UTC().Format(instantForm)
	want := []string{}
	for _, one := range []struct{ path, rules, content string }{{"gift-catalog", "gift_catalogue", newGifts}, {"coin-packs", "coin_packs", newPacks}, {"rate-card", "rate_card", newRates}} {
		made := s.answered(t, 201, "POST /v1/"+one.path+"/versions", s.operator, "", fmt.Sprintf(`{"from":%q,"reason":" Prices rise. ",%s}`, from, one.content))
		s.ask(t, "POST /v1/"+one.path+"/versions", s.operator, "", fmt.Sprintf(`{"from":%q,"reason":"Again.",%s}`, from, one.content))
		s.answered(t, 204, fmt.Sprintf("POST /v1/policies/%s/%v/withdraw", one.path, made["version"]), s.operator, "", `{"reason":"Too early."}`)
		changed := fmt.Sprintf("map[from:%s rules:%s]", instant, one.rules)
		want = append(want, fmt.Sprintf("rules.scheduled %v Prices rise. %s", made["version"], changed), fmt.Sprintf("rules.withdrawn %v Too early. %s", made["version"], changed))
	}
	var got []string
	for _, one := range s.answered(t, 200, "GET /v1/audit?limit=6", s.operator)["data"].([]any) {
		e := one.(map[string]any)
		got = append(got, fmt.Sprintf("%v %v %v %v", e["verb"], e["subject"], e["reason"], e["changed"]))
	}
	slices.Reverse(got)
	if !slices.Equal(got, want) {
		t.Errorf("the log is\n%q, want\n%q", got, want)
	}
}
