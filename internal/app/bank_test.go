package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
)

// TestBankReturn: no webhook ever comes, and a bank sends back what was paid.
// The poller asks the creator's account for its news.
func TestBankReturn(t *testing.T) {
	n := open(t, "")
	if err := n.app.Sandbox().SetWebhooks(sandbox.Webhooks{Off: true}); err != nil {
		t.Fatal(err)
	}
	creator, room, _ := n.enrol()
	fan := string(n.world.People["fan"])
	card := n.call(http.MethodPost, "/v1/cards/test", fan, object{}, http.StatusCreated)
	n.call(http.MethodPost, "/v1/coin-purchases", fan, object{"coins": 350, "card": card["id"]}, http.StatusCreated)
	n.call(http.MethodPost, "/v1/gifts", fan, object{"gift": "bouquet", "target": room, "quantity": 3}, http.StatusCreated)
	n.advance(8 * 24 * time.Hour)
	n.onboard(creator)
	id := id.Payout(fmt.Sprint(n.call(http.MethodPost, "/v1/payouts", creator, object{}, http.StatusCreated)["id"]))
	n.advance(4 * 24 * time.Hour)
	var p payout.Payout
	err := n.app.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
		p, err = payout.Get(t.Context(), tx, id)
		return err
	})
	if err != nil || p.State != payout.Paid {
		t.Fatalf("four days later the payout is %+v (%v)", p, err)
	}
	if err := n.app.Sandbox().Bounce(p.ProviderPayout, "account_closed"); err != nil {
		t.Fatal(err)
	}
	n.advance(2 * time.Hour)
	if got := n.get("/v1/payouts/"+string(id), creator); got["state"] != "returned" || got["failure_code"] != "account_closed" {
		t.Errorf("two hours after the bank's return the payout is %v", got)
	}
	if findings, _ := n.get("/v1/ledger/verification", "")["findings"].([]any); len(findings) > 0 {
		t.Errorf("the books: %v", findings)
	}
}
