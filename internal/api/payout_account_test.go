package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
)

// TestPayoutsOverDays: what is above the daily cap is several payouts, shown and
// canceled together.
func TestPayoutsOverDays(t *testing.T) {
	s := newShop(t)
	star, me := s.paidStar(t)
	s.g.Write(func(tx *db.Tx) error {
		card := gifttest.Card
		card.Version, card.FromUS, card.DailyCap = "current@2", tx.NowUS(), 200
		return earnings.Install(t.Context(), tx, card)
	})
	made := s.conforms(t, "POST /v1/payouts", append(me, "Idempotency-Key: k1", "", `{"amount":500,"currency":"USD"}`)...)
	if made["group"] != made["id"] || made["amount"].(map[string]any)["value"] != fmt.Sprint(200) && made["goes_at"] == "" {
		t.Errorf("made: %v", made)
	}
	line := "/v1/payouts/" + made["id"].(string)
	group := s.conforms(t, "GET "+line+"/group", me...)
	if all := group["payouts"].([]any); len(all) != 3 {
		t.Errorf("the group: %v", group)
	}
	other := s.g.Creator()
	wantProblem(t, s.ask(t, "GET "+line+"/group", s.host, actingFor(other)), fault.NotFound)
	wantProblem(t, s.ask(t, "POST "+line+"/cancel-all", s.host, actingFor(other), "Idempotency-Key: c"), fault.NotFound)
	done := s.conforms(t, "POST "+line+"/cancel-all", append(me, "Idempotency-Key: c")...)
	if again := s.answered(t, 200, "POST "+line+"/cancel-all", append(me, "Idempotency-Key: c")...); fmt.Sprint(again) != fmt.Sprint(done) {
		t.Errorf("the same again: %v", again)
	}
	wantProblem(t, s.ask(t, "POST "+line+"/cancel-all", append(me, "Idempotency-Key: d")...), fault.AlreadyDone)
	wantProblem(t, s.ask(t, "POST /v1/payouts", append(me, "Idempotency-Key: k2", "", `{"currency":"CHF"}`)...), fault.CurrencyUnsupported)
	if s.g.Count("SELECT COUNT(*) FROM payout WHERE creator_id = $1 AND state <> 'canceled'", string(star)) != 0 {
		t.Error("not all were canceled")
	}
	s.verified(t)
}

// TestPayoutAccountTells: what is missing and until when, both balances, and the
// calendar.
func TestPayoutAccountTells(t *testing.T) {
	s := newShop(t)
	star, me := s.paidStar(t)
	var account payout.Account
	s.g.Read(func(tx *db.Tx) (err error) {
		account, err = payout.AccountOf(t.Context(), tx, star)
		return err
	})
	s.g.OK(s.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Deadline}))
	got := s.conforms(t, "POST /v1/payout-account/refresh", append(me, "Accept-Language: fr")...)
	if got["ready"] != true || !strings.Contains(fmt.Sprint(got["missing"]), "passeport") || got["deadline"] == nil {
		t.Errorf("with a deadline: %v", got)
	}
	if got = s.conforms(t, "GET /v1/payout-account/balance", me...); got["open"] != true || got["live"] != true || got["agree"] != true {
		t.Errorf("both sides: %v", got)
	}
	wantProblem(t, s.ask(t, "PUT /v1/payout-account/calendar", append(me, "", `{"calendar":"monthly"}`)...), fault.StateConflict)
	s.g.Write(func(tx *db.Tx) error {
		return payout.InstallRules(t.Context(), tx, payout.Rules{Version: "current@1", FromUS: 1, NoticeDay: 1, PayDay: 15, Monthly: 300})
	})
	if got = s.conforms(t, "PUT /v1/payout-account/calendar", append(me, "", `{"calendar":"monthly"}`)...); got["calendar"] != "monthly" || got["pays_at"] == nil {
		t.Errorf("the calendar: %v", got)
	}
	s.g.Write(func(tx *db.Tx) error { _, err := payout.RunMonthly(t.Context(), tx, star); return err })
	if got = s.conforms(t, "GET /v1/payout-account/calendar", me...); got["calendar"] != "monthly" {
		t.Errorf("the calendar: %v", got)
	}
	wantProblem(t, s.ask(t, "POST /v1/payout-account/onboarding-link", append(me, "", `{"refresh_url":"javascript:x"}`)...), fault.URLNotAllowed)
	s.g.OK(s.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Reject}))
	got = s.conforms(t, "POST /v1/payout-account/refresh", me...)
	if got["rejected"] != true || !strings.Contains(fmt.Sprint(got["explanation"]), "operator") {
		t.Errorf("rejected: %v", got)
	}
	s.g.Clk.Advance(time.Hour)
	wantProblem(t, s.ask(t, "POST /v1/payouts", append(me, "Idempotency-Key: k2", "", `{}`)...), fault.KYCRequired)
	s.verified(t)
}
