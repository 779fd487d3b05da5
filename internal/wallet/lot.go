package wallet

import (
	"context"
	"errors"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Lot is the coins of one purchase or promotion.
type Lot struct {
	ID       id.Lot
	Person   id.Person
	Cause    string // the purchase's id, or what granted a promotion
	Promo    bool
	Coins    int64        // as bought
	Aside    int64        // of them, taken out by refunds and disputes: the last
	Paid     money.Amount // zero for a promotion
	OpenedUS int64

	accountID int64
	account   *ledger.Account // set when loaded with a Book
	wasOpen   bool
}

// Left returns how many coins the lot still holds. The lot must have been
// loaded with a Book.
func (l *Lot) Left() int64 { return l.account.Balance }

// Value returns what n of the lot's coins were sold for, counted from the
// first coin: floor(paid × n / coins).
func (l *Lot) Value(n int64) int64 {
	v, err := money.MulDivFloor(l.Paid.Units, n, l.Coins)
	if err != nil {
		return 0 // n ≤ coins keeps the result within paid
	}
	return v
}

// NewLot is what Grant makes a lot of.
type NewLot struct {
	Person id.Person
	Cause  string
	Promo  bool
	Coins  int64
	Paid   money.Amount
	Rule   string // what the money side was booked by; "" if nothing applies
}

// Grant opens a lot with its coins. The caller posts the money side of a
// purchase with more, in the same transfer: one purchase is one fact.
func Grant(ctx context.Context, tx *db.Tx, kind string, n NewLot, more ...ledger.Move) (id.Lot, error) {
	lot := id.Lot(tx.NewID(id.KindLot))
	moves := append([]ledger.Move{{From: ledger.CoinsIssued, To: ledger.LotPath(lot), Amount: money.Amount{Units: n.Coins, Asset: money.Coin}}}, more...)
	if _, err := ledger.Post(ctx, tx, kind, n.Cause, n.Rule, moves...); err != nil {
		return "", err
	}
	b := ledger.Open(tx)
	acc, err := b.Find(ctx, ledger.Ref{Path: ledger.LotPath(lot), Asset: money.Coin})
	if err != nil {
		return "", err
	}
	asset := n.Paid.Asset
	if n.Promo {
		asset = ""
	}
	_, err = tx.Exec(ctx, `INSERT INTO wallet_lot (id, person_id, cause, promo, account_id, coins, paid_units, paid_asset, opened_us, open)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
		lot, n.Person, n.Cause, n.Promo, acc[0].ID, n.Coins, n.Paid.Units, string(asset), tx.NowUS())
	return lot, err
}

const lotColumns = "id, person_id, cause, promo, account_id, coins, aside_coins, paid_units, paid_asset, opened_us, open"

func scanLot(r *db.Rows) (*Lot, error) {
	l := &Lot{}
	return l, r.Scan((*string)(&l.ID), (*string)(&l.Person), &l.Cause, &l.Promo, &l.accountID, &l.Coins, &l.Aside, &l.Paid.Units, (*string)(&l.Paid.Asset), &l.OpenedUS, &l.wasOpen)
}

// Purse is the open lots of one person within a Book, in the order in which
// they are spent.
type Purse struct {
	Person id.Person
	Lots   []*Lot
}

// Coins returns how many coins the purse holds, as the Book stands.
func (p *Purse) Coins() int64 {
	var n int64
	for _, l := range p.Lots {
		n += l.Left()
	}
	return n
}

// Purses loads the open lots of several persons into the Book. Every person
// has a purse, if an empty one.
func Purses(ctx context.Context, tx *db.Tx, b *ledger.Book, people []id.Person) (map[id.Person]*Purse, error) {
	purses := make(map[id.Person]*Purse, len(people))
	list := make([]any, 0, len(people))
	for _, p := range people {
		if purses[p] == nil {
			purses[p] = &Purse{Person: p}
			list = append(list, string(p))
		}
	}
	if len(list) == 0 {
		return purses, nil
	}
	// What spending needs of a lot, and no more: a storm reads one for each gift.
	rows, err := tx.QueryList(ctx, "SELECT id, person_id, promo, account_id, coins, aside_coins, paid_units, paid_asset FROM wallet_lot WHERE open = 1 AND person_id IN ($list)", list)
	lots, err := db.Collect[*Lot](rows, err)(func(r *db.Rows) (*Lot, error) {
		l := &Lot{wasOpen: true}
		return l, r.Scan((*string)(&l.ID), (*string)(&l.Person), &l.Promo, &l.accountID, &l.Coins, &l.Aside, &l.Paid.Units, (*string)(&l.Paid.Asset))
	})
	if err != nil {
		return nil, err
	}
	if err := loadAccounts(ctx, b, lots); err != nil {
		return nil, err
	}
	for _, l := range lots {
		purses[l.Person].Lots = append(purses[l.Person].Lots, l)
	}
	for _, p := range purses {
		slices.SortFunc(p.Lots, spendOrder)
	}
	return purses, nil
}

func loadAccounts(ctx context.Context, b *ledger.Book, lots []*Lot) error {
	ids := make([]int64, len(lots))
	for i, l := range lots {
		ids[i] = l.accountID
	}
	if err := b.Load(ctx, ids); err != nil {
		return err
	}
	for _, l := range lots {
		if l.account = b.Account(l.accountID); l.account == nil {
			return errors.New("wallet: the lot " + string(l.ID) + " has no account")
		}
	}
	return nil
}

// spendOrder puts paid lots before promotional ones, and older before newer.
func spendOrder(a, b *Lot) int {
	switch {
	case a.Promo != b.Promo && b.Promo:
		return -1
	case a.Promo != b.Promo:
		return 1
	case a.ID < b.ID:
		return -1
	}
	return 1
}

// Sinks are the accounts that spending moves into, loaded once for a Book.
type Sinks struct {
	spent    *ledger.Account
	deferred map[money.Asset]*ledger.Account
	revenue  map[money.Asset]*ledger.Account
}

// SinkRefs names the accounts that spending from the purses will need.
func SinkRefs(purses map[id.Person]*Purse) []ledger.Ref {
	refs := []ledger.Ref{{Path: ledger.CoinsSpent, Asset: money.Coin}}
	seen := map[money.Asset]bool{"": true}
	for _, p := range purses {
		for _, l := range p.Lots {
			if a := l.Paid.Asset; !seen[a] {
				seen[a] = true
				refs = append(refs, ledger.Ref{Path: ledger.Deferred, Asset: a}, ledger.Ref{Path: ledger.GiftRevenue, Asset: a})
			}
		}
	}
	slices.SortFunc(refs[1:], func(a, b ledger.Ref) int { // new accounts get their ids in a fixed order
		return compare(string(a.Asset)+a.Path, string(b.Asset)+b.Path)
	})
	return refs
}

// LoadSinks finds the accounts of SinkRefs.
func LoadSinks(ctx context.Context, b *ledger.Book, purses map[id.Person]*Purse) (*Sinks, error) {
	acc, err := b.Find(ctx, SinkRefs(purses)...)
	if err != nil {
		return nil, err
	}
	s := &Sinks{spent: acc[0], deferred: map[money.Asset]*ledger.Account{}, revenue: map[money.Asset]*ledger.Account{}}
	for _, a := range acc[1:] {
		if a.Path == ledger.Deferred {
			s.deferred[a.Asset] = a
		} else {
			s.revenue[a.Asset] = a
		}
	}
	return s, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Spend returns the lines that take the coins out of the purse, first-in
// first-out, and move their money from deferred to revenue. It is pure:
// nothing changes until the lines are posted. A purse that holds too little
// is a fault with the missing coins.
func (p *Purse) Spend(s *Sinks, coins int64, lines []ledger.Line) ([]ledger.Line, error) {
	if have := p.Coins(); have < coins {
		return nil, InsufficientCoins(have, coins)
	}
	for _, l := range p.Lots {
		if coins == 0 {
			break
		}
		n := min(coins, l.Left())
		if n == 0 {
			continue
		}
		coins -= n
		lines = append(lines, ledger.Line{From: l.account, To: s.spent, Amount: n})
		given := l.Coins - l.Aside - l.Left()
		if v := l.Value(given+n) - l.Value(given); v > 0 {
			lines = append(lines, ledger.Line{From: s.deferred[l.Paid.Asset], To: s.revenue[l.Paid.Asset], Amount: v})
		}
	}
	return lines, nil
}

// InsufficientCoins is the fault of a purse that holds too little.
func InsufficientCoins(have, want int64) error {
	return fault.New(fault.InsufficientBalance, "This costs %d coins and the wallet holds %d. Buy %d more; nothing was charged.", want, have, want-have).
		With("balance", have).With("missing", want-have)
}

// CloseEmpty marks the lots that hold nothing any more. It is called after
// everything was posted to the Book.
func CloseEmpty(ctx context.Context, tx *db.Tx, purses map[id.Person]*Purse) error {
	var empty []any
	for _, p := range purses {
		for _, l := range p.Lots {
			if l.wasOpen && l.Left() == 0 {
				empty = append(empty, string(l.ID))
			}
		}
	}
	if len(empty) == 0 {
		return nil
	}
	rows, err := tx.QueryList(ctx, "UPDATE wallet_lot SET open = 0 WHERE id IN ($list) RETURNING id", empty)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
