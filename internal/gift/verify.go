package gift

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of gifts, by name.
const (
	RuleCoins    = "a gift takes price × quantity coins and issues floor(coins × rate) diamonds"
	RuleTransfer = "every gift has its one transfer, and every gift transfer its gift"
	RuleOwners   = "the coins of a gift come from its sender's lots, and its diamonds go to its creator"
	RuleCombo    = "a combo is the sum of its sender's taps, numbered without gap"
	RuleSelf     = "nobody gives to themselves"
	RuleRates    = "a gift's transfer names the rate card that was in force"
	RulePrice    = "a gift cost what the catalogue in force said"
	RuleLog      = "events are numbered without gap up to the head"
	RuleEvents   = "every gift outside a combo and every combo that has ended has its one event"
)

// Checks are the rules of gifts for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		{Name: RuleCoins, Run: checkCoins},
		{Name: RuleTransfer, Run: checkTransfers},
		{Name: RuleOwners, Run: checkOwners},
		{Name: RuleCombo, Run: checkCombos},
		{Name: RuleSelf, Run: checkSelf},
		{Name: RuleRates, Run: checkRates},
		{Name: RulePrice, Run: checkPrices},
		{Name: RuleLog, Run: checkLog},
		{Name: RuleEvents, Run: checkEvents},
	}
}

func each(ctx context.Context, tx *db.Tx, query string, found func(row string, have, want int64), args ...any) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		var have, want int64
		if err := rows.Scan(&row, &have, &want); err != nil {
			return err
		}
		found(row, have, want)
	}
	return rows.Err()
}

func checkCoins(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, `SELECT g.id, g.price_coins * g.quantity, CAST(s.spent AS BIGINT), g.diamonds, CAST(s.issued AS BIGINT)
		FROM (SELECT l.seq AS seq, SUM(CASE WHEN a.path = $1 THEN l.amount ELSE 0 END) AS spent, SUM(CASE WHEN a.asset = 'DIAMOND' THEN l.amount ELSE 0 END) AS issued
			FROM ledger_line l JOIN ledger_account a ON a.id = l.to_account GROUP BY l.seq) s JOIN gift g ON g.transfer_seq = s.seq
		WHERE s.spent <> g.price_coins * g.quantity OR s.issued <> g.diamonds`, ledger.CoinsSpent)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		var coins, spent, diamonds, issued int64
		if err := rows.Scan(&row, &coins, &spent, &diamonds, &issued); err != nil {
			return err
		}
		r.Add(RuleCoins, row, "%d coins were spent, it cost %d; %d diamonds were issued, it says %d", spent, coins, issued, diamonds)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return each(ctx, tx, `SELECT g.id, g.diamonds, COALESCE(g.price_coins * g.quantity * c.diamonds_num / c.diamonds_den, -1) FROM gift g
		JOIN ledger_transfer t ON t.seq = g.transfer_seq LEFT JOIN rate_card c ON c.version = t.rule
		WHERE c.version IS NULL OR g.diamonds <> g.price_coins * g.quantity * c.diamonds_num / c.diamonds_den`, func(row string, have, want int64) {
		r.Add(RuleCoins, row, "it earned %d diamonds, the rate card of its transfer says %d (-1: there is no such rate card)", have, want)
	})
}

func checkTransfers(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	err := each(ctx, tx, `SELECT g.id, g.transfer_seq, 0 FROM gift g LEFT JOIN ledger_transfer t ON t.seq = g.transfer_seq
		WHERE t.seq IS NULL OR t.cause <> g.id OR t.kind <> 'gift.sent' OR t.at_us <> g.sent_us`, func(row string, have, _ int64) {
		r.Add(RuleTransfer, row, "transfer %d is not its own, or of another instant", have)
	})
	if err != nil {
		return err
	}
	var gifts, transfers int64
	err = tx.Row(ctx, "SELECT (SELECT COUNT(*) FROM gift), (SELECT COUNT(*) FROM ledger_transfer WHERE kind = 'gift.sent')").Scan(&gifts, &transfers)
	if err != nil || gifts == transfers { // a cause has one transfer of a kind, so none is left over
		return err
	}
	return each(ctx, tx, `SELECT t.cause, t.seq, 0 FROM ledger_transfer t LEFT JOIN gift g ON g.id = t.cause
		WHERE t.kind = 'gift.sent' AND g.id IS NULL`, func(row string, have, _ int64) {
		r.Add(RuleTransfer, row, "transfer %d has no gift", have)
	})
}

func checkOwners(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	return each(ctx, tx, `SELECT g.id, l.n, l.amount FROM gift g JOIN ledger_line l ON l.seq = g.transfer_seq
			LEFT JOIN wallet_lot w ON w.account_id = l.from_account LEFT JOIN earning e ON e.account_id = l.to_account
		WHERE w.person_id <> g.sender_id OR e.creator_id <> g.creator_id`, func(row string, n, amount int64) {
		r.Add(RuleOwners, row, "line %d of its transfer moved %d from or to somebody else", n, amount)
	})
}

func checkCombos(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	err := each(ctx, tx, `SELECT c.id, CAST(COALESCE(SUM(g.price_coins * g.quantity), 0) AS BIGINT), c.coins FROM gift_combo c LEFT JOIN gift g ON g.combo = c.id AND g.combo <> ''
		GROUP BY c.id, c.coins, c.count, c.taps, c.diamonds
		HAVING COALESCE(SUM(g.price_coins * g.quantity), 0) <> c.coins OR COALESCE(SUM(g.diamonds), 0) <> c.diamonds OR COALESCE(SUM(g.quantity), 0) <> c.count OR COUNT(g.id) <> c.taps OR COALESCE(MAX(g.combo_seq), 0) <> c.taps`,
		func(row string, have, want int64) {
			r.Add(RuleCombo, row, "its taps sum to %d coins, it says %d; or their numbers have a gap", have, want)
		})
	if err != nil {
		return err
	}
	return each(ctx, tx, `SELECT g.id, g.combo_seq, 0 FROM gift g LEFT JOIN gift_combo c ON c.id = g.combo
			AND c.sender_id = g.sender_id AND c.creator_id = g.creator_id AND c.target = g.target AND c.item = g.item
		WHERE g.combo <> '' AND c.id IS NULL`, func(row string, have, _ int64) {
		r.Add(RuleCombo, row, "tap %d has no combo of the same sender, creator, place and gift", have)
	})
}

func checkSelf(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	return each(ctx, tx, "SELECT g.id, 0, 0 FROM gift g WHERE g.sender_id = g.creator_id", func(row string, _, _ int64) {
		r.Add(RuleSelf, row, "sender and creator are the same person")
	})
}
