package reversal_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
)

// People of a region with the right to it get what they did not spend back, once.
func TestOwnRefund(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 50) // 250 coins
		q := reversal.Request{Key: s.Key(), Subject: string(p.ID), Units: 1, Spent: true, Reason: reversal.Goodwill}
		r := s.must(s.me(), q)
		if r = s.is(r.ID, reversal.Refunded); r.LotCoins != 450 || r.Reason != reversal.Withdrawal || r.SpentCoins != 0 || r.Amount != usd(999-999*250/700) {
			t.Errorf("refund %+v", r)
		}
		if n := s.Coins(s.fan); n != 0 {
			t.Errorf("%d coins are left", n)
		}
		again := s.must(s.me(), q)
		if again.ID != r.ID || !again.Replayed {
			t.Errorf("again %+v", again)
		}
		_, err := s.refund(s.me(), reversal.Request{Subject: string(p.ID)})
		s.Want(err, fault.RefundExceedsOriginal)
		if n := len(s.Events("coin_purchase.refunded")); n != 1 {
			t.Errorf("%d events", n)
		}
		s.later(15 * 24 * time.Hour)
		late := s.buys(70, "USD")
		s.later(14*24*time.Hour - time.Second)
		s.must(s.me(), reversal.Request{Subject: string(late.ID)})
		later := s.buys(70, "USD")
		s.later(14 * 24 * time.Hour)
		_, err = s.refund(s.me(), reversal.Request{Subject: string(later.ID)})
		s.Want(err, fault.NotEligible)
		someone := s.me()
		someone.Person = s.Person()
		_, err = s.refund(someone, reversal.Request{Subject: string(later.ID)})
		s.Want(err, fault.NotFound)
		_, err = s.refund(s.me(), reversal.Request{Subject: string(s.tipped(500).ID)})
		s.Want(err, fault.NotEligible)
	})
}

// Cards are charged and refunded in steps of ten in currencies with three digits:
// what is worth less than a step stays in the wallet.
func TestRefundInSteps(t *testing.T) {
	each(t, func(s *desk) {
		s.Write(func(tx *db.Tx) error {
			return wallet.Install(s.Ctx, tx, []wallet.Pack{{Version: "kwd@1", Coins: 700, Price: money.Amount{Units: 3_070, Asset: "KWD"}, FromUS: 1}})
		})
		p, top := s.buys(700, "KWD"), s.buys(351, "KWD") // an exact top-up, too
		s.Give(s.fan, "rose", s.room, 1)                 // 5 coins of the first
		r := s.must(s.me(), reversal.Request{Subject: string(p.ID)})
		if r = s.is(r.ID, reversal.Refunded); r.Amount != (money.Amount{Units: 3_040, Asset: "KWD"}) || r.LotCoins != 693 || s.Coins(s.fan) != 2+351 {
			t.Errorf("refund %+v, %d coins are left", r, s.Coins(s.fan))
		}
		_, err := s.refund(s.me(), reversal.Request{Subject: string(p.ID)})
		s.Want(err, fault.RefundExceedsOriginal)
		_, err = s.refund(s.olu, reversal.Request{Subject: string(top.ID), Units: 1_005, Reason: reversal.Goodwill, Note: "Half."})
		s.Want(err, fault.AmountOutOfRange)
		for _, q := range []reversal.Request{{Subject: string(top.ID), Units: 1_010}, {Subject: string(top.ID), Spent: true}, {Subject: string(p.ID), Spent: true}} {
			q.Reason, q.Note = reversal.Goodwill, "All of it."
			proposed := s.is(s.must(s.olu, q).ID, reversal.Proposed) // the rule's amount is in dollars
			_, err := s.back.Agree(s.Ctx, s.ann, proposed.ID)
			s.OK(err)
			s.is(proposed.ID, reversal.Refunded)
		}
		if s.later(time.Minute); s.Coins(s.fan) != 0 {
			t.Errorf("%d coins are left", s.Coins(s.fan))
		}
	})
}

// Operators give back what was spent, too; the creator loses it and is told why.
func TestRefundOfSpentCoins(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 100) // 500 coins, $2.50
		before := s.snapshot()
		r := s.must(s.olu, reversal.Request{Subject: string(p.ID), Units: 500, Spent: true, Reason: reversal.Goodwill, Note: "The stream broke."})
		if r = s.is(r.ID, reversal.Refunded); r.Amount != usd(500) || r.LotCoins != 200 || r.SpentCoins == 0 {
			t.Errorf("refund %+v", r)
		}
		now := s.snapshot()
		if now.coins != 0 || now.diamonds != before.diamonds || now.pending >= before.pending {
			t.Errorf("%+v after %+v", now, before)
		}
		rest := s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Duplicate, Note: "All of it."})
		if rest = s.is(rest.ID, reversal.Refunded); rest.Amount != usd(499) {
			t.Errorf("refund %+v", rest)
		}
		if now = s.snapshot(); now.pending != 0 || now.revenue != 0 || now.deferred != 0 {
			t.Errorf("%+v", now)
		}
		_, err := s.refund(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Duplicate, Note: "Again."})
		s.Want(err, fault.AlreadyRefunded)
		if n := len(s.Events("earning.clawed")); n != 2 {
			t.Errorf("%d events", n)
		}
		s.later(20 * 24 * time.Hour)
	})
}

// A tip goes back whole or in part; its fee is the platform's loss.
func TestRefundOfTip(t *testing.T) {
	each(t, func(s *desk) {
		tp := s.tipped(100_00, func(r *tip.Request) { r.CoverFee = true })
		if got := s.snapshot(); got.pending != 100_00 {
			t.Errorf("%+v", got)
		}
		half := s.must(s.olu, reversal.Request{Subject: string(tp.ID), Units: 51_65, Reason: reversal.Goodwill, Note: "Half."})
		s.is(half.ID, reversal.Refunded)
		if got := s.snapshot(); got.pending != 50_00 || got.reserve != -1_65 {
			t.Errorf("%+v", got)
		}
		s.must(s.olu, reversal.Request{Subject: string(tp.ID), Reason: reversal.Goodwill, Note: "And half."})
		if got := s.snapshot(); got.pending != 0 || got.reserve != -3_30 {
			t.Errorf("%+v", got)
		}
		_, err := s.refund(s.olu, reversal.Request{Subject: string(tp.ID), Reason: reversal.Goodwill, Note: "More."})
		s.Want(err, fault.AlreadyRefunded)
		if n := len(s.Events("tip.refunded")); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

// stages of the money of 700 coins, of which 500 were given, and of a tip.
var stages = []struct {
	name   string
	before func(s *desk)
}{
	{"pending", func(*desk) {}},
	{"available", func(s *desk) { s.later(9 * 24 * time.Hour) }},
	{"paid out", func(s *desk) { s.later(9 * 24 * time.Hour); s.paysOut() }},
}

// At each stage of the money only what the charge paid for is frozen, nobody falls
// below zero, the reserve pays what was paid out, and a dispute that is won
// returns everything to where it was.
func TestDisputeAtEachStage(t *testing.T) {
	for _, stage := range stages {
		for _, end := range []string{"won", "lost"} {
			t.Run(stage.name+" "+end, func(t *testing.T) {
				each(t, func(s *desk) {
					for range 5 { // earnings that are not disputed
						s.buys(1400, "USD")
					}
					s.Give(s.fan, "rose", s.room, 700)
					s.Give(s.fan, "rose", s.room, 700)
					p, tp := s.buys(700, "USD"), s.tipped(20_00)
					s.Give(s.fan, "rose", s.room, 100)
					stage.before(s)
					s.settle()
					before := s.snapshot()
					coins, money := s.disputes(string(p.ID), 0, false), s.disputes(string(tp.ID), 0, false)
					s.is(coins.ID, reversal.Open)
					s.is(money.ID, reversal.Open)
					held := s.snapshot()
					if held.coins != before.coins-200 || held.costs != before.costs-30_00 || held.reserve != before.reserve-9_99-20_00 {
						t.Errorf("held %+v, before %+v", held, before)
					}
					lostPending, lostAvailable := before.pending-held.pending, before.available-held.available
					const both = 2_50 + 20_00 - 88 // the roses, and the tip less its fee
					switch stage.name {
					case "pending":
						if lostPending != both || lostAvailable != 0 {
							t.Errorf("held %+v, before %+v", held, before)
						}
					case "available":
						if lostPending != 0 || lostAvailable != both {
							t.Errorf("held %+v, before %+v", held, before)
						}
					case "paid out":
						if lostPending != 0 || lostAvailable != 0 {
							t.Errorf("held %+v, before %+v", held, before)
						}
					}
					_, err := s.refund(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Goodwill, Note: "Please."})
					s.Want(err, fault.StateConflict)
					s.agree()
					s.closes(coins, end == "won")
					s.closes(money, end == "won")
					s.is(coins.ID, reversal.State(end))
					after := s.snapshot()
					if end == "won" {
						if after != before {
							t.Errorf("after %+v, before %+v", after, before)
						}
					} else if stage.name == "paid out" && after.reserve != before.reserve-2_50-20_00 || stage.name != "paid out" && after.reserve != before.reserve-88 {
						t.Errorf("the reserve: after %+v, before %+v", after, before)
					}
					s.later(10 * 24 * time.Hour)
				})
			})
		}
	}
}

// A dispute that is won after the earnings matured pays them out then.
func TestWonAfterMaturity(t *testing.T) {
	each(t, func(s *desk) {
		p, tp := s.buys(700, "USD"), s.tipped(20_00)
		s.Give(s.fan, "rose", s.room, 100)
		s.settle()
		a, b := s.disputes(string(p.ID), 0, false), s.disputes(string(tp.ID), 0, false)
		s.later(9 * 24 * time.Hour)
		if got := s.snapshot(); got.available != 0 || got.pending != 0 {
			t.Errorf("%+v", got)
		}
		s.closes(a, true)
		s.closes(b, true)
		if got := s.snapshot(); got.available != 2_50+20_00-88 || got.coins != 200 {
			t.Errorf("%+v", got)
		}
	})
}

// A part of a charge is disputed: the coins that are left first, then the gifts
// that were given last.
func TestPartialDispute(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 100)
		r := s.disputes(string(p.ID), 5_00, false)
		if r.LotCoins != 200 || r.SpentCoins != 150 {
			t.Errorf("%+v", r)
		}
		if got := s.snapshot(); got.pending != 1_75 {
			t.Errorf("%+v", got)
		}
		second := s.disputes(string(p.ID), 4_99, false)
		if second.LotCoins != 0 || second.SpentCoins != 350 {
			t.Errorf("%+v", second)
		}
		s.closes(r, true)
		s.closes(second, false)
	})
}

// The bank asks first; only when it takes the money anything is frozen.
func TestInquiry(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		before := s.snapshot()
		r := s.disputes(string(p.ID), 0, true)
		s.is(r.ID, reversal.Inquiry)
		if got := s.snapshot(); got != before {
			t.Errorf("%+v, before %+v", got, before)
		}
		s.closes(r, true)
		s.is(r.ID, reversal.Closed)
		if n := len(s.Events("dispute.opened", "dispute.closed")); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

// Operators answer a dispute, which wins it, or give it up.
func TestAnswerAndAccept(t *testing.T) {
	each(t, func(s *desk) {
		a, b := s.buys(700, "USD"), s.buys(70, "USD")
		first, second := s.disputes(string(a.ID), 0, false), s.disputes(string(b.ID), 0, false)
		_, err := s.back.Answer(s.Ctx, s.me(), first.ID, "It was me.")
		s.Want(err, fault.RoleRequired)
		_, err = s.back.Answer(s.Ctx, s.olu, first.ID, " ")
		s.Want(err, fault.ValidationFailed)
		r, err := s.back.Answer(s.Ctx, s.olu, first.ID, "The coins were given; see the list of gifts.")
		s.OK(err)
		if r.State != reversal.Answered || r.Evidence == "" {
			t.Errorf("%+v", r)
		}
		r, err = s.back.Answer(s.Ctx, s.olu, first.ID, "winning_evidence")
		s.OK(err)
		if r.State != reversal.Won {
			t.Errorf("%+v", r)
		}
		_, err = s.back.Accept(s.Ctx, s.olu, first.ID, "Enough.")
		s.Want(err, fault.AlreadyDone)
		r, err = s.back.Accept(s.Ctx, s.olu, second.ID, "Not worth it.")
		s.OK(err)
		if r.State != reversal.Lost || r.Note != "Not worth it." {
			t.Errorf("%+v", r)
		}
	})
}

// A refund that the bank takes its time with, and one that it sends back.
func TestSlowAndBouncedRefund(t *testing.T) {
	each(t, func(s *desk) {
		s.card = s.save("pm_card_pendingRefund")
		slow := s.buys(70, "USD")
		r := s.must(s.olu, reversal.Request{Subject: string(slow.ID), Reason: reversal.Goodwill, Note: "Slowly."})
		s.later(2 * time.Hour)
		s.is(r.ID, reversal.Refunded)
		s.card = s.save("pm_card_refundFail")
		failing := s.buys(70, "USD")
		r = s.must(s.olu, reversal.Request{Subject: string(failing.ID), Reason: reversal.Goodwill, Note: "It comes back."})
		s.is(r.ID, reversal.Refunded)
		s.later(2 * time.Hour)
		s.is(r.ID, reversal.Bounced)
		if got := s.Balance(ledger.ReversalPath(r.ID), money.USD); got != 99 {
			t.Errorf("%d are owed", got)
		}
		_, err := s.back.Repay(s.Ctx, s.olu, r.ID, "Sent by bank transfer on 12 March.")
		s.OK(err)
		s.is(r.ID, reversal.Repaid)
		_, err = s.back.Repay(s.Ctx, s.olu, r.ID, "Again.")
		s.Want(err, fault.StateConflict)
	})
}

// Above the rule's amount two operators have to agree.
func TestSecondOperator(t *testing.T) {
	each(t, func(s *desk) {
		s.Write(func(tx *db.Tx) error {
			return reversal.Install(s.Ctx, tx, []reversal.Rule{{Version: "current@2", FromUS: 2, Agree: usd(19_98)}})
		})
		p := s.buys(1400, "USD")
		r := s.must(s.olu, reversal.Request{Subject: string(p.ID), Reason: reversal.Goodwill, Note: "A mistake."})
		s.is(r.ID, reversal.Proposed)
		if n := s.Coins(s.fan); n != 1400 {
			t.Errorf("%d coins", n)
		}
		_, err := s.back.Agree(s.Ctx, s.olu, r.ID)
		s.Want(err, fault.Forbidden)
		_, err = s.back.Agree(s.Ctx, s.me(), r.ID)
		s.Want(err, fault.RoleRequired)
		_, err = s.back.Agree(s.Ctx, s.ann, r.ID)
		s.OK(err)
		s.is(r.ID, reversal.Refunded)
		q := s.buys(1400, "USD")
		r = s.must(s.olu, reversal.Request{Subject: string(q.ID), Reason: reversal.Goodwill, Note: "Another mistake."})
		_, err = s.back.Decline(s.Ctx, s.ann, r.ID, "It was none.")
		s.OK(err)
		s.is(r.ID, reversal.Declined)
		_, err = s.back.Agree(s.Ctx, s.ann, r.ID)
		s.Want(err, fault.StateConflict)
	})
}

// All that a minor has paid goes back by one decision, and every creator is told.
func TestMinor(t *testing.T) {
	each(t, func(s *desk) {
		s.buys(700, "USD")
		s.tipped(20_00)
		s.buys(70, "USD")
		s.Give(s.fan, "rose", s.room, 100)
		all, err := s.back.RefundMinor(s.Ctx, s.olu, s.fan, "The parents wrote: thirteen years old.")
		s.OK(err)
		if len(all) != 3 {
			t.Fatalf("%d refunds", len(all))
		}
		s.later(time.Minute)
		for _, r := range all {
			s.is(r.ID, reversal.Refunded)
		}
		if got := s.snapshot(); got.coins != 0 || got.pending != 0 {
			t.Errorf("%+v", got)
		}
		if n := len(s.Events("earning.clawed")); n != 2 {
			t.Errorf("%d events", n)
		}
		_, err = s.back.RefundMinor(s.Ctx, s.olu, s.fan, "Again.")
		s.Want(err, fault.AlreadyRefunded)
	})
}

// In another currency than the balance's everything goes back at what it came to.
func TestConverted(t *testing.T) {
	each(t, func(s *desk) {
		s.OK(s.box.SetSettlement("usd"))
		p, q := s.buys(700, "EUR"), s.buys(1400, "EUR")
		s.Give(s.fan, "rose", s.room, 100)
		s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Units: 3_33, Reason: reversal.Goodwill, Note: "A third."})
		s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Units: 3_33, Reason: reversal.Goodwill, Note: "A third."})
		s.agree()
		won, tp := s.disputes(string(q.ID), 0, false), s.tipped(10_00, func(r *tip.Request) { r.Amount.Asset = "EUR" })
		s.closes(won, true)
		lost, money := s.disputes(string(q.ID), 0, false), s.disputes(string(tp.ID), 0, false)
		s.agree()
		s.closes(lost, false)
		s.closes(money, false)
	})
}

// A bank takes the money, and the news of what came of the charge are late. The
// dispute is known at once, and nothing is booked for it until that is known too.
func TestDisputeBeforeTheEntry(t *testing.T) {
	each(t, func(s *desk) {
		take := s.box.Receive
		s.box.Receive = func(payload []byte, signature string) error {
			if !bytes.Contains(payload, []byte(`"charge.dispute.`)) {
				return nil // lost
			}
			err := take(payload, signature)
			s.OK(err)
			return err
		}
		s.OK(s.box.SetSettlement("usd"))
		s.OK(s.box.SetLateEntries(true))
		for _, won := range []bool{true, false} {
			for _, pay := range []func() string{
				func() string { return string(s.buys(700, "EUR").ID) },
				func() string { return string(s.tipped(10_00, func(r *tip.Request) { r.Amount.Asset = "EUR" }).ID) },
			} {
				subject := pay()
				_, err := s.box.Dispute(s.charge(subject).Provider, "fraudulent", 0, false)
				s.OK(err)
				s.box.Settle()
				d := s.is(s.latest(subject).ID, reversal.Inquiry)
				s.verify()
				s.later(10 * time.Minute)
				s.is(d.ID, reversal.Open)
				s.closes(d, won)
				s.agree()
			}
		}
	})
}

// Whatever answers are lost, there is one refund.
func TestLostAnswers(t *testing.T) {
	for _, mode := range []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Reset, sandbox.ResetBefore, sandbox.RateLimit, sandbox.Sticky} {
		t.Run(string(mode), func(t *testing.T) {
			each(t, func(s *desk) {
				p := s.buys(70, "USD")
				s.box.AddFault(sandbox.Fault{Operation: "POST /v1/refunds", Mode: mode, Next: 1})
				r := s.must(s.olu, reversal.Request{Subject: string(p.ID), Reason: reversal.Goodwill, Note: "Sorry."})
				s.later(time.Minute)
				s.is(r.ID, reversal.Refunded)
				found, err := s.api.FindRefunds(s.Ctx, s.charge(string(p.ID)).Provider)
				if s.OK(err); len(found) != 1 {
					t.Errorf("%d refunds", len(found))
				}
			})
		})
	}
}

// A bank takes the money of a charge that was refunded before, wholly or in part:
// what nobody has any more stands in suspense with a case, and comes back with a
// dispute that is won.
func TestDisputeOfWhatWentBack(t *testing.T) {
	each(t, func(s *desk) {
		for _, units := range []int64{0, 200} {
			for _, won := range []bool{true, false} {
				for _, tipped := range []bool{true, false} {
					subject := ""
					if tipped {
						subject = string(s.tipped(499).ID)
					} else {
						subject = string(s.buys(350, "USD").ID)
						s.Give(s.fan, "rose", s.room, 30)
					}
					s.must(s.olu, reversal.Request{Subject: subject, Units: units, Spent: true, Reason: reversal.Duplicate, Note: "Twice."})
					s.settle()
					before := s.snapshot()
					d := s.is(s.disputes(subject, 499, false).ID, reversal.Open)
					gone := int64(499)
					if units > 0 {
						gone = units
					}
					if s.agree(); d.Beyond != gone || s.Balance(ledger.DisputeDifference, money.USD) != -gone {
						t.Errorf("the dispute is %+v, and %d stand in suspense", d, s.Balance(ledger.DisputeDifference, money.USD))
					}
					s.closes(d, won)
					s.agree()
					if now := s.snapshot(); won && (now != before || s.Balance(ledger.DisputeDifference, money.USD) != 0) {
						t.Errorf("won, and it is %+v, not %+v", now, before)
					}
					if !won { // somebody decides who bears it
						s.Write(func(tx *db.Tx) error {
							one, _, err := casework.About(s.Ctx, tx, casework.Difference, d.ID)
							if err == nil {
								_, err = casework.Settle(s.Ctx, tx, one.ID, "somebody", casework.WrittenOff, "The bank did not look.")
							}
							return err
						})
						s.agree()
					}
				}
			}
		}
	})
}

// All of an earning is taken back while it is pending, and comes back after its hold
// has ended: it can be paid out, and the books say since when.
func TestWonAfterAllOfIt(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(350, "USD")
		s.Give(s.fan, "rose", s.room, 70)
		d := s.disputes(string(p.ID), 0, false)
		s.later(9 * 24 * time.Hour)
		if b := s.snapshot(); b.available != 0 || b.diamonds != 0 {
			t.Fatalf("the creator has %+v", b)
		}
		s.closes(d, true)
		s.agree()
		if b := s.snapshot(); b.available != 175 {
			t.Fatalf("the creator has %+v", b)
		}
		s.paysOut()
	})
}
