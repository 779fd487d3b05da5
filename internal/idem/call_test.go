package idem_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/idem"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func call(caller, key, asked string) *idem.Call {
	return &idem.Call{Caller: caller, Operation: "post-payouts", Key: key, Fingerprint: []byte(asked)}
}

// run wraps one counted effect in the call.
func run(d *db.DB, c *idem.Call, effects *int, a idem.Answer, fail error) error {
	ctx := context.Background()
	return d.Write(ctx, func(tx *db.Tx) error {
		return c.Once(ctx, tx, func() (idem.Answer, error) {
			*effects++
			return a, fail
		})
	})
}

func TestOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		effects := 0
		first := idem.Answer{Status: 201, Body: `{"id":"pyo_1","note":"é\u0000"}`}

		c := call("key_a", "k", "one")
		if err := run(d, c, &effects, first, nil); err != nil || c.Replayed || c.Answer != first {
			t.Fatalf("the first call: %v, %+v", err, c)
		}
		c = call("key_a", "k", "one")
		if err := run(d, c, &effects, idem.Answer{Status: 200}, nil); err != nil || !c.Replayed || c.Answer != first {
			t.Fatalf("the same call again: %v, %+v", err, c)
		}
		if effects != 1 {
			t.Fatalf("the effect ran %d times", effects)
		}

		c = call("key_a", "k", "two")
		if err := run(d, c, &effects, first, nil); !fault.Is(err, fault.IdempotencyKeyReused) {
			t.Fatalf("the key with another request: %v", err)
		}
		c = call("key_b", "k", "two")
		if err := run(d, c, &effects, first, nil); err != nil || c.Replayed {
			t.Fatalf("the key of another caller: %v, %+v", err, c)
		}
		if effects != 2 {
			t.Fatalf("the effects ran %d times, want 2", effects)
		}
	})
}

func TestOnlySuccessIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		effects := 0
		poor := fault.New(fault.InsufficientBalance, "You have 3 coins and need 5.")
		if err := run(d, call("key_a", "k", "one"), &effects, idem.Answer{}, poor); !errors.Is(err, poor) {
			t.Fatalf("the refusal became %v", err)
		}
		if err := run(d, call("key_a", "k", "one"), &effects, idem.Answer{Status: 409}, nil); err == nil {
			t.Fatal("a 409 was kept as the answer")
		}
		c := call("key_a", "k", "one")
		if err := run(d, c, &effects, idem.Answer{Status: 200, Body: `{}`}, nil); err != nil || c.Replayed {
			t.Fatalf("after two refusals: %v, %+v", err, c)
		}
		if effects != 3 {
			t.Fatalf("the effect was tried %d times, want 3", effects)
		}
	})
}

func TestSameKeyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		const n = 50
		effects, first := 0, 0
		answers := make([]*idem.Call, n)
		var wg sync.WaitGroup
		for i := range answers {
			answers[i] = call("key_a", "k", "one")
			wg.Go(func() {
				if err := run(d, answers[i], &effects, idem.Answer{Status: 201, Body: `{"n":1}`}, nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, c := range answers {
			if !c.Replayed {
				first++
			}
			if c.Answer.Body != `{"n":1}` {
				t.Errorf("an answer is %+v", c.Answer)
			}
		}
		if effects != 1 || first != 1 {
			t.Errorf("%d effects and %d first answers, want one of each", effects, first)
		}
	})
}

func TestWithoutCall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		effects := 0
		if err := run(d, nil, &effects, idem.Answer{}, nil); err != nil || effects != 1 {
			t.Fatalf("%v, %d effects", err, effects)
		}
	})
}
