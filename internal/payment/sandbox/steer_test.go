package sandbox

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

// TestSteer does to the sandbox what its page offers.
func TestSteer(t *testing.T) {
	s, clk := newBox(t, nil)
	world(t, s)
	clk.Advance(3 * 24 * time.Hour)
	account := s.Latest(Accounts, 1)[0]
	if n := len(s.Latest(Charges, 1)); n != 1 {
		t.Errorf("%d charges", n)
	}
	all := s.Latest(Events, 100)
	for i := 1; i < len(all); i++ {
		if all[i].At.After(all[i-1].At) {
			t.Errorf("%s comes after the newer %s", all[i].ID, all[i-1].ID)
		}
	}
	for name, err := range map[string]error{"ask": s.AskFor(account.ID, ""), "restrict": s.Restrict(account.ID, "company.tax_id"), "fee": s.TakeFee("USD", 700), "given": s.TakeFee("usd", -20)} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := s.Latest(Accounts, 1)[0].State; got != "requirements.past_due" && got != "individual.verification.document" {
		t.Errorf("the account is %q", got)
	}
	if err := s.Reject(account.ID, "fraud"); err != nil || s.Latest(Accounts, 1)[0].State != "rejected.fraud" {
		t.Errorf("rejected: %v, %+v", err, s.Latest(Accounts, 1))
	}
	po, err := s.PayOut("usd", 100)
	if err != nil || s.Latest(Payouts, 1)[0].ID != po {
		t.Errorf("paid out: %v", err)
	}
	if err := s.Bounce(po, "account_closed"); err != nil {
		t.Error(err)
	}
	_, poor := s.PayOut("usd", 1<<40)
	for name, err := range map[string]error{"a payout of too much": poor, "nothing": s.TakeFee("usd", 0), "no currency": s.TakeFee("xxx", 1), "no account": s.Restrict("acct_x", ""),
		"rejected before": s.AskFor(account.ID, ""), "no event": s.Resend("evt_x"), "nobody listens": s.Resend(all[0].ID)} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// TestDrop loses every webhook, and sends one of them by hand.
func TestDrop(t *testing.T) {
	s, _ := newBox(t, nil)
	heard := 0
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard++ }))
	defer hook.Close()
	s.SetWebhookURL(hook.URL)
	if err := s.SetWebhooks(Webhooks{Drop: 7}); err != nil {
		t.Fatal(err)
	}
	must(t, s, "POST", "/v1/accounts", "", "type=express&country=US&capabilities[transfers][requested]=true")
	if err := s.Onboard(s.Latest(Accounts, 1)[0].ID, Onboarding{Name: "Star", Bank: "000123456789"}); err != nil {
		t.Fatal(err)
	}
	tick := func() {
		t.Helper()
		for n := 1; n > 0; {
			var err error
			if n, err = s.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	tick()
	if all := s.Latest(Events, 10); heard != 0 || len(all) == 0 {
		t.Fatalf("%d heard of %d events", heard, len(all))
	}
	if err := s.Resend(s.Latest(Events, 1)[0].ID); err != nil {
		t.Fatal(err)
	}
	if tick(); heard != 1 {
		t.Errorf("%d heard", heard)
	}
	if w, err := s.Webhooks(); err != nil || w.Drop != 1 {
		t.Errorf("%+v %v", w, err)
	}
}

// TestGiveBack refunds a charge as somebody does in the dashboard.
func TestGiveBack(t *testing.T) {
	s, _ := newBox(t, nil)
	world(t, s)
	all := s.Latest(Charges, 10)
	ch := all[slices.IndexFunc(all, func(x Thing) bool { return x.Owner == "" && x.State == "succeeded" && x.Amount > 1 })]
	part, err := s.Do(Act{What: "refund.give", ID: ch.ID, Amount: 1, Reason: "duplicate"})
	if err != nil || part == "" {
		t.Fatalf("%q, %v", part, err)
	}
	if rest, err := s.Do(Act{What: "refund.give", ID: ch.ID, Reason: "because"}); err != nil || rest == part {
		t.Errorf("%q, %v", rest, err)
	}
	for name, id := range map[string]string{"nothing is left": ch.ID, "no charge": "ch_x"} {
		if made, err := s.Do(Act{What: "refund.give", ID: id}); err == nil {
			t.Errorf("%s: %q was made", name, made)
		}
	}
	for _, b := range s.Books() {
		if b.Difference() != 0 {
			t.Errorf("the books: %+v", b)
		}
	}
}
