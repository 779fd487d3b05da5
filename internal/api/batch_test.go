package api

import (
	"fmt"
	"strings"
	"testing"
)

// TestBatchVerdicts puts every kind of wrong item beside right ones.
func TestBatchVerdicts(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(100), s.g.Creator()
	room := s.g.Live(star)
	item := func(key, more string) string {
		return fmt.Sprintf(`{"idempotency_key":%q,"sender":%q,"gift":"rose","target":%q%s}`, key, fan, room, more)
	}
	items := []struct{ body, want string }{
		{item("a", ""), "201"},
		{item("b", `,"quantity":0`), "422 amount_out_of_range"},
		{item("c", `,"quantity":1.5`), "422 amount_not_integer"},
		{item("d", `,"colour":"red"`), "422 unknown_field"},
		{item("é", ""), "400 idempotency_key_invalid"},
		{item("e f", ""), "400 idempotency_key_invalid"},
		{item("", ""), "400 idempotency_key_invalid"},
		{item(strings.Repeat("k", 256), ""), "400 idempotency_key_invalid"},
		{`{"idempotency_key":"g","sender":"usr_x","gift":"rose","target":"` + room + `"}`, "422 validation_failed"},
		{`7`, "422 validation_failed"},
		{`null`, "422 validation_failed"},
		{item("h", `,"expected_price":4`), "409 price_changed"},
		{item("4242424242424242", ""), "201"},
		{item("i", `,"quantity":99`), "402 insufficient_balance"},
		{item("a", ""), "201 replay"},
	}
	bodies := make([]string, len(items))
	for i, c := range items {
		bodies[i] = c.body
	}
	o := s.answered(t, 200, "POST /v1/gifts/batch", s.host, "", `{"gifts":[`+strings.Join(bodies, ",")+`]}`)
	for i, one := range o["data"].([]any) {
		v := one.(map[string]any)
		got := fmt.Sprint(v["status"])
		if p, ok := v["problem"].(map[string]any); ok {
			got += " " + p["code"].(string)
		}
		if v["replay"] == true {
			got += " replay"
		}
		if got != items[i].want {
			t.Errorf("item %d: %s, want %s: %v", i, got, items[i].want, v)
		}
	}
	if left := s.g.Coins(fan); left != 90 {
		t.Errorf("%d coins are left, want 90", left)
	}
	o = s.answered(t, 200, "POST /v1/gifts/batch", s.host, "", `{"gifts":[7]}`)
	if len(o["data"].([]any)) != 1 {
		t.Errorf("a batch of nothing right: %v", o)
	}
}
