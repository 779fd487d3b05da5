package reversal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/wallet"
)

// plan is what a reversal takes: coins that were not spent, and what creators
// got for the rest.
type plan struct {
	lot    *wallet.LotState // nil of a tip
	coins  int64            // to be set aside
	spent  int64            // coins that were spent
	parts  []part
	claims []earnings.Claim
}

// part is coins of the lot that were given in one transfer, and the diamonds
// that they became.
type part struct {
	seq, coins, diamonds int64
	earning              id.Earning // "" where there were no diamonds
}

// errNotBooked says that the provider has not told yet what came of the money.
var errNotBooked = errors.New("reversal: what the charge paid for is not in the books yet")

// planOf finds what the amount of the charge has become: first the coins that
// are left, then those that were spent, the latest first.
func planOf(ctx context.Context, tx *db.Tx, c *payment.Record, amount int64) (*plan, error) {
	lot, ok, err := wallet.LotFor(ctx, tx, c.Subject)
	if err != nil {
		return nil, err
	}
	if !ok {
		return planMoney(ctx, tx, c, amount)
	}
	p := &plan{lot: &lot, coins: lot.CoinsWorth(amount)}
	rest := amount - lot.Unspent(p.coins)
	if rest <= 0 {
		return p, nil
	}
	taken, err := spentBefore(ctx, tx, lot.ID)
	if err != nil {
		return nil, err
	}
	given := lot.Coins - lot.Aside - lot.Left - sum(taken)
	if p.spent = spentWorth(&lot, given, rest); p.spent == 0 {
		return p, nil
	}
	p.parts, err = partsOf(ctx, tx, &lot, p.spent, taken)
	p.claim()
	return p, err
}

// planMoney is planOf for what a creator earned in money.
func planMoney(ctx context.Context, tx *db.Tx, c *payment.Record, amount int64) (*plan, error) {
	earning, units, ok, err := earnings.AccruedBy(ctx, tx, c.Subject)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNotBooked
	}
	var gone int64
	err = tx.Row(ctx, `SELECT CAST(COALESCE(SUM(k.own), 0) AS BIGINT) FROM earning_claw k JOIN reversal r ON r.id = k.cause WHERE r.subject = $1 AND k.state <> 'returned'`, c.Subject).Scan(&gone)
	if err != nil {
		return nil, err
	}
	own, err := money.MulDivFloor(units, amount, c.Amount.Units)
	if err != nil {
		return nil, err
	}
	if own = min(own, units-gone); amount == c.Left() {
		own = units - gone // the last part takes what rounding left of the others
	}
	p := &plan{}
	if own > 0 {
		p.claims = []earnings.Claim{{Earning: earning, Own: own}}
	}
	return p, nil
}

// spentBefore returns, by transfer, the coins of the lot that other reversals
// have taken of what was spent.
func spentBefore(ctx context.Context, tx *db.Tx, lot id.Lot) (map[int64]int64, error) {
	taken := map[int64]int64{}
	rows, err := tx.Query(ctx, "SELECT p.seq, CAST(SUM(p.coins) AS BIGINT) FROM reversal_part p JOIN reversal r ON r.id = p.reversal_id WHERE r.lot_id = $1 AND r.state IN "+live+" GROUP BY p.seq", lot)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq, coins int64
		if err := rows.Scan(&seq, &coins); err != nil {
			return nil, err
		}
		taken[seq] = coins
	}
	return taken, rows.Err()
}

func sum(m map[int64]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

// spentWorth is the least number of the coins given whose value reaches so much,
// or all of them.
func spentWorth(lot *wallet.LotState, given, units int64) int64 {
	low, high := int64(0), given
	for low < high {
		mid := (low + high) / 2
		if lot.Value(given)-lot.Value(given-mid) >= units {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// walkAtOnce is how many lines of a lot are read at a time.
const walkAtOnce = 500

// partsOf walks the lot's account from the latest gift backwards until it has
// found so many coins that nobody has taken back yet.
func partsOf(ctx context.Context, tx *db.Tx, lot *wallet.LotState, coins int64, taken map[int64]int64) (parts []part, err error) {
	ref := ledger.Ref{Path: ledger.LotPath(lot.ID), Asset: money.Coin}
	for before := int64(0); coins > 0; {
		lines, err := ledger.OfAccount(ctx, tx, ref, before, walkAtOnce)
		if err != nil {
			return nil, err
		}
		if len(lines) == 0 {
			return nil, fmt.Errorf("reversal: %s lacks %d coins that were spent", lot.ID, coins)
		}
		var some []part
		for _, l := range lines {
			before = l.Seq
			if l.To != ledger.CoinsSpent || l.From != ref.Path || coins == 0 {
				continue
			}
			if n := min(coins, l.Amount.Units-taken[l.Seq]); n > 0 {
				some = append(some, part{seq: l.Seq, coins: n})
				coins -= n
			}
		}
		if err := toDiamonds(ctx, tx, ref.Path, some, taken); err != nil {
			return nil, err
		}
		parts = append(parts, some...)
	}
	return parts, nil
}

// toDiamonds finds what the coins became. The diamonds of a gift belong to its
// coins in the order of its lines, by the running total: the coins of all lots
// add up to all of them.
func toDiamonds(ctx context.Context, tx *db.Tx, path string, parts []part, taken map[int64]int64) error {
	seqs := make([]int64, len(parts))
	of := make(map[int64]*part, len(parts))
	for i := range parts {
		seqs[i], of[parts[i].seq] = parts[i].seq, &parts[i]
	}
	transfers, err := ledger.BySeq(ctx, tx, seqs)
	if err != nil {
		return err
	}
	for _, t := range transfers {
		p := of[t.Seq]
		var all, high, diamonds int64
		for _, m := range t.Lines {
			switch {
			case m.To == ledger.CoinsSpent:
				if all += m.Amount.Units; m.From == path {
					high = all - taken[t.Seq]
				}
			case m.From == ledger.DiamondsIssued:
				diamonds = m.Amount.Units
				p.earning = id.Earning(ledger.IDInPath(m.To))
			}
		}
		upTo, err := money.MulDivFloor(diamonds, high, all)
		if err != nil {
			return err
		}
		from, err := money.MulDivFloor(diamonds, high-p.coins, all)
		if err != nil {
			return err
		}
		if p.diamonds = upTo - from; p.diamonds == 0 {
			p.earning = ""
		}
	}
	return nil
}

// claim adds the diamonds up by earning.
func (p *plan) claim() {
	own := map[id.Earning]int64{}
	for _, one := range p.parts {
		if one.diamonds > 0 {
			own[one.earning] += one.diamonds
		}
	}
	for _, e := range slices.Sorted(maps.Keys(own)) {
		p.claims = append(p.claims, earnings.Claim{Earning: e, Own: own[e]})
	}
}
