package limit_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// account makes an account as of now.
func (w *world) account(name string) (person id.Person) {
	w.t.Helper()
	w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
		p, _, err := people.EnsureExternal(w.ctx, tx, people.NewPerson{Name: "Somebody", Region: "US", BirthDate: "1990-01-01", ExternalID: name})
		person = p.ID
		return err
	}))
	return person
}

// pays is the next spend of the account with the card.
func (w *world) pays(person id.Person, card string, units int64) limit.Spend {
	s := w.spend(units, "USD")
	s.Person, s.Instrument = person, card
	return s
}

func (w *world) learn(cause, card string) {
	w.t.Helper()
	w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error { return limit.Learn(w.ctx, tx, cause, card) }))
}

// left returns what the person is told of the stretch that allows the most.
func (w *world) left(person id.Person) (units int64) {
	w.t.Helper()
	w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
		paces, err := limit.PacesOf(w.ctx, tx, person, "USD")
		for _, p := range paces {
			units = max(units, p.Left.Units)
		}
		return err
	}))
	return units
}

// Two accounts with one card pay together what one may; the refusal tells nobody
// what the other paid, nor when.
func TestCard(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		a, b, c := w.fan, w.account("host-2"), w.account("host-4")
		w.clk.Advance(31 * oneDay)
		young := w.account("host-3")
		w.ok(w.take(w.pays(a, "one", 60_00)))
		w.clk.Advance(time.Hour)
		last := w.pays(b, "one", 40_00)
		w.ok(w.take(last))
		w.clk.Advance(time.Hour)
		for _, code := range []struct {
			who  id.Person
			code fault.Code
		}{{b, fault.VelocityLimit}, {young, fault.NewAccountLimit}} {
			f := w.want(w.take(w.pays(code.who, "one", 1)), code.code)
			if f.Data["counted"] != "card" || f.Data["left"] != nil || f.Data["resets_at"] != nil || f.RetryAfter != oneDay ||
				strings.Contains(f.Detail, "60.00") || strings.Contains(f.Detail, "40.00") {
				t.Errorf("the refusal is %q %v, after %v", f.Detail, f.Data, f.RetryAfter)
			}
		}
		f := w.want(w.take(w.pays(b, "two", 60_01)), fault.VelocityLimit)
		if f.Data["counted"] != "account" || f.Data["left"] == nil {
			t.Errorf("of the account: %v", f.Data)
		}
		if la, lb := w.left(a), w.left(b); la != 40_00 || lb != 60_00 {
			t.Errorf("they are told that %d and %d are left", la, lb)
		}
		w.ok(w.take(w.pays(b, "two", 60_00)))
		w.release(last.Cause)
		w.clk.Advance(time.Second)
		w.ok(w.take(w.pays(c, "one", 40_00)))
		w.wants(w.take(w.pays(young, "one", 1)), fault.NewAccountLimit)
		w.ok(w.take(w.pays(young, "", 20_00)))
	})
}

// A question to the person comes before the card: it tells nothing of what others
// paid with it, whatever the amount. What only the account has paid is told first.
func TestCardIsAskedLast(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		other := w.account("host-2")
		w.clk.Advance(31 * oneDay)
		w.ok(w.take(w.pays(other, "one", 60_00)))
		w.clk.Advance(time.Hour)
		_, err := w.Set(w.ctx, w.fan, limit.Wish{Confirm: money.Amount{Units: 0, Asset: "USD"}})
		w.ok(err)
		said := map[string]bool{}
		for _, units := range []int64{1, 40_00, 40_01, 100_00} {
			f := w.want(w.take(w.pays(w.fan, "one", units)), fault.LimitReached)
			if f.Data["limit"] != "confirm_above" {
				t.Errorf("for %d: %v", units, f.Data)
			}
			said[strings.ReplaceAll(f.Detail, money.Amount{Units: units, Asset: "USD"}.Decimal(), "it")] = true
		}
		if len(said) != 1 {
			t.Errorf("the questions differ: %v", said)
		}
		if f := w.want(w.take(w.pays(w.fan, "one", 100_01)), fault.VelocityLimit); f.Data["counted"] != "account" {
			t.Errorf("what is the account's: %v", f.Data)
		}
		sure := w.pays(w.fan, "one", 40_01)
		sure.Confirmed = true
		w.wants(w.take(sure), fault.VelocityLimit)
		sure.Amount.Units = 40_00
		w.ok(w.take(sure))
	})
}

// A card that was typed on the provider's page counts from when it is known on, and
// as the one that it was known to be.
func TestCardLearned(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		a, b := w.fan, w.account("host-2")
		w.clk.Advance(31 * oneDay)
		first, second := w.pays(a, "", 100_00), w.pays(b, "", 60_00)
		w.ok(w.take(first))
		w.ok(w.take(second))
		w.learn(first.Cause, "one")
		w.learn(second.Cause, "one") // more than the card may: nobody knew
		w.learn(second.Cause, "two") // it is known
		w.learn(first.Cause, "")
		w.ok(w.take(w.pays(b, "two", 40_00)))
		w.wants(w.take(w.pays(w.account("host-3"), "one", 1)), fault.NewAccountLimit)
		w.clk.Advance(oneDay)
		w.ok(w.take(w.pays(b, "one", 100_00)))
	})
}

// Of many accounts that pay at once with one card no more pass than it has room for.
func TestCardAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		var spends []limit.Spend
		for i := range 12 {
			spends = append(spends, w.pays(w.account("host-at-once-"+strconv.Itoa(i)), "one", 30_00))
		}
		w.clk.Advance(31 * oneDay)
		errs := make([]error, len(spends))
		var all sync.WaitGroup
		for i := range spends {
			all.Go(func() { errs[i] = w.take(spends[i]) })
		}
		all.Wait()
		passed := 0
		for _, err := range errs {
			if err == nil {
				passed++
			} else {
				w.wants(err, fault.VelocityLimit)
			}
		}
		if passed != 3 {
			t.Errorf("%d passed", passed)
		}
	})
}

// paid is a spend as the model knows it.
type paid struct {
	at    time.Time
	who   int
	card  string
	units int64
	cause string
}

// Whoever pays with whichever card, known before or learned later, while the clock
// goes on, stands still or steps back: no stretch of time has more of an account or
// of a card than it allows, and what fits is not refused. Verify agrees at the end.
func TestCardModel(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		accounts := []id.Person{w.fan, w.account("host-2"), w.account("host-3"), ""}
		w.clk.Advance(31 * oneDay)
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			w.clk.Advance(3 * oneDay)
			run++
			accounts[3] = w.account(fmt.Sprintf("host-new-%d", run)) // may pay a fifth
			most := []int64{100_00, 100_00, 100_00, 20_00}
			var all []paid
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				w.clk.Advance(rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Hour, 7 * time.Hour, -time.Minute, -time.Hour}).Draw(rt, "pause"))
				if len(all) > 0 && rapid.IntRange(0, 5).Draw(rt, "release") == 0 {
					i := rapid.IntRange(0, len(all)-1).Draw(rt, "which")
					w.release(all[i].cause)
					all = slices.Delete(all, i, i+1)
				}
				card := rapid.SampledFrom([]string{"", "one", "two"}).Draw(rt, "card")
				if i := slices.IndexFunc(all, func(p paid) bool { return p.card == "" }); i >= 0 && card != "" && rapid.Bool().Draw(rt, "learn") {
					w.learn(all[i].cause, card)
					all[i].card = card
					continue
				}
				p := paid{at: w.clk.Now(), who: rapid.IntRange(0, 3).Draw(rt, "who"), card: card, units: rapid.Int64Range(1, 50_00).Draw(rt, "cents")}
				s := w.pays(accounts[p.who], card, p.units)
				p.cause = s.Cause
				sum := p.units
				for _, x := range all {
					if x.at.After(p.at.Add(-oneDay)) && (x.who == p.who || x.card == card && card != "") {
						sum += x.units
					}
				}
				err := w.take(s)
				if (err == nil) != (sum <= most[p.who]) {
					rt.Fatalf("%d cents in 24 hours: %v", sum, err)
				}
				if err == nil {
					all = append(all, p)
				}
			}
		})
	})
}

func TestVerifyBitesOnCard(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		a, b := w.fan, w.account("host-2")
		w.clk.Advance(31 * oneDay)
		first := w.pays(a, "", 60_00)
		w.ok(w.take(first))
		w.clk.Advance(time.Hour)
		w.ok(w.take(w.pays(b, "one", 60_00)))
		change := func(set string) {
			w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(w.ctx, "UPDATE limit_spend SET "+set+" WHERE cause = $1", first.Cause)
				return err
			}))
		}
		change("instrument = 'one', learned_us = at_us")
		ledgertest.Names(t, w.d, limit.RuleVelocity, limit.Checks(id.KindPurchase)...)
		change("instrument = '', learned_us = 0")
		w.learn(first.Cause, "one") // known too late to be held to it
	})
}
