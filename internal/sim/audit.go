package sim

import (
	"context"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// audit checks the books as they stand, whatever is under way; then it lets
// the weather clear and everything come to rest, and compares them with the
// provider's.
func (l *life) audit(ctx context.Context) error {
	l.result.Audits++
	if err := l.verify(ctx); err != nil || len(l.result.Differences) > 0 {
		return err
	}
	if err := l.calm(ctx); err != nil {
		return err
	}
	if err := l.compare(ctx); err != nil {
		return err
	}
	return l.verify(ctx)
}

func (l *life) verify(ctx context.Context) error {
	r, err := l.app.Verify(ctx)
	if err != nil {
		return err
	}
	l.result.Transfers, l.result.Head = r.Transfers, r.Head
	for _, f := range r.Findings {
		l.differ("%s: %s: %s", f.Rule, f.Where, f.Detail)
	}
	return nil
}

// calm clears the weather and waits: failed work is tried again after an hour
// at most.
func (l *life) calm(ctx context.Context) error {
	if err := l.sweep(ctx); err != nil {
		return err
	}
	for range 3 {
		l.clk.Advance(time.Hour)
		if err := l.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// compare holds our books against the provider's own.
func (l *life) compare(ctx context.Context) error {
	return l.app.DB.Read(ctx, func(tx *db.Tx) error {
		for _, b := range l.app.Sandbox().Books() {
			if d := b.Difference(); d != 0 {
				l.differ("the provider's own books differ by %d %s", d, b.Currency)
			}
			asset := money.Asset(strings.ToUpper(b.Currency))
			balance, err := ledger.Balance(ctx, tx, ledger.Ref{Path: ledger.Provider, Asset: asset})
			if err != nil {
				return err
			}
			if -balance != b.Balances[""] {
				l.differ("the provider holds %d %s for us, and our books say %d", b.Balances[""], b.Currency, -balance)
			}
		}
		return l.leftovers(ctx, tx)
	})
}

// leftovers looks for what should not be there once everything is at rest.
func (l *life) leftovers(ctx context.Context, tx *db.Tx) error {
	for what, query := range map[string]string{
		"charges of unknown outcome": "SELECT COUNT(*) FROM payment_charge WHERE outcome = 'unknown'",
		"payouts on their way back":  "SELECT COUNT(*) FROM payout WHERE state = 'returning'",
		"pieces of work given up":    "SELECT COUNT(*) FROM due_work WHERE dead = 1",
	} {
		var n int64
		if err := tx.Row(ctx, query).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			l.differ("%d %s are left after the weather cleared", n, what)
		}
	}
	return nil
}

// end lets everything mature and arrive, and audits once more: what charges
// took is available at the provider, and every payout has ended.
func (l *life) end(ctx context.Context) error {
	if err := l.calm(ctx); err != nil {
		return err
	}
	for range 20 {
		l.clk.Advance(24 * time.Hour)
		if err := l.settle(ctx); err != nil {
			return err
		}
	}
	if err := l.audit(ctx); err != nil {
		return err
	}
	return l.app.DB.Read(ctx, func(tx *db.Tx) error {
		var n int64
		err := tx.Row(ctx, "SELECT COUNT(*) FROM payout WHERE state NOT IN ('paid', 'returned', 'failed', 'canceled')").Scan(&n)
		if err == nil && n > 0 {
			l.differ("%d payouts have not ended after twenty quiet days", n)
		}
		return err
	})
}
