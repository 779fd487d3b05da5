package gift

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Request asks for a gift to be given.
type Request struct {
	Key           string // idempotency key, unique for the sender for ever
	Sender        id.Person
	Item          string
	Quantity      int64
	Target        string // liv_… or vid_…
	Combo         id.Combo
	ComboSeq      int64 // 1, 2, 3… within the combo
	ExpectedPrice int64 // coins of one that the sender was shown; 0 means any
}

// MaxQuantity is the most of an item that one call gives.
const MaxQuantity = 1000

// check refuses a request that could not be right at any time.
func (r *Request) check() error {
	f := fault.New(fault.ValidationFailed, "The gift can not be read; see errors.")
	if r.Item == "" || len(r.Item) > 40 {
		f.At("/gift", fault.ValidationFailed, "Name a gift of GET /v1/gift-catalog.")
	}
	if r.Quantity < 1 || r.Quantity > MaxQuantity {
		f.At("/quantity", fault.AmountOutOfRange, "The quantity is from 1 to %d.", MaxQuantity)
	}
	if k := id.KindOf(r.Target); k != id.KindVideo && k != id.KindLive {
		f.At("/target", fault.ValidationFailed, "The target is the id of a LIVE (liv_…) or of a video (vid_…).")
	}
	if r.ExpectedPrice < 0 {
		f.At("/expected_price", fault.AmountOutOfRange, "The expected price is the coins of one gift, 1 or more.")
	}
	if r.Combo != "" {
		if !id.Valid(id.KindCombo, string(r.Combo)) {
			f.At("/combo/id", fault.ValidationFailed, "A combo's id is cmb_ and 26 characters of Crockford base32, made by the client.")
		}
		if r.ComboSeq < 1 {
			f.At("/combo/seq", fault.AmountOutOfRange, "Taps are numbered from 1.")
		}
	}
	switch {
	case len(f.Fields) == 0:
		return nil
	case len(f.Fields) == 1 && f.Fields[0].Code == fault.AmountOutOfRange:
		return fault.New(fault.AmountOutOfRange, "%s", f.Fields[0].Detail).At(f.Fields[0].Pointer, fault.AmountOutOfRange, "%s", f.Fields[0].Detail)
	}
	return f
}

// fingerprint tells whether two calls with one key ask for the same.
func (r *Request) fingerprint() int64 {
	b := make([]byte, 0, 160)
	b = append(b, r.Item...)
	b = append(b, 0)
	b = strconv.AppendInt(b, r.Quantity, 10)
	b = append(b, 0)
	b = append(b, r.Target...)
	b = append(b, 0)
	b = append(b, r.Combo...)
	b = append(b, 0)
	b = strconv.AppendInt(b, r.ComboSeq, 10)
	b = append(b, 0)
	b = strconv.AppendInt(b, r.ExpectedPrice, 10)
	sum := sha256.Sum256(b)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// Sender sends gifts. It is the product's one use case that writes.
type Sender struct {
	set *db.Set[Request, Gift]
}

// maxSet is the largest set of gifts that shares a transaction.
const maxSet = 512

// NewSender returns a Sender on the database.
func NewSender(d *db.DB) *Sender {
	return &Sender{set: db.NewSet(d, maxSet, decide)}
}

// Send gives one gift and returns it once it is on disk. Its faults:
// insufficient_balance, price_changed, not_eligible, self_gift,
// state_conflict (the LIVE is not live, gifts are off, the creator may not be
// paid, a tap out of order), limit_reached (the sender's cool-off), already_done
// (a tap counted before), gone (the combo has ended, or has all its taps),
// age_restricted, account_suspended, idempotency_key_reused, not_found,
// validation_failed, amount_out_of_range.
func (s *Sender) Send(ctx context.Context, r Request) (Gift, error) {
	if err := r.check(); err != nil {
		return Gift{}, err
	}
	return s.set.Do(ctx, r)
}

// Verdict is the answer to one request of SendAll: a gift or an error.
type Verdict struct {
	Gift Gift
	Err  error
}

// SendAll decides many requests, each with its own key and verdict, in order.
func (s *Sender) SendAll(ctx context.Context, requests []Request) ([]Verdict, error) {
	verdicts := make([]Verdict, len(requests))
	var good []Request
	var at []int
	for i := range requests {
		if err := requests[i].check(); err != nil {
			verdicts[i].Err = err
			continue
		}
		good, at = append(good, requests[i]), append(at, i)
	}
	if len(good) == 0 {
		return verdicts, nil
	}
	items, err := s.set.DoAll(ctx, good)
	if err != nil {
		return nil, err
	}
	for n, it := range items {
		verdicts[at[n]] = Verdict{Gift: it.Res, Err: it.Err}
	}
	return verdicts, nil
}
