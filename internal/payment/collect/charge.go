package collect

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// charge calls the provider for a charge that was written down, and records
// the outcome. Called again, it has the same effect: the key is the row's, and
// once some time has passed the charge is looked up before it is made, because
// the provider forgets keys after a day. The context bounds the provider's
// calls; what they came to is recorded in any case. first says that nobody can
// have asked for this charge before.
func (s *Service) charge(ctx context.Context, charge id.Payment, first bool) error {
	r, customer, err := s.intended(context.WithoutCancel(ctx), charge)
	if err != nil || r.Final() {
		return err
	}
	p, err := s.product(&r)
	if err != nil {
		return err
	}
	if s.since(r.CreatedUS).Abs() >= lookFirst {
		if found, err := s.find(ctx, r, customer); found || err != nil {
			return err
		}
	}
	if customer == "" {
		if customer, err = s.customer(ctx, r.Person); err != nil {
			return s.refused(ctx, r, err, first)
		}
	}
	var fact payment.Charge
	if r.OnPage() {
		fact, err = s.open(ctx, &r, customer, p.Description)
	} else {
		fact, err = s.stripe.CreateCharge(ctx, payment.ChargeRequest{Ref: string(r.ID), Amount: r.Amount, Customer: customer, Card: r.Card,
			ReturnURL: r.ReturnURL, Description: p.Description, Group: r.Subject})
	}
	if err != nil {
		return s.refused(ctx, r, err, first)
	}
	return s.record(ctx, charge, fact)
}

// intended reads who is to be charged, and under which id the provider knows
// the person, if it does.
func (s *Service) intended(ctx context.Context, charge id.Payment) (r payment.Record, customer string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if r, err = payment.Get(ctx, tx, charge); err != nil {
			return err
		}
		customer, err = payment.CustomerOf(ctx, tx, r.Person)
		return err
	})
	return r, customer, err
}

// refused records a charge that the provider will not make. An error that
// leaves the outcome open is returned as it is. That our key is refused says
// nothing of what was asked with it before.
func (s *Service) refused(ctx context.Context, r payment.Record, err error, first bool) error {
	pe, ok := errors.AsType[*payment.Error](err)
	if !ok || undecided(err) {
		return err
	}
	ours := errors.Is(err, payment.ErrConfig) // the fault is ours, not the card's
	if ours && !first {
		return payment.Explain(err)
	}
	failed := s.record(ctx, r.ID, payment.Charge{Outcome: payment.Failed, Amount: r.Amount, ID: r.Provider,
		Decline: &payment.Decline{Code: pe.Code, Reason: pe.Reason}})
	if failed == nil && ours {
		return payment.Explain(err)
	}
	return failed
}

// record is the second transaction.
func (s *Service) record(ctx context.Context, charge id.Payment, fact payment.Charge) error {
	ctx = context.WithoutCancel(ctx)
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.settle(ctx, tx, charge, fact) })
}

// settle records what the provider knows, and has the product do what follows
// from it when that is new.
func (s *Service) settle(ctx context.Context, tx *db.Tx, charge id.Payment, fact payment.Charge) error {
	r, changed, err := payment.Apply(ctx, tx, charge, fact)
	if err != nil {
		return err
	}
	p, err := s.product(&r)
	switch {
	case err != nil:
		return err
	case !changed:
		r, changed, err = payment.ApplyFee(ctx, tx, charge, fact)
		if err != nil || !changed {
			return err
		}
		return p.Arrived(ctx, tx, &r, &fact)
	case r.Outcome == payment.Failed, r.Outcome == payment.Canceled:
		return p.Failed(ctx, tx, &r)
	case r.Outcome == payment.Succeeded:
		return p.Succeeded(ctx, tx, &r, &fact)
	}
	return nil
}

// customer makes sure that the provider knows the person. Of two that were made
// at once the first that was kept is the one.
func (s *Service) customer(ctx context.Context, person id.Person) (customer string, err error) {
	known := payment.CustomerRequest{Ref: string(person)}
	err = s.db.Read(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		known.Name, known.Email, err = s.payer(ctx, tx, person)
		return err
	})
	if err != nil {
		return "", err
	}
	made, err := s.stripe.EnsureCustomer(ctx, known)
	if err != nil {
		return "", err
	}
	ctx = context.WithoutCancel(ctx)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := payment.SaveCustomer(ctx, tx, person, made); err != nil {
			return err
		}
		customer, err = payment.CustomerOf(ctx, tx, person)
		return err
	})
	return customer, err
}
