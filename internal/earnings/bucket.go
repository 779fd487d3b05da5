package earnings

import (
	"context"
	"encoding/json"
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

// Bucket is a creator's pending earning within a Book: where today's diamonds
// go. One that nothing was earned in yet has no Earning until Open.
type Bucket struct {
	Earning id.Earning

	creator id.Person
	source  Source
	day     int64
	card    RateCard
	account *ledger.Account
}

// day numbers the UTC days since 1970.
func day(us int64) int64 { return us / int64(24*time.Hour/time.Microsecond) }

func dayStart(n int64) time.Time { return time.Unix(n*24*60*60, 0).UTC() }

// Buckets finds each creator's bucket of the day of the journal's instant
// (ledger.Book.Now). That never goes back: when the clock does, a day whose
// earnings have matured is not opened again. It writes nothing: a call that is
// refused leaves no earning behind.
func Buckets(ctx context.Context, tx *db.Tx, b *ledger.Book, source Source, c RateCard, atUS int64, creators []id.Person) (map[id.Person]*Bucket, error) {
	buckets := make(map[id.Person]*Bucket, len(creators))
	if len(creators) == 0 {
		return buckets, nil
	}
	today := day(atUS)
	for _, p := range creators {
		buckets[p] = &Bucket{creator: p, source: source, day: today, card: c}
	}
	list := make([]any, len(creators))
	for i, p := range creators {
		list[i] = string(p)
	}
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
		buckets[id.Person(p)].Earning = id.Earning(e)
		accounts[id.Person(p)] = acc
		ids = append(ids, acc)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := b.Load(ctx, ids); err != nil {
		return nil, err
	}
	for p, acc := range accounts {
		if buckets[p].account = b.Account(acc); buckets[p].account == nil {
			return nil, errors.New("earnings: " + string(buckets[p].Earning) + " has no account")
		}
	}
	return buckets, nil
}

// Open makes the earning of the creator's day, if there is none yet, schedules
// its maturity and tells of it. It comes before the first Credit.
func (k *Bucket) Open(ctx context.Context, tx *db.Tx, b *ledger.Book) error {
	if k.account != nil {
		return nil
	}
	k.Earning = id.Earning(tx.NewID(id.KindEarning))
	acc, err := b.Find(ctx, ledger.Ref{Path: ledger.EarningPath(k.Earning), Asset: money.Diamond})
	if err != nil {
		return err
	}
	k.account = acc[0]
	available := dayStart(k.day + 1).Add(k.card.Hold()).UnixMicro()
	_, err = tx.Exec(ctx, `INSERT INTO earning (id, creator_id, source, day, rule, account_id, state, available_us, diamonds, amount_units, amount_asset, paid_units)
		VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, 0, 0, $8, 0)`,
		k.Earning, k.creator, string(k.source), k.day, k.card.Version, k.account.ID, available, string(k.card.PayAsset))
	if err != nil {
		return err
	}
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkMature, Key: string(k.Earning), DueUS: available}); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"earning": k.Earning, "creator": k.creator, "source": k.source, "rule": k.card.Version,
		"day": dayStart(k.day).Format(time.DateOnly), "available_at": time.UnixMicro(available).UTC().Format("2006-01-02T15:04:05.000000Z")})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "earning.accrued", Topic: "person:" + string(k.creator), Data: data})
}

// IssuerRef names the account that diamonds come from.
var IssuerRef = ledger.Ref{Path: ledger.DiamondsIssued, Asset: money.Diamond}

// Issuer returns the account that diamonds come from.
func Issuer(ctx context.Context, b *ledger.Book) (*ledger.Account, error) {
	acc, err := b.Find(ctx, IssuerRef)
	if err != nil {
		return nil, err
	}
	return acc[0], nil
}

// Credit returns the line that gives the open bucket its diamonds. It is pure.
func (k *Bucket) Credit(issuer *ledger.Account, diamonds int64) ledger.Line {
	return ledger.Line{From: issuer, To: k.account, Amount: diamonds}
}
