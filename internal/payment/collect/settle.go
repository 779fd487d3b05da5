package collect

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
)

// The pace of the due work: an unknown outcome is asked for until it is known, an
// action that a person has to take is looked at now and then, and given up when a
// page would be over. A bank's question lives for minutes, and until it is given up
// it counts with the card of everybody who pays with that one.
const (
	sweepUnknown = 20 * time.Second
	sweepWaiting = 10 * time.Minute
	sweepRefused = time.Hour // the provider refuses to say: somebody has to see to it
	giveUpAfter  = pageFor
	feeSoon      = 10 * time.Minute // until then a fee is expected any moment
)

// How long the provider's memory of a key is relied on. It forgets keys after
// 24 hours; then the same call would be a second charge.
const (
	lookFirst = 10 * time.Second // from then on a charge is looked up before it is made
	keysFor   = 20 * time.Hour   // from then on it is not made any more
	keysRest  = 10 * time.Minute // and so long until one that was made last must show
)

// mostLooked is how many of a customer's charges are looked at.
const mostLooked = 100

// Settle is the due work of a charge: it asks the provider what became of it,
// and what it took of the money. It returns when to ask again, or 0 when there
// is nothing more to be known. An error together with a time is the provider's
// refusal to say: it is for the log.
func (s *Service) Settle(ctx context.Context, charge id.Payment) (again time.Duration, err error) {
	r, err := s.row(ctx, charge)
	if err != nil || over(&r) {
		return 0, err
	}
	if r.Provider == "" && r.Page == "" {
		err = s.charge(ctx, charge, false) // the same key: finds what was done, or does it now
	} else {
		err = s.lookUp(ctx, r)
	}
	if _, ok := errors.AsType[*payment.Error](err); err != nil && !ok {
		return 0, err
	}
	refusal := err
	if undecided(err) {
		refusal = nil
	}
	ctx = context.WithoutCancel(ctx)
	if r, err = s.row(ctx, charge); err != nil || over(&r) {
		return 0, err
	}
	switch old := s.since(r.CreatedUS); {
	case refusal != nil:
		return sweepRefused, refusal
	case r.Outcome == payment.RequiresAction && old > giveUpAfter:
		return 0, s.cancel(ctx, r)
	case r.Outcome == payment.RequiresAction, r.FeeOpen() && old > feeSoon:
		return sweepWaiting, nil
	}
	return sweepUnknown, nil
}

// over reports that nothing more is to be known of the charge.
func over(r *payment.Record) bool { return r.Final() && !r.FeeOpen() }

// Sweep has every charge settled that is open and that nobody is going to
// settle, because its work was given up or is gone. It returns how many there
// were.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	var left []string
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		left, err = db.Collect[string](tx.Query(ctx, "SELECT id FROM payment_charge WHERE "+payment.UnderWay+`
			AND NOT EXISTS (SELECT 1 FROM due_work w WHERE w.kind = $1 AND w.work_key = payment_charge.id AND w.dead = 0)
			ORDER BY id LIMIT $2`, WorkSettle, int64(sweepAtOnce)))(func(r *db.Rows) (id string, err error) { return id, r.Scan(&id) })
		return err
	})
	if err != nil || len(left) == 0 {
		return 0, err
	}
	return len(left), s.db.Write(ctx, func(tx *db.Tx) error {
		for _, charge := range left {
			if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkSettle, Key: charge, DueUS: tx.NowUS()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweepAtOnce bounds one sweep; the rest is left to the next.
const sweepAtOnce = 1000

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
		if fact.Ref == string(r.ID) && (!r.OnPage() || fact.Outcome != payment.Failed) { // on a page another card may be tried
			return true, s.record(ctx, r.ID, fact)
		}
	}
	switch since := s.since(r.CreatedUS); {
	case since >= 0 && since < keysFor:
		return false, nil
	case since < keysFor+keysRest: // also when the clock has stepped back, and nobody knows how old the key is
		return true, nil
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

func (s *Service) lookUp(ctx context.Context, r payment.Record) error {
	fact, err := s.present(ctx, &r, r.Provider)
	if err != nil {
		return err
	}
	return s.record(ctx, r.ID, fact)
}

// cancel ends a charge for which the person never came back.
func (s *Service) cancel(ctx context.Context, r payment.Record) error {
	var fact payment.Charge
	var err error
	if r.OnPage() {
		fact, err = s.close(ctx, &r)
	} else {
		fact, err = s.stripe.CancelCharge(ctx, r.Provider)
	}
	if err != nil {
		return err
	}
	return s.record(ctx, r.ID, fact)
}

// chargeOf returns the provider's id of the charge whose outcome or fee the
// news may change. Refunds and disputes are not among them: nothing is noted of
// those, so that they can have their effect when there is one.
func chargeOf(ev payment.Event) string {
	switch ev.Type {
	case "charge.pending", "charge.succeeded", "charge.failed", "charge.updated":
		return ev.Parent
	}
	if ev.Object == "payment_intent" {
		return ev.ObjectID
	}
	return ""
}

// Observe takes news from the provider. It fetches the present state of the
// charge, because news come late, twice and out of order, and records it
// together with the note that this event had its effect; of news that had theirs
// nothing is asked. handled is false when the event is about something else, or has
// no effect here.
func (s *Service) Observe(ctx context.Context, ev payment.Event) (handled bool, err error) {
	provider := chargeOf(ev)
	if provider == "" && ev.Object != checkoutObject || ev.Account != "" {
		return false, nil
	}
	var r payment.Record
	var noted bool
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if noted, err = payment.Noted(ctx, tx, ev); err != nil || noted {
			return err
		}
		if r, err = payment.ForProvider(ctx, tx, provider); fault.Is(err, fault.NotFound) && id.Valid(id.KindPayment, ev.Ref) {
			r, err = payment.Get(ctx, tx, id.Payment(ev.Ref)) // the news came before the reply, or are of a page
		}
		return err
	})
	switch {
	case err == nil && noted:
		return true, nil
	case fault.Is(err, fault.NotFound):
		return false, nil
	}
	if _, ok := s.products[r.Purpose]; err != nil || !ok {
		return false, err
	}
	if ev.Object == checkoutObject && r.Page == "" { // the news came before the reply
		r.Page = ev.ObjectID
	}
	fact, err := s.present(ctx, &r, provider)
	if err != nil {
		return true, err
	}
	return true, s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := payment.FirstTime(ctx, tx, ev)
		if err != nil || !first {
			return err
		}
		return s.settle(ctx, tx, r.ID, fact)
	})
}
