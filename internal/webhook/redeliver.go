package webhook

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Range chooses deliveries of an endpoint: one, or those from a sequence to
// another, or those made since an instant.
type Range struct {
	Delivery id.Delivery
	From, To int64 // sequences; To 0 is the last one
	SinceUS  int64
	State    DeliveryState // only those that stand so; "" for all
}

// mostAgain bounds what is sent again at once.
const mostAgain = 10_000

// Redeliver has deliveries sent again at once, under the same ids and with the
// same bodies, and with all tries anew. It returns how many. Its faults:
// not_found, state_conflict, gone for what was removed, validation_failed,
// limit_reached.
func (s *Service) Redeliver(ctx context.Context, by people.Caller, endpoint id.Endpoint, r Range) (n int64, err error) {
	if err := r.check(); err != nil {
		return 0, err
	}
	_, err = s.change(ctx, by, endpoint, audit.Act{}, func(tx *db.Tx, e *Endpoint) error {
		if e.State != Enabled {
			return errDisabled()
		}
		where, args, err := r.where(ctx, tx, e)
		if err != nil {
			return err
		}
		if err := tx.Row(ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery WHERE %s LIMIT %d) AS chosen", where, mostAgain+1), args...).Scan(&n); err != nil {
			return err
		}
		switch {
		case n == 0:
			return fault.New(fault.NotFound, "There is no delivery in this range. The endpoint's last one has the sequence %d.", e.Sequence)
		case n > mostAgain:
			return fault.New(fault.LimitReached, "There are more than %d deliveries in this range, which is the most that is sent again at once. Choose a shorter range; nothing was sent.", mostAgain)
		}
		args = append(args, tx.NowUS())
		_, err = tx.Exec(ctx, fmt.Sprintf("UPDATE webhook_delivery SET state = 'waiting', tries = 0, first_us = 0, ended_us = 0, next_us = $%d WHERE ", len(args))+where, args...)
		if err != nil {
			return err
		}
		return drive(ctx, tx, e.ID, tx.NowUS())
	})
	return n, err
}

// check wants one way of choosing.
func (r *Range) check() error {
	ways := 0
	for _, given := range []bool{r.Delivery != "", r.From != 0 || r.To != 0, r.SinceUS != 0} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return fault.New(fault.ValidationFailed, "Say what to send again: one delivery, or a range of sequences, or an instant since which.")
	}
	if r.From < 0 || r.To < 0 || r.To != 0 && r.From > r.To {
		return fault.New(fault.ValidationFailed, "The range goes from a sequence to a later one.").At("/from_sequence", fault.ValidationFailed, "The range goes from a sequence to a later one.")
	}
	return nil
}

func (r *Range) where(ctx context.Context, tx *db.Tx, e *Endpoint) (string, []any, error) {
	if r.Delivery != "" {
		d, err := deliveryOf(ctx, tx, e.ID, r.Delivery)
		return "endpoint_id = $1 AND sequence = $2", []any{e.ID, d.Sequence}, noDelivery(err)
	}
	if r.SinceUS == 0 && max(r.From, 1) <= e.Removed {
		return "", nil, fault.New(fault.Gone, "The deliveries up to the sequence %d were removed, because they are older than %d days. Read the events again with GET /v1/events.", e.Removed, int64(keepFor.Hours()/24))
	}
	where, args := "endpoint_id = $1 AND made_us >= $2", []any{e.ID, r.SinceUS}
	if r.SinceUS == 0 {
		where, args = "endpoint_id = $1 AND sequence >= $2 AND sequence <= $3", []any{e.ID, r.From, e.Sequence}
		if r.To != 0 {
			args[2] = r.To
		}
	}
	if r.State != "" {
		args = append(args, string(r.State))
		where += fmt.Sprintf(" AND state = $%d", len(args))
	}
	return where, args, nil
}
