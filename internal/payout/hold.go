package payout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/second"
	"github.com/ovationhq/ovation/internal/text"
)

// Hold is why a payout waits, in words that its creator reads.
type Hold struct {
	Code    string // of the rule's fault, or UnderReview
	Reason  string // a sentence
	By      string // ByRule, or the id of the operator, or of the key, who holds it
	SinceUS int64  // 0: the payout is not held
	UntilUS int64  // when it ends by itself; 0 when the reason has to go first
}

// ByRule holds a payout by itself and lets it go by itself.
const ByRule = "rule"

// The codes of holds that are no fault of a request.
const (
	UnderReview = "under_review" // an operator holds it
	BankChanged = "bank_changed" // it would go to a bank that is new
)

// mostHold is how long a hold with an end may last.
const mostHold = 366 * 24 * time.Hour

var reasonRule = text.Rule{Name: "The reason", Max: 200}

// ofOperator reports whether somebody, and no rule, holds the payout.
func (p *Payout) ofOperator() bool { return p.State == Held && p.Hold.By != ByRule }

// Cancelable reports whether the creator can take the payout back. What an
// operator looks into can not: else the creator would ask again, and the money
// would be gone a minute later.
func (p *Payout) Cancelable() bool {
	return p.State == Scheduled || p.State == Held && !p.ofOperator()
}

// obstacle returns why the payout can not begin now; a Hold without a code is
// nothing.
func obstacle(ctx context.Context, tx *db.Tx, p *Payout) (Hold, error) {
	account, err := AccountOf(ctx, tx, p.Creator)
	if err != nil {
		return Hold{}, err
	}
	if err = mayBePaid(ctx, tx, p.Creator); err == nil {
		err = account.check()
	}
	switch fault.CodeOf(err) {
	case fault.AccountSuspended, fault.AgeRestricted, fault.KYCRequired:
		why, _ := errors.AsType[*fault.Error](err)
		return Hold{Code: string(why.Code), Reason: why.Detail, By: ByRule}, nil
	}
	if until := account.HeldUntilUS(tx.NowUS()); err == nil && until > 0 {
		return Hold{Code: BankChanged, By: ByRule, UntilUS: until,
			Reason: fmt.Sprintf("The bank account of the payout account was changed, to the one that ends in %s. Payouts wait until %s, so that nobody else can send the money away.",
				account.BankLast4, time.UnixMicro(until).UTC().Format(time.RFC3339))}, nil
	}
	return Hold{}, err // of the database, which says nothing about the creator
}

// hold stops the payout, or keeps it stopped for another reason. The same
// reason in other words, such as a shorter list of what is missing, is kept and
// not told again.
//
// What was proposed about letting it go lapses with what it was held for.
func (p *Payout) hold(ctx context.Context, tx *db.Tx, h Hold) error {
	if p.State == Held && p.Hold.Code == h.Code && p.Hold.By == h.By {
		if p.Hold.Reason == h.Reason && p.Hold.UntilUS == h.UntilUS {
			return nil
		}
		p.Hold.Reason, p.Hold.UntilUS = h.Reason, h.UntilUS
		if err := second.Lapse(ctx, tx, Releasing, string(p.ID)); err != nil {
			return err
		}
		return p.save(ctx, tx)
	}
	if err := second.Lapse(ctx, tx, Releasing, string(p.ID)); err != nil {
		return err
	}
	h.SinceUS = tx.NowUS()
	p.State, p.Hold = Held, h
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	return tell(ctx, tx, "payout.held", *p)
}

// release lets the payout go on; by is who does it.
func (p *Payout) release(ctx context.Context, tx *db.Tx, by string) error {
	if err := second.Lapse(ctx, tx, Releasing, string(p.ID)); err != nil {
		return err
	}
	p.State, p.Hold = Scheduled, Hold{}
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	return tell(ctx, tx, "payout.released", *p, field{"released_by", by})
}

// Hold has a payout that was not sent yet wait until an operator releases it, or
// until the instant, if there is one. Operators do it, about payouts of others. Its
// faults: role_required, forbidden, validation_failed, not_found, payout_in_progress.
func (s *Service) Hold(ctx context.Context, by people.Caller, payout id.Payout, reason string, until time.Time) (p Payout, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return p, err
	}
	reason, wrong := reasonRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	untilUS := int64(0)
	if !until.IsZero() {
		if now := s.db.Clock().Now(); !until.After(now) || until.After(now.Add(mostHold)) {
			fields.Add("/until", fault.Wrong(fault.ValidationFailed, "A hold ends in the future, and within a year; leave the end out for a hold without one."))
		}
		untilUS = until.UnixMicro()
	}
	if err := fields.Err(); err != nil {
		return p, err
	}
	act := by.Act(ctx, audit.Act{Verb: "payout.hold", Subject: string(payout), Reason: reason})
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if p, err = Get(ctx, tx, payout); err != nil {
			return err
		}
		if err := people.NotOwn(ctx, tx, by, p.Creator); err != nil {
			return err
		}
		if p.State != Scheduled && p.State != Held {
			return fault.New(fault.PayoutInProgress, "The payout %s is %s and can not be held any more.", payout, p.State)
		}
		if p.ofOperator() && untilUS > 0 && (p.Hold.UntilUS == 0 || untilUS < p.Hold.UntilUS) {
			return fault.New(fault.StateConflict, "The payout %s is held for longer already. To let it go sooner, release it; nothing was changed.", payout)
		}
		before := p.Hold
		if err := p.hold(ctx, tx, Hold{Code: UnderReview, Reason: reason, By: by.ID(), UntilUS: untilUS}); err != nil || p.Hold == before {
			return err
		}
		if untilUS > 0 {
			act.Changed = map[string]any{"until": audit.Instant(untilUS)}
		}
		if err := audit.Record(ctx, tx, act); err != nil {
			return err
		}
		return wake(ctx, tx, payout) // so that its work knows the end
	})
	return p, err
}

// HoldFor is Hold for so long from now; 0 is until it is released.
func (s *Service) HoldFor(ctx context.Context, by people.Caller, payout id.Payout, reason string, d time.Duration) (Payout, error) {
	until := time.Time{}
	if d > 0 {
		until = s.db.Clock().Now().Add(d)
	}
	return s.Hold(ctx, by, payout, reason, until)
}

// freshen asks the provider about an account that was not ready when it was
// seen last, so that no payout waits for news that were lost. A provider that
// does not answer leaves what is known.
func (s *Service) freshen(ctx context.Context, creator id.Person) error {
	var a Account
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		a, err = AccountOf(ctx, tx, creator)
		return err
	})
	if err != nil || a.Provider == "" || a.Ready() {
		return err
	}
	if err := s.ask(ctx, &a); err != nil {
		if _, of := errors.AsType[*payment.Error](err); of { // the payout is held for what was seen last, and the provider is asked again with it
			return nil
		}
		return err
	}
	return nil
}

// wakeHeld has the creator's payouts driven at once that wait for the account.
func wakeHeld(ctx context.Context, tx *db.Tx, creator id.Person) error {
	held, err := db.Collect[id.Payout](tx.Query(ctx, "SELECT id FROM payout WHERE creator_id = $1 AND state = 'held' AND held_code IN ($2, $3)", creator, string(fault.KYCRequired), BankChanged))(
		func(r *db.Rows) (p id.Payout, err error) { return p, r.Scan((*string)(&p)) })
	if err != nil {
		return err
	}
	for _, p := range held {
		if err := wake(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}
