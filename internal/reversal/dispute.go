package reversal

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/second"
)

// byProviderName asked for every dispute.
const byProviderName = "provider"

// KindDispute is the kind of the cases of disputes.
const KindDispute = "dispute"

// Observe takes news from the provider about refunds and disputes. It fetches the
// present state and records it together with the note that this event had its
// effect; of news that had theirs nothing is asked. handled is false when the event
// is about something else.
func (s *Service) Observe(ctx context.Context, ev payment.Event) (handled bool, err error) {
	if ev.Account != "" {
		return false, nil
	}
	switch ev.Object {
	case "refund":
		return s.observeRefund(ctx, ev)
	case "dispute":
		return s.observeDispute(ctx, ev)
	}
	return false, nil
}

func (s *Service) observeDispute(ctx context.Context, ev payment.Event) (handled bool, err error) {
	var noted bool
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		noted, err = payment.Noted(ctx, tx, ev)
		return err
	})
	if err != nil || noted {
		return noted, err
	}
	fact, err := s.stripe.RetrieveDispute(ctx, ev.ObjectID)
	if errors.Is(err, payment.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	handled = true
	err = s.once(ctx, ev, func(tx *db.Tx) error {
		err := disputed(ctx, tx, fact)
		if fault.Is(err, fault.NotFound) { // of a payment that is none of ours
			handled = false
		}
		return err
	})
	if !handled {
		return false, nil
	}
	return true, err
}

func (s *Service) observeRefund(ctx context.Context, ev payment.Event) (handled bool, err error) {
	var noted, ours bool
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if noted, err = payment.Noted(ctx, tx, ev); err != nil || noted {
			return err
		}
		ours, err = about(ctx, tx, ev)
		return err
	})
	if err != nil || noted || !ours {
		return noted, err
	}
	fact, err := s.stripe.RetrieveRefund(ctx, ev.ObjectID)
	if err != nil {
		return true, err
	}
	err = s.once(ctx, ev, func(tx *db.Tx) error { return given(ctx, tx, fact) })
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return true, later(err)
}

// about reports whether news of a refund are about a refund or a payment of ours.
func about(ctx context.Context, tx *db.Tx, ev payment.Event) (bool, error) {
	if _, found, err := byProvider(ctx, tx, ev.ObjectID); err != nil || found {
		return found, err
	}
	_, err := payment.ForProvider(ctx, tx, ev.Parent)
	if fault.Is(err, fault.NotFound) && id.Valid(id.KindRefund, ev.Ref) { // the news came before any reply
		_, err = Get(ctx, tx, ev.Ref)
	}
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// once runs f in the transaction that also notes the event, unless the event had
// its effect before.
func (s *Service) once(ctx context.Context, ev payment.Event, f func(tx *db.Tx) error) error {
	return s.write(ctx, func(tx *db.Tx) error {
		first, err := payment.FirstTime(ctx, tx, ev)
		if err != nil || !first {
			return err
		}
		return f(tx)
	})
}

// disputed records what the provider knows of a dispute, from the first that is
// heard of it to its end, in whatever order the news come.
func disputed(ctx context.Context, tx *db.Tx, fact payment.Dispute) error {
	r, found, err := byProvider(ctx, tx, fact.ID)
	if err != nil {
		return err
	}
	var c payment.Record
	if found {
		c, err = payment.Get(ctx, tx, r.Charge)
	} else {
		c, err = payment.ForProvider(ctx, tx, fact.Charge)
	}
	if err != nil {
		return err
	}
	if !found {
		if r, err = open(ctx, tx, &c, fact); err != nil {
			return err
		}
	}
	if err := r.follow(ctx, tx, &c, fact); err != nil {
		return err
	}
	if r.EndedUS > 0 { // with it what was to be done about it
		i, err := intentOf(ctx, tx, r.ID)
		if err == nil && i.kind != "" {
			err = r.settleIntent(ctx, tx, i, nil, i.reached(&fact))
		}
		if err == nil {
			err = second.Lapse(ctx, tx, GivingUp, r.ID)
		}
		if err != nil {
			return err
		}
	}
	return r.save(ctx, tx)
}

// open writes down a dispute that nobody had heard of, as an inquiry at first, and
// opens its case.
func open(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Dispute) (Reversal, error) {
	if fact.Amount.Asset != c.Amount.Asset || fact.Amount.Units <= 0 {
		return Reversal{}, fmt.Errorf("reversal: the dispute %s is of %v, and the charge %s of %v", fact.ID, fact.Amount, c.ID, c.Amount)
	}
	r := Reversal{ID: tx.NewID(id.KindDispute), Charge: c.ID, Subject: c.Subject, Person: c.Person, Amount: fact.Amount, Reason: fact.Reason, AskedBy: byProviderName,
		State: Inquiry, Provider: fact.ID, Attempt: 1}
	if err := r.insert(ctx, tx, fact.ID, 0); err != nil {
		return r, err
	}
	if _, err := casework.Open(ctx, tx, casework.New{Kind: KindDispute, Subject: r.ID, Person: r.Person, Amount: r.Amount, Words: fmt.Sprintf("The bank of the card disputes the payment for %s.", c.Subject)}); err != nil {
		return r, err
	}
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: r.ID, DueUS: tx.Now().Add(lookAgain).UnixMicro()}); err != nil {
		return r, err
	}
	return r, r.tell(ctx, tx, "dispute.opened")
}

// follow takes the dispute to where the provider says that it is.
func (r *Reversal) follow(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Dispute) error {
	if !fact.DueBy.IsZero() {
		r.DueUS = fact.DueBy.UnixMicro()
	}
	switch {
	case r.State == Closed && fact.Taken.Asset != "":
		if err := r.reopen(ctx, tx, c); err != nil {
			return err
		}
	case r.State == Lost && fact.Returned.Asset != "":
		if err := r.comeBack(ctx, tx, c, fact); err != nil {
			return err
		}
	}
	// The fee is booked with what was taken, and given back with what returns.
	taking, winning := r.Moved.Asset == "" && fact.Taken.Asset != "", r.EndedUS == 0 && fact.Outcome == payment.Succeeded
	if !taking && !winning {
		if err := r.charged(ctx, tx, fact); err != nil {
			return err
		}
	}
	if r.State == Inquiry && fact.Taken.Asset != "" {
		if err := r.take(ctx, tx, c, fact); err != nil {
			return err
		}
	}
	switch {
	case r.EndedUS > 0:
		return nil
	case r.State == Inquiry && fact.Taken.Asset != "": // to be booked yet
		return nil
	case r.State == Inquiry && fact.Outcome != payment.Pending:
		r.State = Closed
		return r.end(ctx, tx)
	case r.State == Inquiry:
		return nil
	case fact.Outcome == payment.Succeeded && fact.Returned.Asset == "": // won, and the money is not back yet
		return nil
	case fact.Outcome == payment.Succeeded:
		return r.win(ctx, tx, c, fact)
	case fact.Outcome == payment.Failed:
		return r.lose(ctx, tx, c)
	case fact.Answered:
		r.State = Answered
	}
	return nil
}

// take books that the bank took the money: the reserve pays, and what the fan and
// the creators have of it is held. While a refund of the charge is under way, or it
// is not known yet what came of the charge, that waits: the provider gives nothing
// back besides, so that the refund ends soon. A bank may also take what went back
// before: nobody here has that any more, so that it stands in suspense with a case.
func (r *Reversal) take(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Dispute) error {
	wait := c.FeeOpen()
	var err error
	if r.Beyond = max(0, r.Amount.Units-c.Left()); r.Beyond > 0 && !wait {
		if wait, err = refunding(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	p := &plan{}
	if r.own() > 0 && !wait {
		p, err = planOf(ctx, tx, c, r.own())
	}
	if wait || errors.Is(err, errNotBooked) {
		r.Beyond = 0
		return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: r.ID, DueUS: tx.Now().Add(retrySoon).UnixMicro(), Sooner: true})
	}
	if err != nil {
		return err
	}
	r.Moved, r.State = fact.Taken, Open
	expected, err := r.expected(c)
	if err != nil {
		return err
	}
	moves, err := r.differ(ctx, tx, "", expected, r.Moved, true)
	if err != nil {
		return err
	}
	moves = append(moves, ledger.Move{From: ledger.Reserve, To: ledger.Provider, Amount: expected}, r.feeMove(fact))
	return r.hold(ctx, tx, c, p, "dispute.taken", moves)
}

// charged books the fees that the provider took since those that are booked: for an
// answer, for an inquiry, or after the end; and what it gave back of them. After
// mostFees of them the next are left to the comparison with the provider's books,
// which opens a case: the dispute itself goes on.
func (r *Reversal) charged(ctx context.Context, tx *db.Tx, fact payment.Dispute) error {
	if fact.Fee.Units == r.Fee {
		return nil
	}
	var n int
	if err := tx.Row(ctx, "SELECT COUNT(*) FROM ledger_transfer WHERE cause = $1 AND kind LIKE 'dispute.fee.%'", r.ID).Scan(&n); err != nil || n == mostFees {
		return err
	}
	return post(ctx, tx, feeKinds[n], r.ID, []ledger.Move{r.feeMove(fact)})
}

// feeMove moves what the fee is more, or less, than what is booked of it, and counts
// it as booked.
func (r *Reversal) feeMove(fact payment.Dispute) ledger.Move {
	more := fact.Fee.Of(fact.Fee.Units - r.Fee)
	r.Fee = fact.Fee.Units
	if more.Units < 0 {
		return ledger.Move{From: ledger.Provider, To: ledger.DisputeCosts, Amount: more.Of(-more.Units)}
	}
	return ledger.Move{From: ledger.DisputeCosts, To: ledger.Provider, Amount: more}
}

// mostFees is how many later fees of one dispute are booked one by one.
const mostFees = 99

// feeKinds are the kinds of the transfers of the later fees of a dispute, in their
// order: a cause has one transfer of each kind.
var feeKinds = func() (kinds []string) {
	for n := range mostFees {
		kinds = append(kinds, "dispute.fee."+strconv.Itoa(n+1))
	}
	return kinds
}()

// refunding reports whether a refund of the charge is under way, which may fail.
func refunding(ctx context.Context, tx *db.Tx, charge id.Payment) (yes bool, err error) {
	var n int64
	err = tx.Row(ctx, "SELECT COUNT(*) FROM reversal WHERE charge_id = $1 AND state IN ('asking', 'pending')", charge).Scan(&n)
	return n > 0, err
}

// win returns everything to where it was.
func (r *Reversal) win(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Dispute) error {
	expected, err := r.expected(c)
	if err != nil {
		return err
	}
	back := fact.Returned
	if one, open, err := casework.About(ctx, tx, casework.Difference, r.ID); err != nil {
		return err
	} else if open && one.State == casework.Opened { // what it took beyond its part comes back with it
		if _, err := casework.Settle(ctx, tx, one.ID, casework.ByRule, casework.Cleared, "The dispute was won, and the money came back."); err != nil {
			return err
		}
		back.Units += one.Amount.Units
	}
	moves, err := r.differ(ctx, tx, returned, expected, back, false)
	if err != nil {
		return err
	}
	moves = append(moves, ledger.Move{From: ledger.Provider, To: ledger.Reserve, Amount: expected}, r.feeMove(fact))
	r.State = Won
	if err := r.release(ctx, tx, c, "dispute.won", moves); err != nil {
		return err
	}
	return r.end(ctx, tx)
}

// lose keeps what was held. The reserve, which paid, gets what the coins were sold
// for: what remains on it is what creators had been paid out.
func (r *Reversal) lose(ctx context.Context, tx *db.Tx, c *payment.Record) error {
	r.State = Lost
	if err := r.keep(ctx, tx, c, "dispute.lost", ledger.Reserve, nil); err != nil {
		return err
	}
	return r.end(ctx, tx)
}

// The parts of what a refund or a dispute has cases about.
const (
	returned = "returned" // what came back; "" is what went
	again    = "again"    // it went on after its end
)

// reopen has an inquiry that was closed go on, because the bank takes the money after
// all.
func (r *Reversal) reopen(ctx context.Context, tx *db.Tx, c *payment.Record) error {
	r.State, r.EndedUS = Inquiry, 0
	_, err := casework.Open(ctx, tx, casework.New{Kind: KindDispute, Subject: r.ID, Part: again, Person: r.Person, Amount: r.Amount,
		Words: fmt.Sprintf("The bank of the card disputes the payment for %s after all.", c.Subject)})
	if err != nil {
		return err
	}
	return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: r.ID, DueUS: tx.Now().Add(lookAgain).UnixMicro(), Sooner: true})
}

// comeBack takes up the money of a dispute that came back after it was lost. Won after
// all, it is held again as before the end, and winning returns everything. Otherwise
// nobody knows whose the money is: it stands in suspense until somebody has decided
// that, and then it stays as it was decided.
func (r *Reversal) comeBack(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Dispute) error {
	if _, found, err := casework.AboutPart(ctx, tx, casework.Difference, r.ID, returned); err != nil || found {
		return err
	}
	if fact.Outcome == payment.Succeeded {
		r.State, r.EndedUS = Open, 0
		return r.regain(ctx, tx, c)
	}
	_, err := casework.Open(ctx, tx, casework.New{Kind: casework.Difference, Subject: r.ID, Part: returned, Person: r.Person, Amount: fact.Returned, Account: ledger.DisputeDifference,
		Words: fmt.Sprintf("The dispute %s was lost, and then %s %s came back. What was bought is gone: decide who gets the money.", r.ID, fact.Returned.Decimal(), fact.Returned.Asset)})
	if err != nil {
		return err
	}
	return post(ctx, tx, "dispute.returned", r.ID, suspend(ledger.DisputeDifference, fact.Returned))
}

// end closes the case and tells how it ended.
func (r *Reversal) end(ctx context.Context, tx *db.Tx) error {
	r.EndedUS = tx.NowUS()
	open, err := casework.List(ctx, tx, casework.Query{Kind: KindDispute, Subject: r.ID, State: casework.Opened, Limit: 2})
	if err != nil {
		return err
	}
	for _, one := range open {
		if _, err := casework.Close(ctx, tx, one.ID, casework.ByRule, string(r.State), ""); err != nil {
			return err
		}
	}
	return r.tell(ctx, tx, endEvents[r.State])
}
