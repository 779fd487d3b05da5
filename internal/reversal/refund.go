package reversal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
	"github.com/ovationhq/ovation/internal/wallet"
)

// The reasons of refunds, which creators whose earnings are taken back read.
const (
	Withdrawal = "withdrawal" // the person's own right, within the days of the rule
	Goodwill   = "goodwill"
	Duplicate  = "duplicate"
	Fraud      = "fraudulent"
	Minor      = "minor" // the person is too young to have paid
)

// Reasons are those that operators choose from.
var Reasons = []string{Goodwill, Duplicate, Fraud, Minor}

// Scope is what a key needs to refund in the operator's place.
const Scope = people.RefundsWrite

// Service gives money back, and works the disputes that banks open.
type Service struct {
	// Patience bounds the calls to the provider within one request.
	Patience time.Duration

	db     *db.DB
	stripe *stripe.Client

	call   *idem.Call // of the one request that it is for (Once)
	answer func([]Reversal) (idem.Answer, error)
}

// NewService returns a Service that refunds through the adapter.
func NewService(d *db.DB, s *stripe.Client) *Service {
	return &Service{Patience: 12 * time.Second, db: d, stripe: s}
}

// Request asks for a refund.
type Request struct {
	Key     string // idempotency key, unique for the person who paid for ever
	Subject string // the coin purchase or the tip
	// Units is how much of what was charged, in its smallest units; 0 is all that
	// can be. Of coins that were not spent it is rounded up to whole coins.
	Units int64
	// Spent gives back also what coins were spent for: creators lose what they got
	// for it. A tip is always of this kind.
	Spent  bool
	Reason string // of Reasons; people who ask for their own have Withdrawal
	Note   string // an operator's words

	own bool // by the person's own right, and not by the platform's grace
}

func (q *Request) fingerprint() int64 {
	s := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%t|%q|%q", q.Subject, q.Units, q.Spent, q.Reason, q.Note))
	return int64(binary.BigEndian.Uint64(s[:8]))
}

var noteRule = text.Rule{Name: "The note", Max: 500, Lines: true}

// check completes what the caller asks for, or refuses it. Operators have the right
// of everybody to what they paid themselves, and no other.
func (q *Request) check(ctx context.Context, tx *db.Tx, by people.Caller, c *payment.Record) error {
	if q.own = !official(by); !q.own {
		err := notOwn(ctx, tx, by, c.Person)
		if plain := q.Units == 0 && !q.Spent && (q.Reason == "" || q.Reason == Withdrawal) && q.Note == ""; fault.Is(err, fault.Forbidden) && plain {
			q.own = true
		} else if err != nil {
			return err
		}
	}
	if q.own {
		q.Spent, q.Reason, q.Note, q.Units = false, Withdrawal, "", 0
		return nil
	}
	var fields fault.Fields
	if !slices.Contains(Reasons, q.Reason) {
		fields.Add("/reason", fault.Wrong(fault.InvalidParameter, "The reason is one of %v.", Reasons))
	}
	note, wrong := noteRule.Clean(q.Note)
	q.Note = note
	fields.Add("/note", wrong)
	if q.Units < 0 {
		fields.Add("/amount", fault.Wrong(fault.AmountOutOfRange, "A refund is of 1 or more, or left out for all that can be given back."))
	}
	return fields.Err()
}

// official reports whether the caller refunds for the platform.
func official(by people.Caller) bool {
	return by.Is(people.Operator) || by.Require(Scope) == nil && by.IsHost()
}

// Refund gives back what was paid, or the answer that the key was given before.
// People get the unspent coins of their own purchases, while the rule of their
// region says so; operators, and keys with the scope, anything that others paid.
// Above the rule's amount a second operator has to agree first (Agree).
//
// Its faults: not_found, already_refunded, refund_exceeds_original, state_conflict,
// not_eligible, forbidden, validation_failed, idempotency_key_reused.
func (s *Service) Refund(ctx context.Context, by people.Caller, asked Request) (r Reversal, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		q := asked
		c, err := payment.ForSubject(ctx, tx, q.Subject)
		if err == nil && !official(by) && !by.ActsFor(c.Person) {
			err = fault.New(fault.NotFound, "There is no such payment.")
		}
		if err != nil {
			return err
		}
		if err := q.check(ctx, tx, by, &c); err != nil {
			return err
		}
		before, found, err := one(tx.Query(ctx, "SELECT "+columns+" FROM reversal WHERE person_id = $1 AND idem_key = $2 AND asked_by <> $3", c.Person, q.Key, byProviderName))
		if err != nil {
			return err
		}
		if found {
			return s.again(ctx, tx, &q, before, &r)
		}
		r, err = begin(ctx, tx, by, &q, &c)
		return err
	})
	if err != nil || r.State != Asking || r.Replayed {
		return r, err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Patience)
	defer cancel()
	if _, err := s.drive(bounded, r.ID, true); err != nil && !payment.Passes(err) {
		if _, ok := errors.AsType[*payment.Error](err); !ok {
			return r, err
		}
	}
	return s.Get(ctx, r.ID)
}

func (s *Service) again(ctx context.Context, tx *db.Tx, q *Request, before Reversal, r *Reversal) error {
	var print int64
	if err := tx.Row(ctx, "SELECT fingerprint FROM reversal WHERE id = $1", before.ID).Scan(&print); err != nil {
		return err
	}
	if print != q.fingerprint() {
		return fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another refund (%s). Use a new key; nothing was refunded.", before.ID)
	}
	*r, r.Replayed = before.outcome(), true
	return nil
}

// Get returns one refund or dispute.
func (s *Service) Get(ctx context.Context, reversal string) (r Reversal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		r, err = Get(ctx, tx, reversal)
		return err
	})
	return r, err
}

// begin writes down the refund, and holds what it takes unless a second operator
// has to agree.
func begin(ctx context.Context, tx *db.Tx, by people.Caller, q *Request, c *payment.Record) (Reversal, error) {
	rule, err := ruleOf(ctx, tx, c.Person)
	if err != nil {
		return Reversal{}, err
	}
	amount, err := refundable(ctx, tx, c, q)
	if err != nil {
		return Reversal{}, err
	}
	if q.own {
		if err := entitled(tx, &rule, c); err != nil {
			return Reversal{}, err
		}
	}
	r := Reversal{ID: tx.NewID(id.KindRefund), Charge: c.ID, Subject: c.Subject, Person: c.Person, Amount: c.Amount.Of(amount), Unspent: !q.Spent && id.KindOf(c.Subject) == id.KindPurchase,
		Reason: q.Reason, Note: q.Note, AskedBy: by.ID(), Limit: rule.Agree, State: Asking, Attempt: 1, AskedUS: tx.NowUS()}
	if !q.own {
		second, err := needsSecond(ctx, tx, &rule, c.Person, c.Subject, r.Amount)
		if err != nil {
			return r, err
		}
		act := audit.Act{Verb: "refund.begin", Subject: r.ID, Reason: q.Note, Changed: map[string]any{"of": c.Subject, "amount": r.Amount, "why": q.Reason}}
		if second {
			r.State = Proposed
			act.Verb = "refund.propose"
		}
		if err := audit.Record(ctx, tx, by.Act(ctx, act)); err != nil {
			return r, err
		}
	}
	if r.State == Asking {
		if err := r.start(ctx, tx, c); err != nil {
			return r, err
		}
	}
	return r, r.insert(ctx, tx, q.Key, q.fingerprint())
}

// start holds what the refund takes and plans the work that asks the provider.
func (r *Reversal) start(ctx context.Context, tx *db.Tx, c *payment.Record) error {
	p, err := planOf(ctx, tx, c, r.Amount.Units)
	if errors.Is(err, errNotBooked) {
		return fault.Wrap(err, fault.StateConflict, "The payment provider has not told yet what came of the payment. Try again in a few minutes; nothing was refunded.")
	}
	if err != nil {
		return err
	}
	if r.Unspent && p.spent > 0 { // what was proposed took nothing from creators
		return fault.New(fault.StateConflict, "Meanwhile coins of %s were spent, and %s %s are not left of it. Decline this refund and propose another.", r.Subject, r.Amount.Decimal(), r.Amount.Asset)
	}
	if err := r.hold(ctx, tx, c, p, "refund.begun", nil); err != nil {
		return err
	}
	return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: r.ID, DueUS: tx.Now().Add(retrySoon).UnixMicro()})
}

func ruleOf(ctx context.Context, tx *db.Tx, person id.Person) (Rule, error) {
	p, err := people.Get(ctx, tx, person)
	if err != nil {
		return Rule{}, err
	}
	return RuleFor(ctx, tx, p.Region)
}

// entitled refuses a person whose right to a refund has ended, or who had none.
func entitled(tx *db.Tx, rule *Rule, c *payment.Record) error {
	switch until := rule.until(c.CreatedUS); {
	case id.KindOf(c.Subject) != id.KindPurchase:
		return fault.New(fault.NotEligible, "Tips are given back by the operator. Write to the operator, and say why; nothing was refunded.")
	case rule.Days == 0:
		return fault.New(fault.NotEligible, "In your region coins are not given back on request. If something went wrong, write to the operator; nothing was refunded.")
	case !tx.Now().Before(until):
		return fault.New(fault.NotEligible, "Coins that were not spent are given back for %d days, which ended on %s. Nothing was refunded.", rule.Days, until.Format("2 January 2006, 15:04 UTC"))
	}
	return nil
}

// refundable is how much goes back: what was asked for, or all that can, in the
// steps in which cards are refunded. Coins worth less than a step stay.
func refundable(ctx context.Context, tx *db.Tx, c *payment.Record, q *Request) (int64, error) {
	step := c.Amount.Asset.CardStep()
	if q.Units%step != 0 {
		return 0, fault.New(fault.AmountOutOfRange, "Cards are refunded in steps of %s %s. Nothing was refunded.", c.Amount.Of(step).Decimal(), c.Amount.Asset)
	}
	n, err := exactly(ctx, tx, c, q)
	if n -= n % step; n == 0 && err == nil {
		err = fault.New(fault.RefundExceedsOriginal, "What is left is less than %s %s, the least that a card is refunded.", c.Amount.Of(step).Decimal(), c.Amount.Asset).With("refundable", c.Amount.Of(0))
	}
	return n, err
}

// exactly is refundable in smallest units.
func exactly(ctx context.Context, tx *db.Tx, c *payment.Record, q *Request) (int64, error) {
	open, err := disputing(ctx, tx, c.Subject)
	if err != nil {
		return 0, err
	}
	waiting, first, err := proposed(ctx, tx, c.Subject)
	if err != nil {
		return 0, err
	}
	left := c.Left()
	if !q.own { // the right to a refund does not wait for what somebody has proposed
		left -= waiting
	}
	switch {
	case c.Outcome != payment.Succeeded:
		return 0, fault.New(fault.StateConflict, "The payment for %s is %s: there is nothing to give back.", c.Subject, c.Outcome)
	case c.FeeOpen():
		return 0, fault.New(fault.StateConflict, "The payment provider has not told yet what came of the payment. Try again in a few minutes; nothing was refunded.")
	case open:
		return 0, fault.New(fault.StateConflict, "The bank of the card disputes this payment, and has the money. It can not be refunded besides.")
	case left <= 0 && c.Left() > 0:
		return 0, fault.New(fault.StateConflict, "The refund %s of what was paid for %s waits for another operator to agree. Nothing was changed.", first, c.Subject)
	case left <= 0:
		return 0, fault.New(fault.AlreadyRefunded, "All that was paid for %s was given back before.", c.Subject)
	}
	most := left
	if lot, ok, err := wallet.LotFor(ctx, tx, c.Subject); err != nil {
		return 0, err
	} else if ok && !q.Spent {
		most = min(left, lot.Unspent(lot.Left))
		if most == 0 {
			return 0, fault.New(fault.RefundExceedsOriginal, "None of these coins are left: all %d were spent or given back.", lot.Coins).With("refundable", c.Amount.Of(0))
		}
		if q.Units > 0 && q.Units <= most {
			return min(left, lot.Unspent(lot.CoinsWorth(q.Units))), nil
		}
	}
	if q.Units > most {
		return 0, fault.New(fault.RefundExceedsOriginal, "At most %s %s can be given back of %s. Nothing was refunded.", c.Amount.Of(most).Decimal(), c.Amount.Asset, c.Subject).
			With("refundable", c.Amount.Of(most))
	}
	if q.Units > 0 {
		return q.Units, nil
	}
	return most, nil
}

// disputing reports whether a bank has money of what was paid for the subject and
// has not decided about it. The provider refunds nothing meanwhile. An inquiry has
// taken nothing, and a refund ends it.
func disputing(ctx context.Context, tx *db.Tx, subject string) (yes bool, err error) {
	var n int64
	err = tx.Row(ctx, "SELECT COUNT(*) FROM reversal WHERE subject = $1 AND state IN ('open', 'answered')", subject).Scan(&n)
	return n > 0, err
}

// proposed returns how much of what was paid for the subject waits for somebody to
// agree, and the first refund that does.
func proposed(ctx context.Context, tx *db.Tx, subject string) (units int64, first string, err error) {
	err = tx.Row(ctx, "SELECT CAST(COALESCE(SUM(amount_units), 0) AS BIGINT), COALESCE(MIN(id), '') FROM reversal WHERE subject = $1 AND state = 'proposed'", subject).Scan(&units, &first)
	return units, first, err
}
