package earnings

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Source says what earned the money.
type Source string

// The sources. A creator's day has an earning of its own for each of them.
const (
	FromGift      Source = "gift"       // gifts on a LIVE
	FromVideoGift Source = "video_gift" // gifts on a video
)

// Sources are all sources, in the order in which they are shown.
var Sources = []Source{FromGift, FromVideoGift}

// Holder is whose bucket it is, and of what.
type Holder struct {
	Creator id.Person
	Source  Source
}

// HolderOf says into which of the creator's buckets the diamonds of a gift on
// the target go.
func HolderOf(creator id.Person, target string) Holder {
	if strings.HasPrefix(target, videoPrefix) {
		return Holder{creator, FromVideoGift}
	}
	return Holder{creator, FromGift}
}

const videoPrefix = string(id.KindVideo) + "_"

// Bucket is a creator's pending earning within a Book: where today's diamonds
// go. One that nothing was earned in yet has no Earning until Open.
type Bucket struct {
	Earning id.Earning

	Holder
	day     int64
	card    RateCard
	account *ledger.Account
}

// day numbers the UTC days since 1970.
func day(us int64) int64 { return us / int64(24*time.Hour/time.Microsecond) }

func dayStart(n int64) time.Time { return time.Unix(n*24*60*60, 0).UTC() }

// Buckets finds each holder's bucket of the day of the journal's instant
// (ledger.Book.Now). That never goes back: when the clock does, a day whose
// earnings have matured is not opened again. It writes nothing: a call that is
// refused leaves no earning behind.
func Buckets(ctx context.Context, tx *db.Tx, b *ledger.Book, c RateCard, atUS int64, holders []Holder) (map[Holder]*Bucket, error) {
	buckets := make(map[Holder]*Bucket, len(holders))
	bySource := map[Source][]any{}
	today := day(atUS)
	for _, h := range holders {
		buckets[h] = &Bucket{Holder: h, day: today, card: c}
		bySource[h.Source] = append(bySource[h.Source], string(h.Creator))
	}
	accounts := make(map[Holder]int64, len(holders))
	var ids []int64
	for _, source := range Sources { // the index begins with creator and source
		if len(bySource[source]) == 0 {
			continue
		}
		rows, err := tx.QueryList(ctx, "SELECT id, creator_id, account_id FROM earning WHERE source = $1 AND day = $2 AND rule = $3 AND creator_id IN ($list)",
			bySource[source], string(source), today, c.Version)
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
			h := Holder{id.Person(p), source}
			buckets[h].Earning, accounts[h] = id.Earning(e), acc
			ids = append(ids, acc)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	if err := b.Load(ctx, ids); err != nil {
		return nil, err
	}
	for h, acc := range accounts {
		if buckets[h].account = b.Account(acc); buckets[h].account == nil {
			return nil, errors.New("earnings: " + string(buckets[h].Earning) + " has no account")
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
		k.Earning, k.Creator, string(k.Source), k.day, k.card.Version, k.account.ID, available, string(k.card.PayAsset))
	if err != nil {
		return err
	}
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkMature, Key: string(k.Earning), DueUS: available}); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"earning": k.Earning, "creator": k.Creator, "source": k.Source, "rule": k.card.Version,
		"day": dayStart(k.day).Format(time.DateOnly), "available_at": time.UnixMicro(available).UTC().Format("2006-01-02T15:04:05.000000Z")})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "earning.accrued", Topic: "person:" + string(k.Creator), Data: data})
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
