package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// Balance returns what the account holds now; an account that nothing was
// ever posted to holds 0.
func Balance(ctx context.Context, tx *db.Tx, r Ref) (int64, error) {
	var n int64
	err := tx.Row(ctx, "SELECT balance FROM ledger_account WHERE path = $1 AND asset = $2", r.Path, string(r.Asset)).Scan(&n)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// Balances returns the accounts whose path starts with the prefix, by path,
// from the first path after the given one. The accounts of one path are never
// parted, so a page may be longer than limit by the path's other assets.
func Balances(ctx context.Context, tx *db.Tx, prefix string, limit int, after string) ([]Account, error) {
	// One of the two bounds implies the other. With both, SQLite may begin at
	// the lower one and read all accounts up to the prefix.
	low, from := "path >= $1", prefix
	if after != "" && after >= prefix {
		low, from = "path > $1", after
	}
	return db.Collect[Account](tx.Query(ctx, "SELECT id, path, asset, balance, floor, last_seq FROM ledger_account WHERE "+low+` AND path <= COALESCE((SELECT MAX(p.path) FROM
			(SELECT path FROM ledger_account WHERE `+low+` AND path < $2 ORDER BY path LIMIT $3) p), '')
		ORDER BY path, asset`,
		from, prefixEnd(prefix), limit))(scanAccount)
}

func scanAccount(r *db.Rows) (a Account, err error) {
	return a, r.Scan(&a.ID, &a.Path, (*string)(&a.Asset), &a.Balance, &a.Floor, &a.last)
}

// prefixEnd returns the first text after all that start with the prefix.
func prefixEnd(prefix string) string { return prefix + "\U0010ffff" }

// Head returns the number, the instant and the hash of the last transfer.
func Head(ctx context.Context, tx *db.Tx) (seq int64, at time.Time, hash string, err error) {
	var atUS int64
	var raw []byte
	err = tx.Row(ctx, "SELECT seq, at_us, hash FROM ledger_head WHERE id = 1").Scan(&seq, &atUS, &raw)
	return seq, time.UnixMicro(atUS).UTC(), hex.EncodeToString(raw), err
}

// SeqAt returns the number of the last transfer at or before the instant. An
// instant before the first transfer or after now can not be answered, and is
// a fault, never an empty answer. If the clock has stepped back since the last
// transfer, the books reach to that.
func SeqAt(ctx context.Context, tx *db.Tx, at time.Time) (int64, error) {
	last, reach, _, err := Head(ctx, tx)
	if err != nil {
		return 0, err
	}
	if now := tx.Now(); now.After(reach) {
		reach = now
	}
	if at.After(reach) {
		return 0, fault.New(fault.InvalidParameter, "The instant %s lies in the future; the books reach to %s.", at.UTC().Format(time.RFC3339Nano), reach.Format(time.RFC3339Nano))
	}
	var fail error
	n := sort.Search(int(last), func(i int) bool {
		var us int64
		if err := tx.Row(ctx, "SELECT at_us FROM ledger_transfer WHERE seq = $1", i+1).Scan(&us); err != nil && fail == nil {
			fail = fmt.Errorf("ledger: reading transfer %d: %w", i+1, err)
		}
		return us > at.UnixMicro()
	})
	if fail != nil {
		return 0, fail
	}
	if n == 0 {
		return 0, fault.New(fault.InvalidParameter, "The books begin after %s, so there is no balance at that instant.", at.UTC().Format(time.RFC3339Nano))
	}
	return int64(n), nil
}

// Entry is one line seen from one of its accounts.
type Entry struct {
	Seq    int64
	N      int64
	At     time.Time
	Kind   string
	Cause  string
	Rule   string
	From   string // path
	To     string // path
	Amount money.Amount
}

const entryColumns = `t.seq, l.n, t.at_us, t.kind, t.cause, t.rule, f.path, o.path, l.amount, f.asset
	FROM ledger_line l JOIN ledger_transfer t ON t.seq = l.seq
	JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account`

func scanEntry(r *db.Rows) (e Entry, err error) {
	var us int64
	err = r.Scan(&e.Seq, &e.N, &us, &e.Kind, &e.Cause, &e.Rule, &e.From, &e.To, &e.Amount.Units, (*string)(&e.Amount.Asset))
	e.At = time.UnixMicro(us).UTC()
	return e, err
}

// OfCause returns the lines of every transfer with this cause, in the order
// in which they were posted.
func OfCause(ctx context.Context, tx *db.Tx, cause string) ([]Entry, error) {
	return db.Collect[Entry](tx.Query(ctx, "SELECT "+entryColumns+" WHERE t.cause = $1 ORDER BY t.seq, l.n", cause))(scanEntry)
}

// trail walks from an account ($1) over the transfers that touched it, newest
// first: from the one before transfer $2 where that touched it too, else from
// the last. n counts those before $2; the walk ends after $3 of them.
const trail = `WITH RECURSIVE trail (seq, n) AS (
		SELECT COALESCE((SELECT MAX(CASE WHEN l.to_account = $1 THEN l.to_prev ELSE l.from_prev END) FROM ledger_line l
			WHERE l.seq = $2 AND (l.to_account = $1 OR l.from_account = $1)), a.last_seq), CAST(1 AS BIGINT)
		FROM ledger_account a WHERE a.id = $1
		UNION SELECT CASE WHEN l.to_account = $1 THEN l.to_prev ELSE l.from_prev END, w.n + CASE WHEN l.seq < $2 THEN 1 ELSE 0 END
		FROM trail w JOIN ledger_line l ON l.seq = w.seq WHERE (l.to_account = $1 OR l.from_account = $1) AND (w.n < $3 OR w.seq >= $2)) `

// numberOf returns the account's number; 0 if nothing was ever posted to it.
func numberOf(ctx context.Context, tx *db.Tx, r Ref) (n int64, err error) {
	err = tx.Row(ctx, "SELECT id FROM ledger_account WHERE path = $1 AND asset = $2", r.Path, string(r.Asset)).Scan(&n)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// OfAccount returns the lines that touched the account, newest first, from
// before the transfer number beforeSeq (0 means from the end). A transfer's
// lines are never parted, so a page may be longer than limit by the other
// lines of its last transfer.
func OfAccount(ctx context.Context, tx *db.Tx, r Ref, beforeSeq int64, limit int) ([]Entry, error) {
	if beforeSeq <= 0 {
		beforeSeq = 1 << 62
	}
	acc, err := numberOf(ctx, tx, r)
	if err != nil || acc == 0 {
		return nil, err
	}
	all, err := db.Collect[Entry](tx.Query(ctx, trail+"SELECT "+entryColumns+` JOIN trail w ON w.seq = l.seq
		WHERE (l.to_account = $1 OR l.from_account = $1) AND l.seq < $2 ORDER BY l.seq DESC, l.n DESC`, acc, beforeSeq, limit))(scanEntry)
	for i := limit; i < len(all); i++ {
		if all[i].Seq != all[i-1].Seq {
			return all[:i], err
		}
	}
	return all, err
}

// IDInPath returns the id that the second part of a path names, such as the
// lot in lot/lot_….
func IDInPath(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}
