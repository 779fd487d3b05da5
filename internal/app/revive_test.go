package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/outbox"
)

// TestReviveOverTheAPI has poisoned work given up, lists it, and has it run
// again once the cause is gone.
func TestReviveOverTheAPI(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		good, ran := false, 0
		s.Runner.Outside("test.poison", func(context.Context, string) (time.Duration, error) {
			if ran++; good {
				return 0, nil
			}
			return 0, errors.New("the bank is closed")
		})
		s.write(func(tx *db.Tx) error {
			return outbox.Schedule(ctx, tx, outbox.Work{Kind: "test.poison", Key: "x 1", DueUS: tx.NowUS()})
		})
		for range 12 {
			_, err := s.Runner.RunDue(ctx)
			s.ok(err)
			s.clk.Advance(time.Hour)
		}
		site, _, err := s.handlers()
		s.ok(err)
		_, secret, err := s.People.FirstKey(ctx, "test")
		s.ok(err)
		ask := func(method, path string, want int) map[string]any {
			t.Helper()
			r := httptest.NewRequest(method, path, nil)
			r.Host = "localhost"
			r.Header.Set("Authorization", "Bearer "+secret)
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			var o map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil || w.Code != want {
				t.Fatalf("%s %s: %d, want %d: %v %s", method, path, w.Code, want, err, w.Body)
			}
			return o
		}
		const revive = "/v1/due-work/test.poison/x%201/revive"
		list := ask(http.MethodGet, "/v1/due-work?limit=1", http.StatusOK)
		dead := list["data"].([]any)[0].(map[string]any)
		if dead["state"] != "dead" || dead["last_error"] != "the bank is closed" || dead["attempts"] != 12.0 || dead["key"] != "x 1" {
			t.Errorf("the dead are not first: %v", list)
		}
		good = true
		for range 2 {
			if o := ask(http.MethodPost, revive, http.StatusOK); o["state"] != "planned" || o["object"] != "due_work" || o["attempts"] != 0.0 {
				t.Errorf("revived: %v", o)
			}
		}
		before := ran
		_, err = s.Runner.RunDue(ctx)
		if s.ok(err); ran != before+1 {
			t.Errorf("it ran %d times after it was revived", ran-before)
		}
		ask(http.MethodPost, revive, http.StatusNotFound)
	})
}
