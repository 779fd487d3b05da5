package sandbox

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// The rounding is half up to the smallest unit, also where one of the
// currencies has none below its whole.
func TestExchange(t *testing.T) {
	for _, v := range []struct {
		amount   int64
		from, to string
		want     int64
	}{
		{109, "eur", "usd", 118}, {100, "usd", "usd", 100}, {160, "jpy", "usd", 107}, {99, "gbp", "usd", 126}, {1, "jpy", "usd", 1},
		{100, "usd", "jpy", 149}, {800, "jpy", "eur", 495}, {maxAmount, "brl", "jpy", 29559213}, {0, "eur", "usd", 0},
	} {
		if got := exchange(v.amount, v.from, v.to); got != v.want {
			t.Errorf("%d %s are %d %s, want %d", v.amount, v.from, got, v.to, v.want)
		}
	}
}

// balanceOf reads the platform's balance in a currency as the API tells it.
func balanceOf(t *testing.T, s *Server, currency string) (sum int64) {
	t.Helper()
	a := must(t, s, "GET", "/v1/balance", "", "")
	for _, part := range []string{"available", "pending"} {
		for _, one := range a.json[part].([]any) {
			if m := one.(map[string]any); m["currency"] == currency {
				sum += int64(m["amount"].(float64))
			}
		}
	}
	return sum
}

// A balance that is kept in dollars: what is charged in euros comes in dollars,
// less a fee in dollars; what goes back goes back in dollars. The same after a
// restart.
func TestSettlement(t *testing.T) {
	d := dbtest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "s.db"), clock.NewManual(start), Migrations())
	s, clk := newBox(t, d)
	if err := s.SetSettlement("USD"); err != nil {
		t.Fatal(err)
	}
	pay := func(form string) answer {
		t.Helper()
		return must(t, s, "POST", "/v1/payment_intents", "", "confirm=true&expand[]=latest_charge.balance_transaction&"+form)
	}
	pi := pay("amount=1099&currency=eur&payment_method=pm_card_bypassPending")
	ch := pi.json["latest_charge"].(map[string]any)
	e := ch["balance_transaction"].(map[string]any)
	for name, want := range map[string]any{"amount": 1192.0, "currency": "usd", "exchange_rate": 1.084312, "fee": 65.0, "net": 1127.0} {
		if e[name] != want {
			t.Errorf("the entry's %s is %v, want %v", name, e[name], want)
		}
	}
	if ch["amount"] != 1099.0 || ch["currency"] != "eur" {
		t.Errorf("the charge is %v %v", ch["amount"], ch["currency"])
	}
	if own := pay("amount=500&currency=usd&payment_method=pm_card_visa"); own.json["latest_charge"].(map[string]any)["balance_transaction"].(map[string]any)["exchange_rate"] != nil {
		t.Error("dollars were converted into dollars")
	}
	balance := int64(1127 + 500 - 45)
	holds := func(change int64) {
		t.Helper()
		balance += change
		if got := balanceOf(t, s, "usd"); got != balance {
			t.Errorf("the balance is %d, want %d", got, balance)
		}
		if got := balanceOf(t, s, "eur"); got != 0 {
			t.Errorf("the balance has %d euro cents", got)
		}
		balanced(t, s)
	}
	holds(0)
	must(t, s, "POST", "/v1/refunds", "", "amount=99&payment_intent="+pi.str("id"))
	holds(-107)
	again, err := New(Config{Clock: clk, DB: d})
	if err != nil {
		t.Fatal(err)
	}
	s = again
	must(t, s, "POST", "/v1/refunds", "", "payment_intent="+pi.str("id"))
	holds(-1084)
	won := pay("amount=1600&currency=jpy&payment_method=pm_card_visa").str("id")
	holds(1074 - 61)
	dispute, err := s.Dispute(won, "", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	holds(-1074 - disputeFee)
	if err := s.CloseDispute(dispute, true); err != nil {
		t.Fatal(err)
	}
	holds(1074 + disputeFee)
	must(t, s, "POST", "/v1/refunds", "", "payment_intent="+pay("amount=1000&currency=gbp&payment_method=pm_card_refundFail").str("id"))
	holds(-(1269*29+500)/1000 - 30)
	if err := s.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	holds(1269)
}

// A transfer that is tied to a charge has the currency in which its money came.
func TestTransferOfSettledCharge(t *testing.T) {
	s, _ := newBox(t, nil)
	if err := s.SetSettlement("usd"); err != nil {
		t.Fatal(err)
	}
	ch := must(t, s, "POST", "/v1/payment_intents", "", "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa").str("latest_charge")
	acct := must(t, s, "POST", "/v1/accounts", "", "type=express&capabilities[transfers][requested]=true").str("id")
	if err := s.Onboard(acct, Onboarding{Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	tied := "&source_transaction=" + ch + "&destination=" + acct
	for form, want := range map[string]int{"amount=900&currency=eur": 400, "amount=1085&currency=usd": 400} {
		if a := ask(s, "POST", "/v1/transfers", "", form+tied); a.status != want {
			t.Errorf("%s: %d %s", form, a.status, a.body)
		}
	}
	must(t, s, "POST", "/v1/transfers", "", "amount=1084&currency=usd"+tied)
}
