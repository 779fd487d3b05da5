package api

import (
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestLeaderboards asks as everybody, as a fan and as the creator.
func TestLeaderboards(t *testing.T) {
	s := newShop(t)
	star, a, b := s.g.Creator(), s.g.Fan(1000), s.g.Fan(1000)
	room := s.g.Live(star)
	s.g.Give(a, "rose", room, 2)
	s.g.Give(b, "rose", room, 3)
	if _, err := s.cfg.Services.Support.Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{room, room + "?window=week", string(star), string(star) + "?window=all&limit=1"} {
		o := s.answered(t, 200, "GET /v1/leaderboards/"+path, s.session(t, a))
		first := o["entries"].([]any)[0].(map[string]any)
		own := o["own"].(map[string]any)
		if first["rank"] != 1.0 || first["person"].(map[string]any)["id"] != string(b) || own["rank"] != 2.0 || o["creator"] != string(star) {
			t.Errorf("%s: %v", path, o)
		}
	}
	if o := s.answered(t, 200, "GET /v1/leaderboards/"+room); o["own"] != nil || fmt.Sprint(o["window"]) != "live" {
		t.Errorf("%v", o)
	}
	wantProblem(t, s.ask(t, "GET /v1/leaderboards/"+string(star)+"?window=live"), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/leaderboards/liv_01kgw1ptrhe8zr2b7a5y3c9dxm"), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/leaderboards/"+string(star)+"?window=year"), fault.InvalidParameter)

	page := s.answered(t, 200, "GET /v1/supporters?limit=1", s.session(t, star))
	next := s.answered(t, 200, "GET /v1/supporters?limit=1&cursor="+page["next_cursor"].(string), s.session(t, star))
	who := func(o map[string]any) any {
		return o["data"].([]any)[0].(map[string]any)["person"].(map[string]any)["id"]
	}
	if who(page) != string(b) || who(next) != string(a) || next["has_more"] != false {
		t.Errorf("%v %v", page, next)
	}
	if o := s.answered(t, 200, "GET /v1/supporters?window=week", s.session(t, a)); len(o["data"].([]any)) != 0 {
		t.Errorf("a fan has the supporters %v", o)
	}
	s.answered(t, 204, "POST /v1/leaderboards/rebuild", s.operator)
	if _, err := s.cfg.Services.Support.Count(t.Context()); err != nil { // the first round forgets
		t.Fatal(err)
	}
	s.g.Clk.Advance(time.Second)
	if o := s.answered(t, 200, "GET /v1/leaderboards/"+room); len(o["entries"].([]any)) != 0 {
		t.Errorf("%v", o)
	}
}
