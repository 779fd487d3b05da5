package app

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// plant is damage that a rule has to name, and its undoing.
type plant struct {
	invariant    int
	rule         string
	damage, undo string
}

// The invariants of payments, refunds, disputes and payouts, by their numbers in
// the plan of reliability, with damage to each.
var plants = []plant{
	// 22. A charge of the provider pays at most one purchase, to the cent.
	{22, purchase.RulePaid, "UPDATE coin_purchase SET price_units = price_units + 1", "UPDATE coin_purchase SET price_units = price_units - 1"},
	{22, purchase.RuleBooked, "UPDATE payment_charge SET fee_units = fee_units + 1", "UPDATE payment_charge SET fee_units = fee_units - 1"},
	{22, payment.RuleAsked, "UPDATE payment_charge SET outcome = 'unknown', created_us = created_us - 3600000000", "UPDATE payment_charge SET outcome = 'succeeded', created_us = created_us + 3600000000"},
	// 23. No more of a charge goes back than was charged.
	{23, reversal.RuleCharge, "UPDATE payment_charge SET refunded_units = refunded_units - 1 WHERE refunded_units > 0", "UPDATE payment_charge SET refunded_units = refunded_units + 1 WHERE refunded_units > 0"},
	{23, reversal.RuleProvider, "UPDATE reversal SET moved_units = moved_units + 1 WHERE state = 'refunded'", "UPDATE reversal SET moved_units = moved_units - 1 WHERE state = 'refunded'"},
	// 24. Coins that go back were not spent, or a claw says who bears them.
	{24, reversal.RuleAside, "UPDATE wallet_lot SET aside_coins = aside_coins + 1", "UPDATE wallet_lot SET aside_coins = aside_coins - 1"},
	{24, reversal.RuleParts, "UPDATE reversal SET spent_coins = spent_coins + 1 WHERE state = 'refunded'", "UPDATE reversal SET spent_coins = spent_coins - 1 WHERE state = 'refunded'"},
	{24, reversal.RuleClawed, "UPDATE reversal_part SET diamonds = diamonds + 1", "UPDATE reversal_part SET diamonds = diamonds - 1"},
	// 25. A dispute has one path, and what it moved stands in the books.
	{25, reversal.RuleTransfers, "UPDATE reversal SET state = 'lost' WHERE state = 'won'", "UPDATE reversal SET state = 'won' WHERE state = 'lost'"},
	{25, reversal.RuleHeld, "UPDATE reversal SET lot_units = lot_units + 1 WHERE state = 'open'", "UPDATE reversal SET lot_units = lot_units - 1 WHERE state = 'open'"},
	// 26. A payout is the sum of its lines.
	{26, payout.RuleLines, "UPDATE payout_line SET units = units + 1", "UPDATE payout_line SET units = units - 1"},
	// 27. What is paid was transferred, and what failed or came back is free again.
	{27, payout.RuleTransfers, "UPDATE payout SET amount_units = amount_units + 1 WHERE state = 'paid'", "UPDATE payout SET amount_units = amount_units - 1 WHERE state = 'paid'"},
	{27, payout.RuleLines, "UPDATE payout SET state = 'failed', failure_reason = 'x' WHERE state = 'paid'", "UPDATE payout SET state = 'paid', failure_reason = '' WHERE state = 'failed'"},
	// 28. No payout while something is missing, held, or below the minimum.
	{28, payout.RuleLimits, "UPDATE rate_card SET minimum_units = 60000", "UPDATE rate_card SET minimum_units = 100"},
	{28, payout.RuleKnown, "UPDATE payout_account_seen SET transfers_enabled = 0", "UPDATE payout_account_seen SET transfers_enabled = 1 WHERE due = ''"},
	{28, payout.RuleBegun, "UPDATE payout_account SET bank_changed_us = (SELECT MAX(begun_us) - 1 FROM payout)", "UPDATE payout_account SET bank_changed_us = 0"},
	{28, payout.RuleReserve, "UPDATE earning_claw SET borne_units = borne_units + 1000000 WHERE state <> 'returned'", "UPDATE earning_claw SET borne_units = borne_units - 1000000 WHERE state <> 'returned'"},
	// 29. The clearing account is the provider's balance, and suspense is a week old at most.
	{29, casework.RuleSuspense, "UPDATE casework_case SET amount_units = amount_units + 1 WHERE kind = 'difference'", "UPDATE casework_case SET amount_units = amount_units - 1 WHERE kind = 'difference'"},
	{29, casework.RuleOld, "UPDATE casework_case SET opened_us = opened_us - 691200000000 WHERE kind = 'difference'", "UPDATE casework_case SET opened_us = opened_us + 691200000000 WHERE kind = 'difference'"},
	{29, reconcile.RuleBooked, "UPDATE reconcile_entry SET amount_units = amount_units - 1, net_units = net_units - 1 WHERE booked = 'suspense'", "UPDATE reconcile_entry SET amount_units = amount_units + 1, net_units = net_units + 1 WHERE booked = 'suspense'"},
	{29, reconcile.RuleCase, "UPDATE casework_case SET subject = 'x' || subject WHERE kind = 'difference'", "UPDATE casework_case SET subject = SUBSTR(subject, 2) WHERE kind = 'difference'"},
	{29, reconcile.RulePlace, "UPDATE reconcile_place SET seq = seq + 1000000", "UPDATE reconcile_place SET seq = seq - 1000000"},
	// 30. Everybody's part is by the rates that were in force.
	{30, gift.RuleRates, "UPDATE ledger_transfer SET rule = 'other@1' WHERE kind = 'gift.sent'", "UPDATE ledger_transfer SET rule = 'current@1' WHERE kind = 'gift.sent'"},
	{30, earnings.RuleMatured, "UPDATE earning SET amount_units = amount_units + 1 WHERE state = 'available'", "UPDATE earning SET amount_units = amount_units - 1 WHERE state = 'available'"},
	// 31. What a creator is told to have earned, in a year too, is what the ledger says.
	{31, earnings.RulePosted, "UPDATE earning SET diamonds = diamonds + 2 WHERE state = 'available'", "UPDATE earning SET diamonds = diamonds - 2 WHERE state = 'available'"},
	{31, report.RuleTax, "UPDATE ledger_transfer SET kind = 'claw.returned' WHERE kind = 'payout.scheduled'", "UPDATE ledger_transfer SET kind = 'payout.scheduled' WHERE kind = 'claw.returned' AND cause LIKE 'pyo_%'"},
	// 32. Nobody is charged faster than the velocity in force allows.
	{32, limit.RuleVelocity, "INSERT INTO limit_velocity (version, name, asset, from_us, since_us, span_us, most_units, younger_us) SELECT 'planted@1', 'day', 'USD', COALESCE(MAX(from_us), 0) + 1, 1, 86400000000, 1, 0 FROM limit_velocity",
		"DELETE FROM limit_velocity WHERE version = 'planted@1'"},
}

// TestInvariants damages a real world once for each, and expects verify to name it.
func TestInvariants(t *testing.T) {
	eachShop(t, func(s *shop) {
		s.busy()
		ledgertest.Verify(t, s.DB, Checks()...)
		known, proved := map[string]bool{}, map[int]bool{}
		for _, c := range Checks() {
			known[c.Name] = true
		}
		for _, p := range plants {
			if !known[p.rule] {
				t.Errorf("%d: there is no rule %q", p.invariant, p.rule)
				continue
			}
			s.exec(p.damage)
			ledgertest.Names(t, s.DB, p.rule, Checks()...)
			s.exec(p.undo)
			proved[p.invariant] = true
			if t.Failed() {
				s.t.Fatalf("invariant %d: %s", p.invariant, p.damage)
			}
		}
		for n := 22; n <= 32; n++ {
			if !proved[n] {
				t.Errorf("nothing was planted that breaks invariant %d", n)
			}
		}
	})
}

func (s *shop) exec(statement string) {
	s.t.Helper()
	s.write(func(tx *db.Tx) error {
		n, err := tx.Exec(s.t.Context(), statement)
		if n == 0 && err == nil {
			s.t.Errorf("it changed nothing: %s", statement)
		}
		return err
	})
}

// later moves the clock and lets what is due happen on both sides, with the news.
func (s *shop) later(d time.Duration) {
	s.t.Helper()
	s.clk.Advance(d)
	for range 3 {
		_, err := s.Runner.RunDue(s.t.Context())
		s.ok(err)
		_, err = s.Sandbox().Tick(s.t.Context())
		s.ok(err)
		s.ok(s.poll(s.t.Context()))
	}
}

// busy is a world with a payout, a refund, disputes that are won and open, and
// money that nobody can explain.
func (s *shop) busy() {
	s.t.Helper()
	ctx := s.t.Context()
	creator := s.creator()
	room := s.live(creator)
	refunded, won, open := s.pays(), s.pays(), s.pays()
	for i := range 3 { // of each purchase a part
		_, err := s.Gifts.Send(ctx, gift.Request{Key: string(rune('a' + i)), Sender: s.fan, Item: "rose", Quantity: 8, Target: room})
		s.ok(err)
	}
	many := s.pays()
	for i := range 9 {
		_, err := s.Gifts.Send(ctx, gift.Request{Key: string(rune('k' + i)), Sender: s.fan, Item: "rose", Quantity: 2, Target: room})
		s.ok(err)
	}
	_, _ = many, s.pays()
	s.later(9 * 24 * time.Hour)
	_, err := s.Payouts.Withdraw(ctx, payout.Request{Key: "w", Creator: creator})
	s.ok(err)
	s.later(2 * time.Minute)
	s.later(4 * 24 * time.Hour)
	boss := people.Caller{Person: "usr_boss", Roles: []people.Role{people.Operator}}
	r, err := s.Reversals.Refund(ctx, boss, reversal.Request{Key: "r", Subject: string(refunded.ID), Spent: true, Reason: reversal.Duplicate, Note: "Twice."})
	s.ok(err)
	if r.State == reversal.Proposed {
		_, err = s.Reversals.Agree(ctx, people.Caller{Person: "usr_other", Roles: []people.Role{people.Operator}}, r.ID)
		s.ok(err)
	}
	for i, p := range []purchase.Purchase{won, open} {
		d, err := s.Sandbox().Dispute(s.charged(p), "fraudulent", 0, false)
		s.ok(err)
		s.later(time.Second)
		if i == 0 {
			s.ok(s.Sandbox().CloseDispute(d, true))
		}
	}
	s.ok(s.Sandbox().TakeFee("usd", 123))
	s.later(time.Hour)
	_, err = s.Reconcile(ctx, reconcile.Ask{Complete: true})
	s.ok(err)
}

func (s *shop) charged(p purchase.Purchase) (provider string) {
	s.t.Helper()
	s.ok(s.DB.Read(s.t.Context(), func(tx *db.Tx) error {
		c, err := payment.Get(s.t.Context(), tx, p.Charge.ID)
		provider = c.Provider
		return err
	}))
	return provider
}

// creator may receive gifts and payouts.
func (s *shop) creator() id.Person {
	s.t.Helper()
	ctx := s.t.Context()
	p, _, err := s.People.EnsureExternal(ctx, people.NewPerson{Name: "Ada", ExternalID: "ada", Region: "US", BirthDate: "1990-01-01"})
	s.ok(err)
	_, err = s.Creators.Measure(ctx, p.ID, programme.Audience{Followers: 50_000, Views30d: 500_000, PublicPosts30d: 9})
	s.ok(err)
	_, err = s.Creators.Join(ctx, p.ID, programme.LiveGifts)
	s.ok(err)
	_, err = s.Payouts.Onboard(ctx, p.ID, "http://app.test/", "http://app.test/")
	s.ok(err)
	a, err := s.Payouts.Refresh(ctx, p.ID)
	s.ok(err)
	s.ok(s.Sandbox().Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
	_, err = s.Payouts.Refresh(ctx, p.ID)
	s.ok(err)
	return p.ID
}

func (s *shop) live(creator id.Person) string {
	s.t.Helper()
	room, err := s.Creators.Open(s.t.Context(), content.NewRoom{Creator: creator, Title: "Tonight", GiftsOn: true})
	s.ok(err)
	_, err = s.Creators.GoLive(s.t.Context(), creator, room.ID)
	s.ok(err)
	return string(room.ID)
}
