package purchase

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// The sweeper's pace: an unknown outcome is asked for until it is known, an
// action that a person has to take is looked at now and then, and given up
// after a day.
const (
	sweepUnknown = 20 * time.Second
	sweepWaiting = 10 * time.Minute
	giveUpAfter  = 24 * time.Hour
)

// How long the provider's memory of a key is relied on. It forgets keys after
// 24 hours; then the same call would be a second charge.
const (
	lookFirst = 10 * time.Second // from then on a charge is looked up before it is made
	keysFor   = 20 * time.Hour   // from then on it is not made any more
)

// mostLooked is how many of a customer's charges are looked at.
const mostLooked = 100

// Settle is the due work of a charge: it asks the provider what became of it.
// It returns when to ask again, or 0 when the outcome is final.
func (s *Service) Settle(ctx context.Context, charge id.Payment) (again time.Duration, err error) {
	r, err := s.row(ctx, charge)
	if err != nil || r.Final() {
		return 0, err
	}
	if r.Provider == "" {
		err = s.charge(ctx, charge) // the same key: finds what was done, or does it now
	} else {
		err = s.lookUp(ctx, charge, r.Provider)
	}
	if err != nil && !undecided(err) {
		return 0, err
	}
	if r, err = s.row(ctx, charge); err != nil || r.Final() {
		return 0, err
	}
	if r.Outcome == payment.RequiresAction {
		if s.since(r.CreatedUS) > giveUpAfter {
			return 0, s.cancel(ctx, r)
		}
		return sweepWaiting, nil
	}
	return sweepUnknown, nil
}

// since is how long ago the instant was.
func (s *Service) since(us int64) time.Duration {
	return s.db.Clock().Now().Sub(time.UnixMicro(us))
}

// find looks for a charge that may have been made although no answer came, and
// records it. One that the provider never heard of while its key was good is
// given up: nobody expects to be charged days later.
func (s *Service) find(ctx context.Context, r payment.Record, customer string) (found bool, err error) {
	var all []payment.Charge
	if customer != "" { // without a customer nothing was asked for yet
		if all, err = s.stripe.FindCharges(ctx, customer, mostLooked); err != nil {
			return false, err
		}
	}
	for _, fact := range all {
		if fact.Ref == string(r.ID) {
			return true, s.record(ctx, r.ID, fact)
		}
	}
	switch {
	case s.since(r.CreatedUS) < keysFor:
		return false, nil
	case len(all) == mostLooked && all[len(all)-1].CreatedAt.UnixMicro() > r.CreatedUS:
		return true, nil // it may be further back: only its news can tell
	}
	return true, s.record(ctx, r.ID, payment.Charge{Outcome: payment.Canceled, Amount: r.Amount})
}

func (s *Service) row(ctx context.Context, charge id.Payment) (r payment.Record, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		r, err = payment.Get(ctx, tx, charge)
		return err
	})
	return r, err
}

func (s *Service) lookUp(ctx context.Context, charge id.Payment, provider string) error {
	fact, err := s.stripe.RetrieveCharge(ctx, provider)
	if err != nil {
		return err
	}
	return s.record(ctx, charge, fact)
}

// cancel ends a charge for which the person never came back.
func (s *Service) cancel(ctx context.Context, r payment.Record) error {
	fact, err := s.stripe.CancelCharge(ctx, r.Provider)
	if err != nil {
		return err
	}
	return s.record(ctx, r.ID, fact)
}

// Observe takes news from the provider. It fetches the present state of the
// charge, because news come late, twice and out of order, and records it
// together with the note that this event had its effect. handled is false
// when the event is about something else.
func (s *Service) Observe(ctx context.Context, ev payment.Event) (handled bool, err error) {
	provider := ev.ObjectID
	if ev.Object != "payment_intent" {
		provider = ev.Parent
	}
	if provider == "" || ev.Account != "" {
		return false, nil
	}
	var r payment.Record
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if r, err = payment.ForProvider(ctx, tx, provider); fault.Is(err, fault.NotFound) && id.Valid(id.KindPayment, ev.Ref) {
			r, err = payment.Get(ctx, tx, id.Payment(ev.Ref)) // the news came before the reply
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || r.Purpose != Purpose {
		return false, err
	}
	fact, err := s.stripe.RetrieveCharge(ctx, provider)
	if err != nil {
		return true, err
	}
	return true, s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := payment.FirstTime(ctx, tx, ev)
		if err != nil || !first {
			return err
		}
		return settle(ctx, tx, r.ID, fact)
	})
}
