package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Cancel gives a payout back that was not sent yet.
func (s *Service) Cancel(ctx context.Context, payout id.Payout) (Payout, error) {
	return s.CancelOnce(ctx, payout, nil, nil)
}

// CancelOnce is Cancel for a request with a key: call remembers the answer
// beside the effect, so that the same request again is answered the same.
func (s *Service) CancelOnce(ctx context.Context, payout id.Payout, call *idem.Call, answer func(Payout) (idem.Answer, error)) (p Payout, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return call.Once(ctx, tx, func() (idem.Answer, error) {
			if err := cancel(ctx, tx, payout, &p); err != nil || answer == nil {
				return idem.Answer{}, err
			}
			return answer(p)
		})
	})
	return p, err
}

// CancelGroup gives back all payouts of the request that made this one, as far as
// they can still be canceled, and returns those. Its faults: not_found, and that
// of the payout itself when none can be canceled.
func (s *Service) CancelGroup(ctx context.Context, payout id.Payout, call *idem.Call, answer func([]Payout) (idem.Answer, error)) (done []Payout, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return call.Once(ctx, tx, func() (idem.Answer, error) {
			var err error
			if done, err = cancelGroup(ctx, tx, payout); err != nil || answer == nil {
				return idem.Answer{}, err
			}
			return answer(done)
		})
	})
	return done, err
}

func cancelGroup(ctx context.Context, tx *db.Tx, payout id.Payout) (done []Payout, err error) {
	one, err := Get(ctx, tx, payout)
	if err != nil {
		return nil, err
	}
	all, err := OfGroup(ctx, tx, one.Group)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if !p.Cancelable() {
			continue
		}
		if err := cancel(ctx, tx, p.ID, &p); err != nil {
			return nil, err
		}
		done = append(done, p)
	}
	if len(done) == 0 {
		return nil, cancel(ctx, tx, payout, &one)
	}
	return done, nil
}

func cancel(ctx context.Context, tx *db.Tx, payout id.Payout, p *Payout) (err error) {
	if *p, err = Get(ctx, tx, payout); err != nil {
		return err
	}
	switch p.State {
	case Canceled:
		return fault.New(fault.AlreadyDone, "The payout %s was canceled before.", payout)
	case Scheduled, Held:
		if !p.Cancelable() {
			return fault.New(fault.PayoutInProgress, "The payout %s is under review and can not be canceled until that is over. Nothing was changed.", payout)
		}
		return giveBack(ctx, tx, p, Canceled, "payout.canceled", ledger.PayoutPath(p.ID))
	}
	return fault.New(fault.PayoutInProgress, "The payout %s is %s and can not be canceled any more.", payout, p.State)
}

// giveBack ends a payout that did not happen: the money returns from where it
// is to the creator, and to the earnings that it came from. What the reserve bore
// for claws on these, because it was away, it repays first.
func giveBack(ctx context.Context, tx *db.Tx, p *Payout, state State, kind, from string) error {
	lines, err := LinesOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	_, err = ledger.Post(ctx, tx, kind, string(p.ID), p.Rule, ledger.Move{From: from, To: ledger.AvailablePath(p.Creator), Amount: p.Amount})
	if err != nil {
		return err
	}
	if err := earnings.Return(ctx, tx, lines); err != nil {
		return err
	}
	since, err := p.reservedBy(ctx, tx)
	if err != nil {
		return err
	}
	if p.Repaid, err = earnings.Recover(ctx, tx, p.ID, since, lines); err != nil {
		return err
	}
	p.State, p.EndedUS, p.Hold = state, tx.NowUS(), Hold{}
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	if err := p.closeFunds(ctx, tx); err != nil {
		return err
	}
	event := "payout.failed"
	if state == Canceled {
		event = "payout.canceled"
	}
	return tell(ctx, tx, event, *p)
}

// reservedBy is the number of the transfer with which the payout took its money from
// what was available: what came before or after it the books tell, and no clock.
func (p *Payout) reservedBy(ctx context.Context, tx *db.Tx) (seq int64, err error) {
	err = tx.Row(ctx, "SELECT seq FROM ledger_transfer WHERE cause = $1 AND kind = 'payout.scheduled'", p.ID).Scan(&seq)
	return seq, err
}
