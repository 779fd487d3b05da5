package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

func move(t testing.TB, w *world, key, body string, more ...string) *httptest.ResponseRecorder {
	t.Helper()
	if len(more) == 0 {
		more = []string{asHost, forFan}
	}
	return w.ask(t, "POST /v1/transfers", append(more, "Idempotency-Key: "+key, "", body)...)
}

func TestOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := newWorld(t, nil)
		w.db = d
		first := move(t, w, "k", payOK)
		if first.Code != 201 || first.Body.String() != `{"id":"<1>","amount":70}`+"\n" || first.Header().Get(ReplayHeader) != "" {
			t.Fatalf("the first: %d %s %v", first.Code, first.Body, first.Header())
		}
		for _, same := range []string{payOK, " " + payOK + "\n", `{"to":"` + string(star) + `", "currency":"COIN", "amount":70}`} {
			again := move(t, w, "k", same)
			if again.Code != 201 || again.Body.String() != first.Body.String() || again.Header().Get(ReplayHeader) != "true" {
				t.Errorf("the same again: %d %s %v", again.Code, again.Body, again.Header())
			}
		}
		wantProblem(t, move(t, w, "k", strings.Replace(payOK, "70", "71", 1)), fault.IdempotencyKeyReused)
		wantProblem(t, move(t, w, "k", payOK, asHost, "Ovation-Person: "+string(star)), fault.IdempotencyKeyReused)
		if other := move(t, w, "k", payOK, asFan); other.Code != 201 || other.Header().Get(ReplayHeader) != "" {
			t.Errorf("another caller with the same key: %d %s", other.Code, other.Body)
		}
		// A refusal is not remembered.
		wantProblem(t, move(t, w, "poor", strings.Replace(payOK, "70", "13", 1)), fault.InsufficientBalance)
		if rec := move(t, w, "poor", payOK); rec.Code != 201 {
			t.Errorf("after a refusal: %d %s", rec.Code, rec.Body)
		}
		if n := w.writes.Load(); n != 3 {
			t.Errorf("%d effects, want 3", n)
		}
		if len(w.running.keys) != 0 {
			t.Errorf("keys are still running: %v", w.running.keys)
		}
	})
}

func TestOnceAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	w.db = dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]int{}
	for range 100 {
		wg.Go(func() {
			rec := move(t, w, "k", payOK)
			mu.Lock()
			defer mu.Unlock()
			if rec.Code == 409 {
				wantProblem(t, rec, fault.IdempotencyInProgress)
			}
			seen[fmt.Sprint(rec.Code)]++
			if rec.Code == 201 && rec.Body.String() != `{"id":"<1>","amount":70}`+"\n" {
				t.Errorf("another answer: %s", rec.Body)
			}
		})
	}
	wg.Wait()
	if w.writes.Load() != 1 || seen["201"] == 0 || seen["201"]+seen["409"] != 100 {
		t.Errorf("%d effects, answers %v", w.writes.Load(), seen)
	}
}

func TestInProgress(t *testing.T) {
	w := newWorld(t, nil)
	line := []string{asHost, "Idempotency-Key: k"}
	done := make(chan int)
	go func() { done <- w.ask(t, "POST /v1/holds", line...).Code }()
	<-w.held
	rec := w.ask(t, "POST /v1/holds", line...)
	wantProblem(t, rec, fault.IdempotencyInProgress)
	if rec.Header().Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %q", rec.Header().Get("Retry-After"))
	}
	go func() { done <- w.ask(t, "POST /v1/holds", asHost, "Idempotency-Key: other").Code }()
	<-w.held
	close(w.hold)
	if a, b := <-done, <-done; a != 200 || b != 200 {
		t.Errorf("%d %d", a, b)
	}
}

func TestRaw(t *testing.T) {
	w := newWorld(t, nil)
	rec := w.ask(t, "POST /v1/storms", asHost, forFan, "Idempotency-Key: k7", "", payOK)
	if rec.Code != 200 || rec.Body.String() != `{"id":"k7","amount":70}` {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// TestKeyBelongsToThePerson sends one tap by every way that it can take, and
// its key for other things (docs/adr/0009-keys-belong-to-the-person.md).
func TestKeyBelongsToThePerson(t *testing.T) {
	s := newShop(t)
	fan, other := s.g.Fan(100), s.g.Fan(100)
	target := s.g.Live(s.g.Creator())
	session := s.session(t, fan)
	bound := "Authorization: Bearer " + s.answered(t, 201, "POST /v1/api-keys", session, "", `{"name":"bot","scopes":["gifts:send"]}`)["secret"].(string)
	tap := []string{"Idempotency-Key: tap", "", `{"gift":"rose","target":"` + target + `"}`}
	first := s.answered(t, 201, "POST /v1/gifts", append([]string{session}, tap...)...)["id"]
	for way, headers := range map[string][]string{"the host": {s.host, actingFor(fan)}, "another key of the host": {s.operator, actingFor(fan)}, "a key of the person": {bound}, "another session": {s.session(t, fan)}} {
		rec := s.ask(t, "POST /v1/gifts", append(headers, tap...)...)
		if rec.Code != 201 || rec.Header().Get(ReplayHeader) != "true" || !strings.Contains(rec.Body.String(), first.(string)) {
			t.Errorf("by %s: %d %s", way, rec.Code, rec.Body)
		}
	}
	batch := s.answered(t, 200, "POST /v1/gifts/batch", s.host, "", `{"gifts":[{"idempotency_key":"tap","sender":"`+string(fan)+`","gift":"rose","target":"`+target+`"}]}`)
	if !strings.Contains(fmt.Sprint(batch), first.(string)) {
		t.Errorf("in a batch: %v", batch)
	}
	if theirs := s.answered(t, 201, "POST /v1/gifts", append([]string{s.session(t, other)}, tap...)...)["id"]; theirs == first {
		t.Error("another person's key is this person's gift")
	}
	card := s.answered(t, 201, "POST /v1/cards/test", session, "", `{}`)["id"].(string)
	s.answered(t, 201, "POST /v1/coin-purchases", session, "Idempotency-Key: tap", "", `{"coins":70,"card":"`+card+`"}`)
	if n := s.g.Count("SELECT COUNT(*) FROM gift"); n != 2 {
		t.Errorf("%d gifts were made", n)
	}
}
