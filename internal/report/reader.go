package report

import (
	"context"
	"math"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Reader answers what pages and the API show. Each answer is one snapshot.
type Reader struct{ db *db.DB }

// NewReader returns a Reader of the database.
func NewReader(d *db.DB) *Reader { return &Reader{db: d} }

// Ask answers a query of a product on one snapshot, such as
// Ask(ctx, r, gift.Catalog). Pages and the API never hold a transaction.
func Ask[T any](ctx context.Context, r *Reader, query func(context.Context, *db.Tx) (T, error)) (got T, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		got, err = query(ctx, tx)
		return err
	})
	return got, err
}

// Ask1 is Ask for a query with one argument, such as
// Ask1(ctx, r, gift.Get, giftID).
func Ask1[A, T any](ctx context.Context, r *Reader, query func(context.Context, *db.Tx, A) (T, error), a A) (T, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (T, error) { return query(ctx, tx, a) })
}

// Ask2 is Ask for a query with two arguments.
func Ask2[A, B, T any](ctx context.Context, r *Reader, query func(context.Context, *db.Tx, A, B) (T, error), a A, b B) (T, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (T, error) { return query(ctx, tx, a, b) })
}

// Ask3 is Ask for a query with three arguments.
func Ask3[A, B, C, T any](ctx context.Context, r *Reader, query func(context.Context, *db.Tx, A, B, C) (T, error), a A, b B, c C) (T, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (T, error) { return query(ctx, tx, a, b, c) })
}

// Explain explains the thing with the id to a person whose money it is, or to
// an operator (everything). Anybody else learns nothing, not even that it is
// there. after is the Next of the page before, or "".
func (r *Reader) Explain(ctx context.Context, anyID, after string, to id.Person, everything bool) (s Step, err error) {
	s, err = Ask2(ctx, r, Explain, anyID, after)
	if err != nil {
		return Step{}, err
	}
	if !everything && s.Owner != string(to) && !slices.Contains(s.Seen, string(to)) {
		return Step{}, fault.New(fault.NotFound, "There is no %s.", fault.Clip(anyID))
	}
	if !everything {
		s.hide(string(to))
		if back := s.Kind == "refund" || s.Kind == "dispute"; s.Owner == string(to) && (back || len(s.Seen) > 0) { // who gave it: what it became is the creator's business
			s.hideAbove()
		}
	}
	return s, nil
}

// hide takes out of an explanation what belongs to other people: a creator
// sees which gifts an earning is made of, not with which card the fan paid.
func (s *Step) hide(to string) {
	for i := range s.Parts {
		p := &s.Parts[i]
		if p.Owner != "" && p.Owner != to && !slices.Contains(p.Seen, to) {
			title := "Coins of the sender"
			if p.Kind == "charge" {
				title = "Card payment of the fan"
			}
			*p = Step{Kind: p.Kind, Title: title, Amount: p.Amount}
			continue
		}
		p.hide(to)
	}
}

// Wallet is what a fan sees of their coins.
type Wallet struct {
	Coins int64
	Lots  []wallet.LotState // newest first
}

// Wallet returns the person's coins.
func (r *Reader) Wallet(ctx context.Context, person id.Person) (Wallet, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (w Wallet, err error) {
		if w.Coins, err = wallet.Balance(ctx, tx, person); err != nil {
			return w, err
		}
		w.Lots, err = wallet.LotsOf(ctx, tx, person, "", 20)
		return w, err
	})
}

// WalletEntry is one change of a fan's coins: what a transfer did to all of
// their lots.
type WalletEntry struct {
	Kind  string // coin_purchase.completed, gift.sent…
	Cause string // the id of the purchase or the gift, which can be explained
	Coins int64  // above zero when they came in
	At    string
	Seq   int64    // of the transfer
	Lots  []id.Lot // the lots that it touched, oldest first
}

// WalletEntries returns the changes of a person's coins, newest first, before
// the transfer number (0 for the first page). However many lots the person has
// had, it reads where each was touched last and walks those of the page. Lots
// that were opened after the page's beginning are none of it.
func (r *Reader) WalletEntries(ctx context.Context, person id.Person, before int64, limit int) ([]WalletEntry, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) ([]WalletEntry, error) {
		lots := map[string]id.Lot{} // by path
		trails, err := db.Collect[ledger.Trail](tx.Query(ctx, `SELECT w.id, w.account_id, a.last_seq FROM wallet_lot w JOIN ledger_account a ON a.id = w.account_id
			WHERE w.person_id = $1 AND w.opened_us <= COALESCE((SELECT t.at_us FROM ledger_transfer t WHERE t.seq = $2), $3)`, person, before, int64(math.MaxInt64)))(
			func(row *db.Rows) (t ledger.Trail, err error) {
				var lot id.Lot
				err = row.Scan((*string)(&lot), &t.Account, &t.Last)
				lots[ledger.LotPath(lot)] = lot
				return t, err
			})
		if err != nil {
			return nil, err
		}
		transfers, err := ledger.Merged(ctx, tx, trails, before, limit)
		if err != nil {
			return nil, err
		}
		var all []WalletEntry
		for _, t := range transfers {
			all = append(all, walletEntry(t, lots))
		}
		return all, nil
	})
}

// walletEntry is what a transfer did to the lots of one person.
func walletEntry(t ledger.Recorded, lots map[string]id.Lot) WalletEntry {
	e := WalletEntry{Kind: t.Kind, Cause: t.Cause, At: stamp(t.At.UnixMicro()), Seq: t.Seq}
	for _, l := range t.Lines {
		if lot, ok := lots[l.To]; ok {
			e.Coins += l.Amount.Units
			e.Lots = append(e.Lots, lot)
		}
		if lot, ok := lots[l.From]; ok {
			e.Coins -= l.Amount.Units
			e.Lots = append(e.Lots, lot)
		}
	}
	slices.Sort(e.Lots)
	return e
}

// Earnings is what a creator sees of what they are owed.
type Earnings struct {
	Balance  earnings.Balance
	Card     earnings.RateCard
	Earnings []earnings.Earning // newest first
}

// Earnings returns what the creator is owed.
func (r *Reader) Earnings(ctx context.Context, creator id.Person, before id.Earning, limit int) (Earnings, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (e Earnings, err error) {
		if e.Balance, err = earnings.BalanceOf(ctx, tx, creator); err != nil {
			return e, err
		}
		if e.Card, err = earnings.Rates(ctx, tx); err != nil {
			return e, err
		}
		e.Earnings, err = earnings.OfCreator(ctx, tx, creator, before, limit)
		return e, err
	})
}

// Totals is the operator's view of the books.
type Totals struct {
	CoinsOutstanding int64            // sold or promised, and not yet spent
	Deferred         []ledger.Account // what the unspent coins were sold for, by currency
	DiamondsPending  int64
	Provider         []ledger.Account // what the provider holds for us, below zero, by currency
	Transfers        int64
	Head             string // the hash of the last transfer
}

// Totals returns the operator's view of the books.
func (r *Reader) Totals(ctx context.Context) (Totals, error) { return Ask(ctx, r, totalsOf) }

func totalsOf(ctx context.Context, tx *db.Tx) (t Totals, err error) {
	var issued, spent, made, cashed int64
	for path, into := range map[ledger.Ref]*int64{
		{Path: ledger.CoinsIssued, Asset: money.Coin}: &issued, {Path: ledger.CoinsSpent, Asset: money.Coin}: &spent,
		{Path: ledger.DiamondsIssued, Asset: money.Diamond}: &made, {Path: ledger.DiamondsCashed, Asset: money.Diamond}: &cashed,
	} {
		if *into, err = ledger.Balance(ctx, tx, path); err != nil {
			return t, err
		}
	}
	t.CoinsOutstanding, t.DiamondsPending = -issued-spent, -made-cashed
	if t.Deferred, err = ledger.Balances(ctx, tx, ledger.Deferred, 50, ""); err != nil {
		return t, err
	}
	if t.Provider, err = ledger.Balances(ctx, tx, ledger.Provider, 50, ""); err != nil {
		return t, err
	}
	t.Transfers, _, t.Head, err = ledger.Head(ctx, tx)
	return t, err
}
