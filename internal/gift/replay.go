package gift

import (
	"context"
	"math/bits"
	"strconv"

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

// replays finds the gifts that the set's keys have made before. Looking for
// the keys alone is the cheapest, and finds next to nothing on most days. But
// a key that everybody uses, such as "1", has a gift of everybody: when more
// turn up than the set itself can have made, it asks for the pairs of key and
// sender.
func replays(ctx context.Context, tx *db.Tx, set []*db.Item[Request, Gift]) (map[senderKey]Gift, error) {
	keys := make([]any, len(set))
	for i, it := range set {
		keys[i] = it.Req.Key
	}
	most := 2 * len(set)
	rows, err := tx.QueryList(ctx, "SELECT "+giftList+" FROM gift WHERE idem_key IN ($list) LIMIT $1", keys, int64(most))
	given, n, err := collectGiven(rows, err, len(set))
	if err != nil || n < most {
		return given, err
	}
	pairs := 1 << bits.Len(uint(len(set)-1)) // few different statements, so that each stays prepared
	args := make([]any, 0, 2*pairs)
	for i := range pairs {
		r := &set[min(i, len(set)-1)].Req
		args = append(args, r.Key, string(r.Sender))
	}
	rows, err = tx.Query(ctx, "SELECT "+giftList+" FROM gift WHERE (idem_key, sender_id) IN (VALUES "+placeholders(pairs)+")", args...)
	given, _, err = collectGiven(rows, err, len(set))
	return given, err
}

// collectGiven reads the gifts by sender and key, and says how many there are.
func collectGiven(rows *db.Rows, err error, size int) (given map[senderKey]Gift, n int, _ error) {
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	given = make(map[senderKey]Gift, size)
	for rows.Next() {
		g, err := scanGift(rows)
		if err != nil {
			return nil, 0, err
		}
		n++
		given[senderKey{g.Sender, g.Key}] = g
	}
	return given, n, rows.Err()
}

// placeholders returns ($1, $2), ($3, $4) and so on, so many pairs.
func placeholders(pairs int) string {
	b := make([]byte, 0, 14*pairs)
	for i := range pairs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, "($"...)
		b = strconv.AppendInt(b, int64(2*i+1), 10)
		b = append(b, ",$"...)
		b = strconv.AppendInt(b, int64(2*i+2), 10)
		b = append(b, ')')
	}
	return string(b)
}

// replay answers a call whose key was used before.
func replay(first Gift, r *Request) (Gift, error) {
	if first.fingerprint != r.fingerprint() {
		return Gift{}, fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another gift (%s). Use a new key for a new gift; nothing was charged.", first.ID)
	}
	first.Replayed = true
	return first, nil
}
