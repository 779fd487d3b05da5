package reversal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// until lets everything happen up to noon of the day, by half days, and then reads
// all months.
func (s *desk) until(day string) {
	s.T.Helper()
	at, err := time.Parse(time.DateOnly, day)
	s.OK(err)
	for at = at.Add(12 * time.Hour); s.Clk.Now().Before(at); {
		s.Clk.Advance(min(12*time.Hour, at.Sub(s.Clk.Now())))
		s.settle()
	}
	s.months(nil)
}

// sent returns the payout as it stands.
func (s *desk) sent(p payout.Payout) payout.Payout {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		p, err = payout.Get(s.Ctx, tx, p.ID)
		return err
	})
	return p
}

// bounces has the bank send the payout back, and the creator give another one.
func (s *desk) bounces(p payout.Payout) {
	s.T.Helper()
	s.OK(s.box.Bounce(s.sent(p).ProviderPayout, "account_closed"))
	s.settle()
	a, err := s.pay.Refresh(s.Ctx, s.creator)
	s.OK(err)
	s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
	_, err = s.pay.Refresh(s.Ctx, s.creator)
	s.OK(err)
}

// month reads the creator's statement of a month, whose rows lead from what the one
// before ended with to its own end, and writes each row as its kind and amount.
func (s *desk) month(month string, opening int64) (c report.StatementCurrency, rows string) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		all, err := report.StatementOf(s.Ctx, tx, s.creator, month)
		for i := range all.Currencies {
			if all.Currencies[i].Asset == money.USD {
				c = all.Currencies[i]
			}
		}
		return err
	})
	sum, way := c.Opening, c.WayBefore-c.WayAfter
	var texts []string
	for _, r := range c.Rows {
		sum += r.Amount.Units
		texts = append(texts, fmt.Sprint(r.Kind, " ", r.Amount.Units))
		if r.Balance != sum {
			s.T.Errorf("%s: after %+v there are %d", month, r, sum)
		}
		switch r.Kind {
		case report.RowPayout, report.RowPayoutReturned, report.RowPayoutFailed, report.RowPayoutCanceled:
			way -= r.Amount.Units
		}
	}
	if c.Opening != opening || c.Closing != sum {
		s.T.Errorf("%s: it begins with %d after %d, its rows lead to %d, and it ends with %d", month, c.Opening, opening, sum, c.Closing)
	}
	if way != c.BankSum {
		s.T.Errorf("%s: of its payouts %d reached the bank, and its lines there are %d", month, way, c.BankSum)
	}
	return c, strings.Join(texts, ", ")
}

// atBank is what the provider's books say that reached banks.
func (s *desk) atBank() int64 {
	for _, b := range s.box.Books() {
		if b.Currency == "usd" {
			return b.PaidOut - b.InTransit
		}
	}
	return 0
}

// months reads all months up to now and compares their rows with those that are
// wanted, if any are. Together they end with what is available, and have all that
// the provider has brought to the bank.
func (s *desk) months(want map[string]string) {
	s.T.Helper()
	var closing, bank int64
	for m := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC); !m.After(s.Clk.Now()); m = m.AddDate(0, 1, 0) {
		month := m.Format("2006-01")
		c, rows := s.month(month, closing)
		closing, bank = c.Closing, bank+c.BankSum
		if w, told := want[month]; told && rows != w {
			s.T.Errorf("%s: the rows are %q, want %q", month, rows, w)
		}
	}
	if got := s.snapshot().available; got != closing {
		s.T.Errorf("%d are available, and the last statement ends with %d", got, closing)
	}
	if got := s.atBank(); bank != got {
		s.T.Errorf("the lines at the bank add up to %d, and the provider paid out %d", bank, got)
	}
}

// Months in which money went back at every stage: refunds of gifts and tips before
// and after they are available, disputes that are won and lost, and payouts that
// are canceled, refused, sent back by the bank and sent again.
func TestStatementsOfWhatWentBack(t *testing.T) {
	each(t, func(s *desk) {
		covered := func(r *tip.Request) { r.CoverFee = true }
		back := func(subject string, units int64) {
			t.Helper()
			s.must(s.olu, reversal.Request{Subject: subject, Units: units, Spent: true, Reason: reversal.Goodwill, Note: "A test."})
		}
		coins := s.buys(1400, "USD")
		s.Give(s.fan, "rose", s.room, 240)
		first, second, third := s.tipped(50_00, covered), s.tipped(40_00, covered), s.tipped(30_00)
		back(string(first.ID), 25_83) // half of it, and half of the fee
		s.until("2026-03-21")         // all of it is available
		canceled := s.reserves(5_00)
		_, err := s.pay.Cancel(s.Ctx, canceled.ID)
		s.OK(err)
		paid := s.reserves(20_00)
		s.until("2026-03-30")
		bounced := s.reserves(30_00)
		s.until("2026-04-03")
		s.bounces(bounced)
		s.until("2026-04-06")
		again := s.reserves(30_00)
		s.until("2026-04-14")
		back(string(second.ID), 10_00)
		won := s.disputes(string(third.ID), 0, false)
		lost := s.disputes(string(coins.ID), 0, false)
		s.closes(lost, false)
		s.until("2026-05-04")
		s.closes(won, true)
		late := s.reserves(5_00)
		s.until("2026-05-12")
		s.bounces(late) // after it was paid
		s.until("2026-06-02")
		a, err := s.pay.Refresh(s.Ctx, s.creator)
		s.OK(err)
		s.OK(s.box.Reject(a.Provider, "fraud"))
		refused := s.reserves(4_00) // nobody has told us yet
		s.RunDue()
		s.Clk.Advance(2 * time.Minute)
		s.RunDue()
		if s.sent(refused).State != payout.Failed {
			t.Errorf("%+v", s.sent(refused))
		}
		s.settle()

		s.months(map[string]string{
			"2026-03": "gift 600, tip 12330, tip_fee -447, withheld -2493, payout -500, payout_canceled 500, payout -2000, payout -3000",
			"2026-04": "payout_returned 3000, payout -3000, clawed -963, clawed -2883", // of the gifts the reserve bears all
			"2026-05": "restored 2883, payout -500, payout_returned 500",
			"2026-06": "payout -400, payout_failed 400",
		})
		if got := s.atBank(); got != 50_00 {
			t.Errorf("the provider paid out %d", got)
		}
		for _, p := range []payout.Payout{paid, again} {
			if s.sent(p).State != payout.Paid {
				t.Errorf("%+v", s.sent(p))
			}
		}
		want := report.TaxCurrency{Asset: money.USD, Gifts: 6_00, Tips: 123_30, CardFees: -4_47, Withheld: -24_93, Clawed: -9_63, Paid: 50_00, Closing: s.snapshot().available}
		if got := s.taxed(2026); got != want {
			t.Errorf("the year is %+v, want %+v", got, want)
		}
		s.Clk.Advance(250 * 24 * time.Hour)
		if got := s.taxed(2027); got != (report.TaxCurrency{Asset: money.USD, Opening: want.Closing, Closing: want.Closing}) {
			t.Errorf("the next year is %+v", got)
		}
		ledgertest.Verify(t, s.D, report.Checks()...)
		for _, damage := range [][2]string{
			{"UPDATE ledger_transfer SET kind = 'payout.returned' WHERE kind = 'claw.held'", "UPDATE ledger_transfer SET kind = 'claw.held' WHERE kind = 'payout.returned' AND cause LIKE 'clw_%'"},
			{"UPDATE ledger_transfer SET kind = 'gift.other' WHERE kind = 'payout.scheduled'", "UPDATE ledger_transfer SET kind = 'payout.scheduled' WHERE kind = 'gift.other'"},
		} {
			s.Exec(damage[0])
			ledgertest.Names(t, s.D, report.RuleTax, report.Checks()...)
			s.Exec(damage[1])
		}
	})
}

// taxed reads the creator's year, which the twelve statements of it add up to.
func (s *desk) taxed(year int) (c report.TaxCurrency) {
	s.T.Helper()
	var y report.TaxYear
	s.Read(func(tx *db.Tx) (err error) {
		y, err = report.TaxYearOfAll(s.Ctx, tx, year)
		return err
	})
	for _, who := range y.Creators {
		if who.Creator.ID == s.creator && len(who.Currencies) == 1 {
			c = who.Currencies[0]
		}
	}
	if c.Closing != c.Opening+c.Net()-c.Paid {
		s.T.Errorf("%d: %+v", year, c)
	}
	return c
}
