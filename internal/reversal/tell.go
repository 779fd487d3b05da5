package reversal

import (
	"context"
	"encoding/json"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// refundedEvent is the event of money that went back of what was paid for.
func (r *Reversal) refundedEvent() string {
	if id.KindOf(r.Subject) == id.KindTip {
		return "tip.refunded"
	}
	return "coin_purchase.refunded"
}

// endEvents are the events of the ends of disputes.
var endEvents = map[State]string{Won: "dispute.won", Lost: "dispute.lost", Closed: "dispute.closed"}

// tell writes an event for the person who paid and for whoever follows them.
// Creators have events of their own about what they lose and get back.
func (r *Reversal) tell(ctx context.Context, tx *db.Tx, kind string) error {
	d := map[string]any{"object": "refund", "id": r.ID, "of": r.Subject, "person": r.Person, "amount": r.Amount, "state": r.State, "reason": r.Reason}
	if r.IsDispute() {
		d["object"] = "dispute"
	}
	if r.Lot != "" {
		d["lot"], d["coins"] = r.Lot, money.Amount{Units: r.LotCoins, Asset: money.Coin}
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: "person:" + string(r.Person), Data: data})
}
