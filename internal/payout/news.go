package payout

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// Observe takes news from the provider about accounts and payouts. It fetches
// the present state and records it together with the note that this event had
// its effect; of news that had theirs nothing is asked. handled is false when the
// event is about something else.
func (s *Service) Observe(ctx context.Context, ev payment.Event) (handled bool, err error) {
	switch ev.Object {
	case "account":
		return s.observeAccount(ctx, ev)
	case "application":
		if ev.Type == "account.application.deauthorized" {
			ev.ObjectID = ev.Account
			return s.observeAccount(ctx, ev)
		}
	case "payout":
		return s.observePayout(ctx, ev)
	}
	return false, nil
}

func (s *Service) observeAccount(ctx context.Context, ev payment.Event) (bool, error) {
	var a Account
	var noted bool
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if noted, err = payment.Noted(ctx, tx, ev); err != nil || noted {
			return err
		}
		a, err = accountBy(ctx, tx, "provider_id", ev.ObjectID, "")
		return err
	})
	if err != nil || noted || a.Provider == "" {
		return noted, err
	}
	asOf := s.db.Clock().Now()
	fact, err := s.stripe.RetrieveAccount(ctx, a.Provider)
	if errors.Is(err, payment.ErrNotFound) {
		return true, s.once(ctx, ev, func(tx *db.Tx) error { return detach(ctx, tx, a.Person, a.Provider, asOf) })
	}
	if err != nil {
		return true, err
	}
	return true, s.once(ctx, ev, func(tx *db.Tx) error { return saveAccount(ctx, tx, a.Person, fact, asOf) })
}

func (s *Service) observePayout(ctx context.Context, ev payment.Event) (bool, error) {
	var p Payout
	var noted bool
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if noted, err = payment.Noted(ctx, tx, ev); err != nil || noted {
			return err
		}
		if p, err = byProvider(ctx, tx, ev.ObjectID); fault.Is(err, fault.NotFound) && id.Valid(id.KindPayout, ev.Ref) {
			p, err = Get(ctx, tx, id.Payout(ev.Ref)) // the news came before the reply
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || noted {
		return noted, err
	}
	fact, err := s.stripe.RetrievePayout(ctx, p.Account, ev.ObjectID)
	if err != nil {
		return true, err
	}
	return true, s.once(ctx, ev, func(tx *db.Tx) error {
		now, err := Get(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		return observe(ctx, tx, &now, fact)
	})
}

// once runs f in the transaction that also notes the event, unless the event
// had its effect before.
func (s *Service) once(ctx context.Context, ev payment.Event, f func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := payment.FirstTime(ctx, tx, ev)
		if err != nil || !first {
			return err
		}
		return f(tx)
	})
}

// Watched returns the provider's ids of the accounts from which news about
// payouts may still come, for whoever asks for news that were not sent.
func (s *Service) Watched(ctx context.Context) (accounts []string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		accounts, err = db.Collect[string](tx.Query(ctx, "SELECT DISTINCT account FROM payout WHERE transfer_id <> '' AND "+underWay+" ORDER BY account",
			tx.Now().Add(-watchPaid).UnixMicro()))(func(r *db.Rows) (a string, err error) { return a, r.Scan(&a) })
		return err
	})
	return accounts, err
}
