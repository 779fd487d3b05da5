package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// kept is our row of an entry.
type kept struct {
	ID         id.Entry
	Provider   string
	Type       string
	SourceKind string
	Source     string
	Ref        string
	Parent     string
	Cause      string
	Amount     int64
	Fee        int64
	Net        int64
	Asset      money.Asset
	CreatedUS  int64
	SeenUS     int64
	Booked     string // where to, if the run booked it: bank, suspense or nowhere
}

const entryColumns = "id, provider_id, type, source_kind, source, ref, parent, cause, amount_units, fee_units, net_units, asset, created_us, seen_us, booked"

func scanEntry(r *db.Rows) (e kept, err error) {
	return e, r.Scan(&e.ID, &e.Provider, &e.Type, &e.SourceKind, &e.Source, &e.Ref, &e.Parent, &e.Cause, &e.Amount, &e.Fee, &e.Net, (*string)(&e.Asset), &e.CreatedUS, &e.SeenUS, &e.Booked)
}

// fact is the entry as the provider has told it, as far as it leads to a row.
func (e *kept) fact() payment.Entry {
	return payment.Entry{ID: e.Provider, Type: e.Type, Source: e.Source, SourceKind: e.SourceKind, Ref: e.Ref, Parent: e.Parent}
}

// keepEntries keeps those that are new, and has their causes compared.
func keepEntries(ctx context.Context, tx *db.Tx, all []payment.Entry) (fresh int64, err error) {
	ids := make([]any, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	known, err := db.Collect[string](tx.QueryList(ctx, "SELECT provider_id FROM reconcile_entry WHERE provider_id IN ($list)", ids))(
		func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		return 0, err
	}
	have := map[string]bool{}
	for _, one := range known {
		have[one] = true
	}
	var news []payment.Entry
	for _, e := range all {
		if !have[e.ID] {
			have[e.ID], news = true, append(news, e)
		}
	}
	causes, _, err := lead(ctx, tx, news)
	if err != nil || len(news) == 0 {
		return 0, err
	}
	var args []any
	for i, e := range news {
		args = append(args, tx.NewID(id.KindEntry), e.ID, e.Type, e.SourceKind, e.Source, e.Ref, e.Parent, causes[i],
			e.Amount.Units, e.Fee.Units, e.Net.Units, string(e.Net.Asset), e.CreatedAt.UnixMicro(), tx.NowUS(), "")
	}
	columns := []string{"id", "provider_id", "type", "source_kind", "source", "ref", "parent", "cause", "amount_units", "fee_units", "net_units", "asset", "created_us", "seen_us", "booked"}
	if err := tx.InsertRows(ctx, "reconcile_entry", columns, len(news), args); err != nil {
		return 0, err
	}
	return int64(len(news)), open(ctx, tx, causes...)
}

// open has the causes compared.
func open(ctx context.Context, tx *db.Tx, causes ...string) error {
	var args []any
	asked := map[string]bool{"": true}
	for _, c := range causes {
		if !asked[c] {
			asked[c], args = true, append(args, c, tx.NowUS())
		}
	}
	if len(args) == 0 {
		return nil
	}
	return tx.UpsertRows(ctx, "reconcile_open", []string{"cause", "seen_us"}, 1, len(args)/2, args, "seen_us = excluded.seen_us")
}

// Where the run books what it books itself.
const (
	toBank     = "bank"
	toSuspense = "suspense"
)

// ownBank are the types of the entries between our balance and our own bank.
var ownBank = map[string]bool{"payout": true, "payout_cancel": true, "payout_failure": true, "topup": true, "topup_reversal": true}

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"provider_entry.bank", "provider_entry.suspense"}

// bookedAtOnce bounds the entries that are booked in one transaction.
const bookedAtOnce = 200

// longestAwaited is how long a refund that was given at the provider waits for its
// row: then it is one that there is nothing for here, and somebody has to look.
const longestAwaited = 3 * 24 * time.Hour

// book finds what leads somewhere by now, and books what does not and is old
// enough: what comes by itself to a charge of ours waits for its row.
func (s *Service) book(ctx context.Context) (booked int64, err error) {
	for after := id.Entry(""); ; {
		var some []kept
		n := int64(0)
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			some, err = db.Collect[kept](tx.Query(ctx, "SELECT "+entryColumns+" FROM reconcile_entry WHERE cause = '' AND id > $1 ORDER BY id LIMIT $2", after, bookedAtOnce))(scanEntry)
			if err == nil {
				n, err = bookSome(ctx, tx, some)
			}
			return err
		})
		if booked += n; err != nil {
			return booked, err
		}
		if len(some) < bookedAtOnce {
			break
		}
		after = some[len(some)-1].ID
	}
	return booked, s.db.Write(ctx, func(tx *db.Tx) error { return clearFound(ctx, tx) })
}

func bookSome(ctx context.Context, tx *db.Tx, some []kept) (booked int64, err error) {
	facts := make([]payment.Entry, len(some))
	for i := range some {
		facts[i] = some[i].fact()
	}
	causes, awaited, err := lead(ctx, tx, facts)
	if err != nil {
		return 0, err
	}
	for i := range some {
		e := &some[i]
		switch {
		case causes[i] != "":
			err = e.save(ctx, tx, causes[i], "")
		case awaited[i] && (e.SourceKind == "dispute" || e.SeenUS > tx.Now().Add(-longestAwaited).UnixMicro()), e.CreatedUS > tx.Now().Add(-grace).UnixMicro():
			continue
		default:
			booked++
			err = e.book(ctx, tx)
		}
		if err != nil {
			return booked, err
		}
	}
	return booked, nil
}

// save notes what the entry belongs to, and has it compared.
func (e *kept) save(ctx context.Context, tx *db.Tx, cause, booked string) error {
	if _, err := tx.Exec(ctx, "UPDATE reconcile_entry SET cause = $2, booked = $3 WHERE id = $1", e.ID, cause, booked); err != nil {
		return err
	}
	return open(ctx, tx, cause, string(e.ID))
}

// book books an entry that is the platform's own, or that nobody can explain.
func (e *kept) book(ctx context.Context, tx *db.Tx) error {
	where, account := toSuspense, ledger.ProviderUnknown
	if ownBank[e.Type] || e.Net == 0 {
		where, account = toBank, ledger.Bank
	}
	if err := e.save(ctx, tx, string(e.ID), where); err != nil || e.Net == 0 {
		return err
	}
	m := ledger.Move{From: ledger.Provider, To: account, Amount: money.Amount{Units: e.Net, Asset: e.Asset}}
	if e.Net < 0 {
		m = ledger.Move{From: account, To: ledger.Provider, Amount: money.Amount{Units: -e.Net, Asset: e.Asset}}
	}
	if _, err := ledger.Post(ctx, tx, "provider_entry."+where, string(e.ID), "", m); err != nil {
		return fmt.Errorf("reconcile: booking %s: %w", e.Provider, err)
	}
	if where == toBank {
		return nil
	}
	_, err := casework.Open(ctx, tx, casework.New{Kind: casework.Difference, Subject: string(e.ID), Account: account,
		Amount: money.Amount{Units: e.Net, Asset: e.Asset}, Words: words(e)})
	return err
}

// inSuspense chooses the entries that stand in suspense.
const inSuspense = `booked = 'suspense' AND cause = id
	AND EXISTS (SELECT 1 FROM casework_case c WHERE c.kind = 'difference' AND c.subject = reconcile_entry.id AND c.state = 'open')`

// mostCleared bounds the open cases that a run looks at again.
const mostCleared = 1000

// clearFound closes the cases of entries of which it is known by now what they belong
// to: that row has booked them, so suspense gives the amount back.
func clearFound(ctx context.Context, tx *db.Tx) error {
	some, err := db.Collect[kept](tx.Query(ctx, "SELECT "+entryColumns+" FROM reconcile_entry WHERE "+inSuspense+" ORDER BY id LIMIT $1", mostCleared))(scanEntry)
	if err != nil || len(some) == 0 {
		return err
	}
	facts := make([]payment.Entry, len(some))
	for i := range some {
		facts[i] = some[i].fact()
	}
	causes, _, err := lead(ctx, tx, facts)
	if err != nil {
		return err
	}
	for i := range some {
		if causes[i] == "" {
			continue
		}
		c, _, err := casework.About(ctx, tx, casework.Difference, string(some[i].ID))
		if err != nil {
			return err
		}
		if _, err := casework.Settle(ctx, tx, c.ID, casework.ByRule, casework.Cleared, causes[i]); err != nil {
			return err
		}
		if err := some[i].save(ctx, tx, causes[i], toSuspense); err != nil {
			return err
		}
	}
	return nil
}
