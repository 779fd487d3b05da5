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
	FromTip       Source = "tip"        // tips, in money
)

// Sources are all sources, in the order in which they are shown.
var Sources = []Source{FromGift, FromVideoGift, FromTip}

// giftSources are those that earn diamonds; what the others earn is money.
var giftSources = []Source{FromGift, FromVideoGift}

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
	for _, source := range giftSources { // the index begins with creator and source
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
	e, account, err := open(ctx, tx, b, k.Holder, k.day, k.card, money.Diamond)
	k.Earning, k.account = e, account
	return err
}

// open makes the earning of a holder's day, schedules its maturity and tells of
// it. Its account is of diamonds, or of the money that it is in.
func open(ctx context.Context, tx *db.Tx, b *ledger.Book, h Holder, day int64, card RateCard, own money.Asset) (id.Earning, *ledger.Account, error) {
	e := id.Earning(tx.NewID(id.KindEarning))
	acc, err := b.Find(ctx, ledger.Ref{Path: ledger.EarningPath(e), Asset: own})
	if err != nil {
		return "", nil, err
	}
	asset := own
	if own == money.Diamond {
		asset = card.PayAsset
	}
	available := dayStart(day + 1).Add(card.Hold()).UnixMicro()
	_, err = tx.Exec(ctx, `INSERT INTO earning (id, creator_id, source, day, rule, account_id, own_asset, state, available_us, diamonds, clawed_own, amount_units, amount_asset, clawed_units, paid_units)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, 0, 0, 0, $9, 0, 0)`,
		e, h.Creator, string(h.Source), day, card.Version, acc[0].ID, string(own), available, string(asset))
	if err != nil {
		return "", nil, err
	}
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkMature, Key: string(e), DueUS: available}); err != nil {
		return "", nil, err
	}
	data, err := json.Marshal(map[string]any{"earning": e, "creator": h.Creator, "source": h.Source, "rule": card.Version,
		"day": dayStart(day).Format(time.DateOnly), "available_at": time.UnixMicro(available).UTC().Format("2006-01-02T15:04:05.000000Z")})
	if err != nil {
		return "", nil, err
	}
	return e, acc[0], outbox.Add(ctx, tx, outbox.Event{Type: "earning.accrued", Topic: "person:" + string(h.Creator), Data: data})
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
