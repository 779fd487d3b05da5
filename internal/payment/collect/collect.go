package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// Product is what a purpose of charges means. Its functions run in the
// transaction that records what the provider said.
type Product struct {
	Purpose     string // of the charge's Record
	Description string // how the provider calls what is paid for
	// Succeeded books that the money came. What arrived and the fee may not be
	// known yet: Arrived is called when they are, and not if they are known now.
	Succeeded func(ctx context.Context, tx *db.Tx, r *payment.Record, fact *payment.Charge) error
	Arrived   func(ctx context.Context, tx *db.Tx, r *payment.Record, fact *payment.Charge) error
	// Failed learns that no money comes.
	Failed func(ctx context.Context, tx *db.Tx, r *payment.Record) error
}

// Payer reads the name and the e-mail address under which the provider knows a
// person. It is handed in, because people stand beside payments.
type Payer func(ctx context.Context, tx *db.Tx, person id.Person) (name, email string, err error)

// Service charges cards. Its products register before it is used.
type Service struct {
	// Patience bounds the calls to the provider for one charge, or to remove a
	// card. It ends well before a request does, so that there is time to say that
	// the outcome is not known yet.
	Patience time.Duration

	// Log hears of what went wrong and kept nobody from anything.
	Log *slog.Logger

	db       *db.DB
	stripe   *stripe.Client
	payer    Payer
	products map[string]Product
}

// New returns a Service that charges through the adapter.
func New(d *db.DB, s *stripe.Client, payer Payer) *Service {
	return &Service{Patience: 12 * time.Second, Log: slog.Default(), db: d, stripe: s, payer: payer, products: map[string]Product{}}
}

// Register tells what charges of a purpose are for.
func (s *Service) Register(p Product) { s.products[p.Purpose] = p }

// product returns what a charge is for.
func (s *Service) product(r *payment.Record) (Product, error) {
	p, ok := s.products[r.Purpose]
	if !ok {
		return p, fmt.Errorf("collect: the charge %s is for %q, which no product registered", r.ID, r.Purpose)
	}
	return p, nil
}

// WorkSettle is the kind of due work that finds out what became of a charge,
// whatever it is for; its key is the charge's id. The kind is named after the
// first product that charged, because work with this name may be planned.
const WorkSettle = "purchase.settle"

// settleAfter is how long the due work leaves a charge to the reply and to the
// webhook.
const settleAfter = 20 * time.Second

// Begin writes down, in the transaction of the product's intent, that the
// person is to be charged.
func Begin(ctx context.Context, tx *db.Tx, r payment.Record) (payment.Record, error) {
	r, err := payment.Intend(ctx, tx, r)
	if err != nil {
		return r, err
	}
	return r, outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkSettle, Key: string(r.ID), DueUS: tx.Now().Add(settleAfter).UnixMicro()})
}

// Pay calls the provider for a charge that was begun, unless its outcome is
// known, and records what it says. fresh says that it was begun by this call. An
// outcome that stays open is no error. What was begun ends when the caller has
// gone, too: once the provider is asked there is an outcome to be recorded.
func (s *Service) Pay(ctx context.Context, charge id.Payment, fresh bool) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Patience)
	defer cancel()
	if err := s.charge(bounded, charge, fresh); err != nil && !undecided(err) {
		return err
	}
	return nil
}

// Declined is the fault of a charge that has failed.
func Declined(r *payment.Record) *fault.Error {
	return fault.New(fault.CardDeclined, "%s Nothing was charged. Use another card and a new key.", r.Decline.Reason).With("decline_code", r.Decline.Code)
}

// SentTo makes the record one of a charge for which the person was sent to the
// page, whatever has become of it: so the call that sent there is answered ever
// after; see docs/adr/0006.
func SentTo(r *payment.Record, page string) {
	r.Outcome, r.ActionURL, r.Decline = payment.RequiresAction, page, payment.Decline{}
}

// undecided reports an error of the provider that leaves the outcome open;
// the due work will find out. A key that was used with other parameters is one:
// what was asked for with it may have happened.
func undecided(err error) bool {
	return payment.Passes(err) || errors.Is(err, payment.ErrKeyReused)
}
