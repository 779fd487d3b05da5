package earnings

import (
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Accrual is money that a creator earned.
type Accrual struct {
	Kind    string // of the transfer that books it, such as tip.succeeded
	Cause   string // the id of what earned it; it accrues once
	Creator id.Person
	Source  Source
	Amount  money.Amount
	From    string        // the ledger path that the money comes from
	Where                 // a fan who is not to be known to the creator is ""
	More    []ledger.Move // further moves of the same transfer, before the one into the earning
}

// Accrue books what a creator earned in money, in one transfer with the further
// moves, under the rate card in force. It goes into the creator's earning of the
// day, the source and the currency, which is held as all earnings are.
func Accrue(ctx context.Context, tx *db.Tx, a Accrual) (id.Earning, error) {
	if a.Amount.Units <= 0 || !a.Amount.Asset.IsCurrency() || a.Item == "" {
		return "", fmt.Errorf("earnings: %d %s for %s is nothing that a creator earns", a.Amount.Units, a.Amount.Asset, a.Cause)
	}
	b := ledger.Open(tx)
	now, err := b.Now(ctx)
	if err != nil {
		return "", err
	}
	card, err := RatesAt(ctx, tx, now)
	if err != nil {
		return "", err
	}
	e, err := ofToday(ctx, tx, b, a, day(now), card)
	if err != nil {
		return "", err
	}
	posted, err := b.PostMoves(ctx, a.Kind, a.Cause, card.Version, append(append([]ledger.Move{}, a.More...), ledger.Move{From: a.From, To: ledger.EarningPath(e), Amount: a.Amount})...)
	if err != nil {
		return "", err
	}
	if err := b.Flush(ctx); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, "INSERT INTO earning_accrual (cause, seq, earning_id, target, fan_id, item, units) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		a.Cause, posted.Seq, e, a.Target, string(a.Fan), a.Item, a.Amount.Units)
	return e, err
}

// ofToday finds the pending earning that the accrual goes into, or opens it.
func ofToday(ctx context.Context, tx *db.Tx, b *ledger.Book, a Accrual, today int64, card RateCard) (id.Earning, error) {
	var e id.Earning
	err := tx.Row(ctx, "SELECT id FROM earning WHERE creator_id = $1 AND source = $2 AND day = $3 AND rule = $4 AND amount_asset = $5",
		a.Creator, string(a.Source), today, card.Version, string(a.Amount.Asset)).Scan((*string)(&e))
	if errors.Is(err, db.ErrNoRows) {
		e, _, err = open(ctx, tx, b, Holder{a.Creator, a.Source}, today, card, a.Amount.Asset)
	}
	return e, err
}

// AccruedBy returns what the cause earned in money, and the earning it went into;
// ok is false if it earned none.
func AccruedBy(ctx context.Context, tx *db.Tx, cause string) (e id.Earning, units int64, ok bool, err error) {
	err = tx.Row(ctx, "SELECT earning_id, units FROM earning_accrual WHERE cause = $1", cause).Scan((*string)(&e), &units)
	if errors.Is(err, db.ErrNoRows) {
		return "", 0, false, nil
	}
	return e, units, err == nil, err
}
