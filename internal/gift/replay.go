package gift

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

var giftColumns = []string{"id", "idem_key", "sender_id", "fingerprint", "item", "price_coins", "quantity", "diamonds", "creator_id", "target",
	"combo", "combo_seq", "combo_count", "combo_coins", "balance_after", "transfer_seq", "sent_us"}

const giftList = "id, idem_key, sender_id, fingerprint, item, price_coins, quantity, diamonds, creator_id, target, combo, combo_seq, combo_count, combo_coins, balance_after, transfer_seq, sent_us"

func scanGift(r *db.Rows) (g Gift, err error) {
	return g, r.Scan((*string)(&g.ID), &g.Key, (*string)(&g.Sender), &g.fingerprint, &g.Item, &g.PriceCoins, &g.Quantity, &g.Diamonds, (*string)(&g.Creator), &g.Target,
		(*string)(&g.Combo), &g.ComboSeq, &g.ComboCount, &g.ComboCoins, &g.BalanceAfter, &g.TransferSeq, &g.SentUS)
}

// replays finds the gifts that the set's keys have made before.
func replays(ctx context.Context, tx *db.Tx, set []*db.Item[Request, Gift]) (map[senderKey]Gift, error) {
	given := make(map[senderKey]Gift, len(set))
	keys := make([]any, len(set))
	for i, it := range set {
		keys[i] = it.Req.Key
	}
	rows, err := tx.QueryList(ctx, "SELECT "+giftList+" FROM gift WHERE idem_key IN ($list)", keys)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		g, err := scanGift(rows)
		if err != nil {
			return nil, err
		}
		given[senderKey{g.Sender, g.Key}] = g
	}
	return given, rows.Err()
}

// replay answers a call whose key was used before.
func replay(first Gift, r *Request) (Gift, error) {
	if first.fingerprint != r.fingerprint() {
		return Gift{}, fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another gift (%s). Use a new key for a new gift; nothing was charged.", first.ID)
	}
	first.Replayed = true
	return first, nil
}
