package limit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Service owns the verbs of the person.
type Service struct{ db *db.DB }

// NewService returns a Service on the database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

// Wish is all that a person wants to bound beside the cool-off: what it leaves
// out is unbounded.
type Wish struct {
	Caps
	Confirm money.Amount // what costs more has to be confirmed; without an asset nothing has
}

// WorkApply is the kind of due work that puts pending caps into force; its key
// is the person's id.
const WorkApply = "limit.apply"

// Set changes what the person bounds. Caps that are lower or new hold at once;
// for what is looser they wait for Patience, and State.Pending tells of it. To
// wish for the caps that hold withdraws what is pending.
//
// Who wishes for the same again, or for less than what is pending, does not wait
// anew. The faults: currency_unsupported, amount_out_of_range.
func (s *Service) Set(ctx context.Context, person id.Person, w Wish) (State, error) {
	if err := w.check(); err != nil {
		return State{}, err
	}
	return s.change(ctx, person, func(tx *db.Tx, r *rule) error {
		r.confirm = w.Confirm
		now := r.caps.tighter(w.Caps)
		switch {
		case now == w.Caps:
			r.next, r.nextUS = Caps{}, 0
		case r.nextUS == 0 || !r.next.within(w.Caps):
			r.next, r.nextUS = w.Caps, tx.Now().Add(Patience).UnixMicro()
		default:
			r.next = w.Caps
		}
		r.caps = now
		return nil
	})
}

func (w *Wish) check() error {
	if err := w.Caps.check(); err != nil {
		return err
	}
	switch {
	case w.Confirm.Asset == "" && w.Confirm.Units == 0:
	case !w.Confirm.Asset.IsCurrency():
		const detail = "Name the currency of the amount by its code of three capital letters (ISO 4217), such as USD."
		return fault.New(fault.CurrencyUnsupported, detail).At("/confirm_above/asset", fault.CurrencyUnsupported, detail)
	case w.Confirm.Units < 0 || w.Confirm.Units > money.Max:
		return fault.New(fault.AmountOutOfRange, "The amount is from 0 to %d in the smallest unit of its currency.", int64(money.Max)).
			At("/confirm_above/amount", fault.AmountOutOfRange, "The amount is from 0 to %d in the smallest unit of its currency.", int64(money.Max))
	}
	return nil
}

// Withdraw takes back what is pending, at once; there need not be anything.
func (s *Service) Withdraw(ctx context.Context, person id.Person) (State, error) {
	return s.change(ctx, person, func(_ *db.Tx, r *rule) error {
		r.next, r.nextUS = Caps{}, 0
		return nil
	})
}

// The lengths of a cool-off that pages offer, and the longest that there is.
const (
	CoolOffDay   = 24 * time.Hour
	CoolOffWeek  = 7 * CoolOffDay
	CoolOffMonth = 30 * CoolOffDay
	MaxCoolOff   = 366 * CoolOffDay
)

// CoolOff keeps the person from paying and giving for so long.
func (s *Service) CoolOff(ctx context.Context, person id.Person, lasts time.Duration) (State, error) {
	return s.coolOff(ctx, person, func(now time.Time) time.Time { return now.Add(lasts) })
}

// CoolOffUntil keeps the person from paying and giving until the instant, at
// most MaxCoolOff ahead. It makes a cool-off longer; a shorter one is a fault
// state_conflict. The other fault is validation_failed.
func (s *Service) CoolOffUntil(ctx context.Context, person id.Person, until time.Time) (State, error) {
	return s.coolOff(ctx, person, func(time.Time) time.Time { return until })
}

func (s *Service) coolOff(ctx context.Context, person id.Person, end func(now time.Time) time.Time) (State, error) {
	return s.change(ctx, person, func(tx *db.Tx, r *rule) error {
		until := end(tx.Now())
		if !until.After(tx.Now()) || until.After(tx.Now().Add(MaxCoolOff)) {
			const detail = "A break ends in the future, at most a year from now. Nothing was changed."
			return fault.New(fault.ValidationFailed, detail).At("/until", fault.ValidationFailed, detail)
		}
		if holds := r.cooling(tx.NowUS()); until.UnixMicro() < holds {
			return fault.New(fault.StateConflict, "Your break lasts until %s. It can be made longer, and not shorter; nothing was changed.", instant(holds)).
				With("ends_at", time.UnixMicro(holds).UTC().Format(time.RFC3339Nano))
		}
		r.coolUS = until.UnixMicro()
		return nil
	})
}

// change changes the person's rule, plans when what is pending holds, and tells
// of it if anything is otherwise then.
func (s *Service) change(ctx context.Context, person id.Person, f func(tx *db.Tx, r *rule) error) (state State, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := ruleOf(ctx, tx, person)
		if err != nil {
			return err
		}
		r := before
		if err := f(tx, &r); err != nil {
			return err
		}
		if r != before {
			if err := r.plan(ctx, tx, person, before.nextUS); err != nil {
				return err
			}
		}
		state, err = Of(ctx, tx, person)
		return err
	})
	return state, err
}

// plan writes the rule and plans the work of what is pending.
func (r *rule) plan(ctx context.Context, tx *db.Tx, person id.Person, plannedUS int64) error {
	if err := r.save(ctx, tx, person); err != nil {
		return err
	}
	var err error
	switch {
	case r.nextUS == 0:
		err = outbox.Cancel(ctx, tx, WorkApply, string(person))
	case r.nextUS != plannedUS:
		err = outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkApply, Key: string(person), DueUS: r.nextUS, Move: true})
	}
	if err != nil {
		return err
	}
	return emitChange(ctx, tx, person)
}

// RunApply is the due work of pending caps: they hold by themselves from their
// instant on, and this tells of it. nextUS is when to look again if the clock
// has stepped back.
func RunApply(ctx context.Context, tx *db.Tx, person id.Person) (nextUS int64, err error) {
	r, err := ruleOf(ctx, tx, person)
	if err != nil || r.nextUS != 0 {
		return r.nextUS, err
	}
	if err := r.save(ctx, tx, person); err != nil {
		return 0, err
	}
	return 0, emitChange(ctx, tx, person)
}

// emitChange tells that the limits in the person's state are otherwise. Package
// people tells of the other parts of it in the same words.
func emitChange(ctx context.Context, tx *db.Tx, person id.Person) error {
	raw, err := json.Marshal(struct {
		Person    id.Person `json:"person"`
		Changed   []string  `json:"changed"`
		ChangedAt string    `json:"changed_at"`
	}{person, []string{"limits"}, tx.Now().UTC().Format("2006-01-02T15:04:05.000000Z")})
	if err != nil {
		return fmt.Errorf("limit: writing an event: %w", err)
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "person.state_changed", Topic: "person:" + string(person), Data: raw})
}
