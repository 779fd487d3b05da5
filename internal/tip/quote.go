package tip

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Ask asks what a tip would cost.
type Ask struct {
	Fan     id.Person // "" when nobody is signed in
	Creator id.Person
	Asset   money.Asset
	Units   int64 // of the tip; 0 to be told the rules alone
}

// Quote is what a tip would cost, and whether it could be given.
type Quote struct {
	Rule    Rule
	Assets  []money.Asset // the currencies in which tips are given
	Closed  *fault.Error  // why this creator can not be tipped now, nil if they can
	Plain   Price         // without an amount when none was asked for
	Covered Price         // the same when the fan bears the fee
	Day     *Day          // what the fan has left today; nil when nobody is signed in
}

// Quote tells what a tip would cost, whether it could be given, and what the fan
// has left today. Its faults: not_found, currency_unsupported,
// amount_out_of_range. That tips are closed is no fault of it.
func (s *Service) Quote(ctx context.Context, a Ask) (q Quote, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		q = Quote{}
		rules, err := Rules(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range rules {
			q.Assets = append(q.Assets, r.Asset)
		}
		if q.Rule, err = ruleFor(ctx, tx, a.Asset); err != nil {
			return err
		}
		if q.Closed, err = reason(s.closed(ctx, tx, a.Fan, a.Creator)); err != nil {
			return err
		}
		if a.Units != 0 {
			if err := q.Rule.amount(a.Units); err != nil {
				return err
			}
			q.Plain, q.Covered = q.Rule.Price(a.Units, false), q.Rule.Price(a.Units, true)
		}
		if a.Fan != "" {
			day, err := dayOf(ctx, tx, a.Fan, &q.Rule)
			q.Day = &day
			return err
		}
		return nil
	})
	return q, err
}

// reason tells why tips are closed from what went wrong in finding out.
func reason(err error) (*fault.Error, error) {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return nil, nil
	case !ok || f.Code == fault.NotFound:
		return nil, err
	}
	return f, nil
}
