package earnings

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Source says what earned the money.
type Source string

// FromGift is what gifts earn.
const FromGift Source = "gift"

// Bucket is a pending earning within a Book: where today's diamonds go.
type Bucket struct {
	Earning id.Earning
	account *ledger.Account
}

// day numbers the UTC days since 1970.
func day(us int64) int64 { return us / int64(24*time.Hour/time.Microsecond) }

func dayStart(n int64) time.Time { return time.Unix(n*24*60*60, 0).UTC() }

// Buckets finds, or opens, today's earning of each creator.
func Buckets(ctx context.Context, tx *db.Tx, b *ledger.Book, source Source, c RateCard, creators []id.Person) (map[id.Person]*Bucket, error) {
	buckets := make(map[id.Person]*Bucket, len(creators))
	if len(creators) == 0 {
		return buckets, nil
	}
	list := make([]any, len(creators))
	for i, p := range creators {
		list[i] = string(p)
	}
	today := day(tx.NowUS())
	accounts := make(map[id.Person]int64, len(creators))
	var ids []int64
	rows, err := tx.QueryList(ctx, "SELECT id, creator_id, account_id FROM earning WHERE source = $1 AND day = $2 AND rule = $3 AND creator_id IN ($list)", list, string(source), today, c.Version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e, p string
		var acc int64
		if err := rows.Scan(&e, &p, &acc); err != nil {
			return nil, err
		}
		buckets[id.Person(p)] = &Bucket{Earning: id.Earning(e)}
		accounts[id.Person(p)] = acc
		ids = append(ids, acc)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := b.Load(ctx, ids); err != nil {
		return nil, err
	}
	for p, bucket := range buckets {
		if bucket.account = b.Account(accounts[p]); bucket.account == nil {
			return nil, errors.New("earnings: " + string(bucket.Earning) + " has no account")
		}
	}
	for _, p := range creators {
		if buckets[p] == nil {
			if buckets[p], err = open(ctx, tx, b, source, c, p, today); err != nil {
				return nil, err
			}
		}
	}
	return buckets, nil
}

// open makes the earning of a creator's day and schedules its maturity.
func open(ctx context.Context, tx *db.Tx, b *ledger.Book, source Source, c RateCard, creator id.Person, today int64) (*Bucket, error) {
	bucket := &Bucket{Earning: id.Earning(tx.NewID(id.KindEarning))}
	acc, err := b.Find(ctx, ledger.Ref{Path: ledger.EarningPath(bucket.Earning), Asset: money.Diamond})
	if err != nil {
		return nil, err
	}
	bucket.account = acc[0]
	available := dayStart(today + 1).Add(c.Hold()).UnixMicro()
	_, err = tx.Exec(ctx, `INSERT INTO earning (id, creator_id, source, day, rule, account_id, state, available_us, diamonds, amount_units, amount_asset, paid_units)
		VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, 0, 0, $8, 0)`,
		bucket.Earning, creator, string(source), today, c.Version, bucket.account.ID, available, string(c.PayAsset))
	if err != nil {
		return nil, err
	}
	return bucket, outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkMature, Key: string(bucket.Earning), DueUS: available})
}

// Issuer returns the account that diamonds come from.
func Issuer(ctx context.Context, b *ledger.Book) (*ledger.Account, error) {
	acc, err := b.Find(ctx, ledger.Ref{Path: ledger.DiamondsIssued, Asset: money.Diamond})
	if err != nil {
		return nil, err
	}
	return acc[0], nil
}

// Credit returns the line that gives the bucket its diamonds. It is pure.
func (k *Bucket) Credit(issuer *ledger.Account, diamonds int64) ledger.Line {
	return ledger.Line{From: issuer, To: k.account, Amount: diamonds}
}
