package tip

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/text"
)

// Purpose marks the charges that pay for tips.
const Purpose = "tip"

// Ready says that what the creator earns could be paid out now, or what is
// missing for that: account_suspended, age_restricted or kyc_required. It is
// handed in, because payouts stand beside tips.
type Ready func(ctx context.Context, tx *db.Tx, creator id.Person) error

// Service takes tips. The collector in it charges the cards.
type Service struct {
	*collect.Service

	db    *db.DB
	ready Ready
}

// NewService returns a Service whose tips the collector takes the money for.
func NewService(d *db.DB, c *collect.Service, ready Ready) *Service {
	s := &Service{Service: c, db: d, ready: ready}
	c.Register(collect.Product{Purpose: Purpose, Description: "Tip", Succeeded: succeeded, Arrived: arrived, Failed: failed})
	return s
}

// Request asks to tip a creator with a saved card.
type Request struct {
	Key            string // idempotency key, unique for the fan for ever
	Fan            id.Person
	Creator        id.Person
	Target         string // the LIVE or the video that it is given on; "" for none
	Amount         money.Amount
	CoverFee       bool   // the fan bears the provider's fee
	Message        string // for the creator and the wall; may be empty
	Anonymous      bool   // to the creator and the wall
	Card           string // the provider's id of a saved card; "" pays on a page of the provider, which saves one
	ReturnURL      string // where the fan comes back after 3-D Secure; see IDInReturnURL
	ExpectedCharge int64  // smallest units that the fan was shown to pay; 0 means any
	Confirmed      bool   // the fan was asked again, because of the price, and wants it
}

// IDInReturnURL stands in a Request's ReturnURL for the id of the tip, which
// nobody knows before it is made.
const IDInReturnURL = "{TIP_ID}"

// MostMessage is how many characters a message may have.
const MostMessage = 200

var messageRule = text.Rule{Name: "The message", Max: MostMessage, Optional: true}

// fingerprint tells whether two calls with one key ask for the same. That the
// fan was asked again is no part of it: it permits the same tip.
func (r *Request) fingerprint() int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%q|%d|%q|%t|%q|%t|%q|%d|%q", r.Creator, r.Target, r.Amount.Units, r.Amount.Asset, r.CoverFee, r.Message, r.Anonymous,
		r.Card, r.ExpectedCharge, r.ReturnURL))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// Tip is a tip as it stands.
type Tip struct {
	ID          id.Tip
	Fan         id.Person
	Creator     id.Person
	Target      string
	Price       Price // as the rule says; see Net
	CoverFee    bool
	Message     string
	Anonymous   bool
	Rule        string // the version of the rules
	Outcome     payment.Outcome
	Charge      payment.Record // with the provider's fee, once it is known
	Earning     id.Earning     // "" until it is booked
	Net         money.Amount   // what the creator got; without an asset until it is booked
	CreatedUS   int64
	CompletedUS int64 // 0 until the money came

	Replayed bool // the key had made this tip before

	firstAction string // the page that the first answer sent the fan to
}

// Booked reports whether the creator has got the tip.
func (t *Tip) Booked() bool { return t.Net.Asset != "" }
