package earnings_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

// tip accrues money for the creator, as a tip does, and returns its cause.
func tip(w *gifttest.World, creator id.Person, amount money.Amount) (cause string, e id.Earning) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) {
		cause = tx.NewID(id.KindTip)
		e, err = earnings.Accrue(w.Ctx, tx, earnings.Accrual{Kind: "tip.succeeded", Cause: cause, Creator: creator, Source: earnings.FromTip, Amount: amount,
			From: "tip/" + cause, Where: earnings.Where{Fan: "usr_fan", Item: "tip"},
			More: []ledger.Move{{From: ledger.Provider, To: "tip/" + cause, Amount: amount}}})
		return err
	})
	return cause, e
}

func clawBack(w *gifttest.World, cause string, e id.Earning, own int64) (c earnings.Claw) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		all, err := earnings.ClawBack(w.Ctx, tx, cause, "chargeback", []earnings.Claim{{Earning: e, Own: own}})
		if err == nil {
			c = all[0]
		}
		return err
	})
	return c
}

func keep(w *gifttest.World, cause string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return earnings.KeepClaws(w.Ctx, tx, cause) })
}

func returned(w *gifttest.World, cause string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return earnings.ReturnClaws(w.Ctx, tx, cause) })
}

// Money has an earning of its own for each day, source and currency, is held, and
// becomes available as it is.
func TestMoneyAccrues(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator := w.Creator()
		_, first := tip(w, creator, usd(500))
		_, second := tip(w, creator, usd(1))
		_, yen := tip(w, creator, money.Amount{Units: 700, Asset: "JPY"})
		if first != second || yen == first {
			t.Errorf("earnings %s %s %s", first, second, yen)
		}
		if got := balance(w, creator); got.Pending != usd(501) || got.PendingDiamonds != 0 || got.Available != usd(0) {
			t.Errorf("balance: %+v", got)
		}
		w.Later(9 * 24 * time.Hour)
		if got := balance(w, creator); got.Pending != usd(0) || got.Available != usd(501) {
			t.Errorf("balance: %+v", got)
		}
		for _, e := range of(w, creator) {
			if e.State != earnings.Available || e.Net() != e.Amount.Units || e.Left() != e.Amount.Units || !e.Money() || e.Source != earnings.FromTip {
				t.Errorf("earning %+v", e)
			}
		}
		parts, err := take(w, creator, 501)
		if err != nil || len(parts) != 1 || parts[0].Earning != first {
			t.Errorf("took %v, %v", parts, err)
		}
		giveBack(w, creator, parts)
	})
}

// stage is where an earning is when something is taken back of it.
type stage struct {
	name                string
	before              func(w *gifttest.World, creator id.Person, e id.Earning)
	moved, units, borne int64 // of 40 diamonds
}

// What is taken back comes from where the money is, and goes back to there.
func TestClawAtEachStage(t *testing.T) {
	later := func(w *gifttest.World, _ id.Person, _ id.Earning) { w.Later(9 * 24 * time.Hour) }
	for _, s := range []stage{
		{"pending", func(*gifttest.World, id.Person, id.Earning) {}, 40, 0, 0},
		{"available", later, 0, 20, 0},
		{"partly paid", func(w *gifttest.World, c id.Person, e id.Earning) { later(w, c, e); pay(w, c, 45) }, 0, 5, 15},
		{"paid", func(w *gifttest.World, c id.Person, e id.Earning) { later(w, c, e); pay(w, c, 50) }, 0, 0, 20},
	} {
		for _, end := range []string{"kept", "returned", "returned after it matured"} {
			t.Run(s.name+" "+end, func(t *testing.T) {
				gifttest.Each(t, func(w *gifttest.World) {
					fan, creator := w.Fan(1000), w.Creator()
					w.Give(fan, "spark", w.Live(creator), 100)
					e := of(w, creator)[0].ID
					s.before(w, creator, e)
					before := balance(w, creator)
					reserve := w.Balance(ledger.Reserve, money.USD)
					c := clawBack(w, "dsp_1", e, 40)
					if c.Moved != s.moved || c.Units != s.units || c.Borne != s.borne {
						t.Errorf("claw %+v, want %+v", c, s)
					}
					now := balance(w, creator)
					if now.Available.Units != before.Available.Units-s.units || now.PendingDiamonds != before.PendingDiamonds || now.Pending.Units != before.Pending.Units-s.moved/2 {
						t.Errorf("balance %+v after %+v", now, before)
					}
					switch end {
					case "kept":
						keep(w, "dsp_1")
						if got := w.Balance(ledger.Reserve, money.USD); got != reserve-s.borne {
							t.Errorf("the reserve went from %d to %d", reserve, got)
						}
					case "returned after it matured":
						w.Later(10 * 24 * time.Hour)
						fallthrough
					default:
						returned(w, "dsp_1")
						w.Later(10 * 24 * time.Hour)
						if got := balance(w, creator); got.Available.Units != before.Available.Units+before.Pending.Units {
							t.Errorf("balance %+v, at first %+v", got, before)
						}
					}
					if n, m := len(w.Events("earning.clawed")), len(w.Events("earning.restored")); n != 1 || (m == 1) != (end != "kept") {
						t.Errorf("%d and %d events", n, m)
					}
				})
			})
		}
	}
}

// pay takes what is available as a payout that went out does. The books of this
// world have no payouts: the money goes to the provider.
func pay(w *gifttest.World, creator id.Person, cents int64) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		if _, err := earnings.Take(w.Ctx, tx, creator, usd(cents)); err != nil {
			return err
		}
		_, err := ledger.Post(w.Ctx, tx, "payout.transferred", tx.NewID(id.KindPayout), "", ledger.Move{From: ledger.AvailablePath(creator), To: ledger.Provider, Amount: usd(cents)})
		return err
	})
}

// Whatever is taken back, kept and returned, before and after earnings mature, the
// books stay right: what is left is never more than what was not taken.
func TestClawModel(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan := w.Fan(1_000_000)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			creator := w.Creator()
			room := w.Live(creator)
			type claim struct{ cause string }
			var open []claim
			for range rapid.IntRange(3, 12).Draw(rt, "steps") {
				switch rapid.SampledFrom([]string{"give", "tip", "claw", "claw", "claw", "keep", "return", "later"}).Draw(rt, "what") {
				case "give":
					w.Give(fan, "spark", room, rapid.Int64Range(1, 9).Draw(rt, "sparks"))
				case "tip":
					tip(w, creator, usd(rapid.Int64Range(1, 9).Draw(rt, "cents")))
				case "claw":
					for _, e := range of(w, creator) {
						left := e.Diamonds
						if e.Money() {
							left = e.Amount.Units
						}
						for _, c := range clawsOf(w, e.ID) {
							if c.State != earnings.ClawReturned {
								left -= c.Own
							}
						}
						if left < 1 {
							continue
						}
						n++
						c := claim{fmt.Sprintf("dsp_%d", n)}
						clawBack(w, c.cause, e.ID, rapid.Int64Range(1, left).Draw(rt, "own"))
						open = append(open, c)
					}
				case "keep", "return":
					if len(open) == 0 {
						continue
					}
					i := rapid.IntRange(0, len(open)-1).Draw(rt, "which")
					if rapid.Bool().Draw(rt, "keep") {
						keep(w, open[i].cause)
					} else {
						returned(w, open[i].cause)
					}
					open = append(open[:i], open[i+1:]...)
				case "later":
					w.Later(5 * 24 * time.Hour)
				}
			}
			ledgertest.Verify(t, w.D, gifttest.Checks()...)
		})
	})
}

func clawsOf(w *gifttest.World, e id.Earning) (all []earnings.Claw) {
	w.Read(func(tx *db.Tx) (err error) {
		all, err = earnings.ClawsOfEarning(w.Ctx, tx, e)
		return err
	})
	return all
}

// More than is there can not be taken back, and a cause takes once of an earning.
func TestClawRefusals(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator := w.Creator()
		_, e := tip(w, creator, usd(500))
		for _, own := range []int64{0, -1, 501} {
			if err := w.D.Write(w.Ctx, func(tx *db.Tx) error {
				_, err := earnings.ClawBack(w.Ctx, tx, "dsp_1", "refund", []earnings.Claim{{Earning: e, Own: own}})
				return err
			}); err == nil {
				t.Errorf("%d were taken back of 500", own)
			}
		}
		clawBack(w, "dsp_1", e, 499)
		if err := w.D.Write(w.Ctx, func(tx *db.Tx) error {
			_, err := earnings.ClawBack(w.Ctx, tx, "dsp_1", "refund", []earnings.Claim{{Earning: e, Own: 1}})
			return err
		}); err == nil {
			t.Error("one cause took twice")
		}
		keep(w, "dsp_1")
		keep(w, "dsp_1")
		returned(w, "dsp_1") // it has ended
		if got := balance(w, creator); got.Pending != usd(1) {
			t.Errorf("balance %+v", got)
		}
	})
}

func TestVerifyBitesOnClaws(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		w.Give(fan, "spark", w.Live(creator), 100)
		gifts := of(w, creator)[0].ID
		cause, e := tip(w, creator, usd(500))
		clawBack(w, "dsp_1", e, 100)
		clawBack(w, "dsp_1", gifts, 40)
		w.Later(9 * 24 * time.Hour)
		clawBack(w, "dsp_2", e, 50)
		clawBack(w, "dsp_2", gifts, 4)
		keep(w, "dsp_1")
		clawBack(w, "dsp_3", gifts, 2)
		returned(w, "dsp_3")
		one := " WHERE id = '" + string(e) + "'"
		cut := func(of string) string { return " WHERE cause = '" + of + "' AND earning_id = '" + string(e) + "'" }
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"an accrual of more", earnings.RuleAccrued, "UPDATE earning_accrual SET units = units + 1", "UPDATE earning_accrual SET units = units - 1"},
			{"an accrual of another cause", earnings.RuleAccrued, "UPDATE earning_accrual SET cause = 'tip_x'", "UPDATE earning_accrual SET cause = '" + cause + "'"},
			{"money that nothing earned", earnings.RuleAccrued, "UPDATE earning_accrual SET earning_id = 'ern_x'", "UPDATE earning_accrual SET earning_id = '" + string(e) + "'"},
			{"more clawed than its claws", earnings.RuleClawed, "UPDATE earning SET clawed_own = clawed_own + 1" + one, "UPDATE earning SET clawed_own = clawed_own - 1" + one},
			{"more money clawed", earnings.RuleClawed, "UPDATE earning SET clawed_units = clawed_units + 1" + one, "UPDATE earning SET clawed_units = clawed_units - 1" + one},
			{"a claw worth more", earnings.RuleClawed, "UPDATE earning_claw SET borne_units = 3" + cut("dsp_2"), "UPDATE earning_claw SET borne_units = 0" + cut("dsp_2")},
			{"a claw of somebody else", earnings.RuleClawed, "UPDATE earning_claw SET creator_id = 'usr_x'" + cut("dsp_2"), "UPDATE earning_claw SET creator_id = '" + string(creator) + "'" + cut("dsp_2")},
			{"a claw that took another amount", earnings.RuleClaws, "UPDATE earning_claw SET units = units + 1, borne_units = 0" + cut("dsp_2"), "UPDATE earning_claw SET units = units - 1" + cut("dsp_2")},
			{"a held claw that is said to be kept", earnings.RuleClaws, "UPDATE earning_claw SET state = 'kept', ended_us = 1" + cut("dsp_2"), "UPDATE earning_claw SET state = 'held', ended_us = 0" + cut("dsp_2")},
			{"a kept claw that is said to be returned", earnings.RuleClaws, "UPDATE earning_claw SET state = 'returned'" + cut("dsp_1"), "UPDATE earning_claw SET state = 'kept'" + cut("dsp_1")},
			{"a claw that is gone", earnings.RuleClaws, "UPDATE earning_claw SET id = 'x' || id" + cut("dsp_1"), "UPDATE earning_claw SET id = SUBSTR(id, 2)" + cut("dsp_1")},
			{"diamonds taken that were not", earnings.RuleDiamonds, "UPDATE earning_claw SET own = own + 1, moved = moved + 1 WHERE cause = 'dsp_1' AND earning_id = '" + string(gifts) + "'", "UPDATE earning_claw SET own = own - 1, moved = moved - 1 WHERE cause = 'dsp_1' AND earning_id = '" + string(gifts) + "'"},
			{"converted what was taken", earnings.RulePosted, "UPDATE earning_claw SET own = own + 1, moved = moved + 1 WHERE cause = 'dsp_1' AND earning_id = '" + string(gifts) + "'", "UPDATE earning_claw SET own = own - 1, moved = moved - 1 WHERE cause = 'dsp_1' AND earning_id = '" + string(gifts) + "'"},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(w, t, plant.rule, plant.damage, plant.undo) })
		}
	})
}
