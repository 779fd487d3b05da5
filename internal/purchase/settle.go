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
		if s.db.Clock().Now().After(time.UnixMicro(r.CreatedUS).Add(giveUpAfter)) {
			return 0, s.cancel(ctx, r)
		}
		return sweepWaiting, nil
	}
	return sweepUnknown, nil
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
