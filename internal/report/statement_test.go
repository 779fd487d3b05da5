package report_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/report"
)

// TestStatements follows a creator over three months: gifts, their conversion, a
// payout that crosses from one month to the next. What verify recomputes notices a
// trail that was cut, and an earning that says another amount.
func TestStatements(t *testing.T) {
	each(t, func(s *desk) {
		star := s.Creator()
		_, err := report.Ask2(s.Ctx, s.reader, report.StatementOf, star, s.Clk.Now().Format("2006-01"))
		s.Want(err, fault.NotFound)
		fan, _ := s.buyer(1400, 1400)
		room := s.Live(star)
		for range 6 {
			s.Give(fan, "rose", room, 80)
			s.Later(10 * 24 * time.Hour)
		}
		paid := s.withdraw(star, 300)
		s.Later(24 * time.Hour)
		months, err := report.Ask3(s.Ctx, s.reader, report.StatementsOf, star, "", 10)
		s.OK(err)
		if len(months) < 2 || !months[0].Preliminary || months[1].Preliminary {
			t.Fatalf("the months are %+v", months)
		}
		page, err := report.Ask3(s.Ctx, s.reader, report.StatementsOf, star, months[0].Month, 1)
		s.OK(err)
		if len(page) != 1 || page[0].Number != months[1].Number {
			t.Errorf("the second page is %+v", page)
		}
		closing, payouts := int64(0), 0
		for i := len(months) - 1; i >= 0; i-- {
			st, err := report.Ask2(s.Ctx, s.reader, report.StatementOf, star, months[i].Month)
			s.OK(err)
			c, m := st.Currencies[0], months[i].Currencies[0]
			sum := closing
			for _, r := range c.Rows {
				sum += r.Amount.Units
				if r.Kind == report.RowPayout && r.ID == string(paid) && r.Amount.Units == -300 && r.Last4 != "" {
					payouts++
				}
			}
			if c.Opening != closing || c.Closing != sum || m.Opening != c.Opening || m.Closing != c.Closing || m.Opening+m.In-m.Out != m.Closing || st.Number != months[i].Number {
				t.Errorf("%s: %+v, in the list %+v", st.Number, c, m)
			}
			closing = c.Closing
		}
		if payouts != 1 {
			t.Errorf("the payout stands in %d rows", payouts)
		}
		for _, month := range []string{"1999-01", "2999-01", "x", "2026-13", ""} {
			_, err := report.Ask2(s.Ctx, s.reader, report.StatementOf, star, month)
			s.Want(err, fault.NotFound)
		}
	})
}

func TestVerifyStatements(t *testing.T) {
	for name, damage := range map[string]string{
		"a trail that was cut":         "UPDATE ledger_line SET to_prev = 0 WHERE to_account IN (SELECT id FROM ledger_account WHERE path LIKE 'creator/%')",
		"an earning of another amount": "UPDATE earning SET amount_units = amount_units - 1, paid_units = 0 WHERE state = 'available'",
		"more that was withheld":       "UPDATE earning SET amount_units = amount_units + 1 WHERE state = 'available'",
	} {
		t.Run(name, func(t *testing.T) {
			eachDamaged(t, func(s *desk) {
				star := s.Creator()
				fan, _ := s.buyer(350)
				room := s.Live(star)
				for range 3 {
					s.Give(fan, "rose", room, 20)
					s.Later(10 * 24 * time.Hour)
				}
				ledgertest.Verify(t, s.D, report.Checks()...)
				s.Exec(damage)
				ledgertest.Names(t, s.D, report.RuleStatements, report.Checks()...)
			})
		})
	}
}
