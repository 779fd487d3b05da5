package second

import (
	"context"
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// Together is for how long what one person decides alone for somebody is added up.
const Together = 30 * 24 * time.Hour

// Act is what an operator is about to do.
type Act struct {
	Kind    string       // its verb in the audit log, such as payout.release
	Subject string       // what it is done to
	Gets    id.Person    // who gets the money
	Amount  money.Amount // how much it is
	Limit   money.Amount // above it two people decide; what is in another currency always needs two
	Why     string
	Changed map[string]any // what the audit log says besides
}

// State is where a decision stands.
type State string

// The states of decisions.
const (
	Waits    State = "waits"    // another person has to agree
	Alone    State = "alone"    // one person was enough
	Agreed   State = "agreed"   // two decided it
	Declined State = "declined" // it is not done
	Lapsed   State = "lapsed"   // its subject went on without it
	Undone   State = "undone"   // it was decided, and came to nothing
)

// Decision is an act with who decided it.
type Decision struct {
	N          int64
	Kind       string
	Subject    string
	Gets       id.Person
	Amount     money.Amount
	Limit      money.Amount
	By         string // who was the first to decide
	Why        string
	ProposedUS int64
	State      State
	EndedBy    string // who agreed or declined; "" of what waits, lapsed or was done alone
	EndedUS    int64  // 0 while it waits
}

// Done reports whether it was decided, so that it may be done.
func (d *Decision) Done() bool { return d.State == Alone || d.State == Agreed }

// Waits reports whether another person has to agree.
func (d *Decision) Waits() bool { return d.State == Waits }

const columns = "n, kind, subject, gets, amount_units, amount_asset, limit_units, limit_asset, proposed_by, why, proposed_us, state, ended_by, ended_us"

func scan(r *db.Rows) (d Decision, err error) {
	return d, r.Scan(&d.N, &d.Kind, &d.Subject, (*string)(&d.Gets), &d.Amount.Units, (*string)(&d.Amount.Asset), &d.Limit.Units, (*string)(&d.Limit.Asset),
		&d.By, &d.Why, &d.ProposedUS, (*string)(&d.State), &d.EndedBy, &d.EndedUS)
}

// About returns the last decision of the kind about the subject; without a State there
// is none.
func About(ctx context.Context, tx *db.Tx, kind, subject string) (Decision, error) {
	all, err := db.Collect[Decision](tx.Query(ctx, "SELECT "+columns+" FROM second_decision WHERE subject = $1 AND kind = $2 ORDER BY n DESC LIMIT 1", subject, kind))(scan)
	if err != nil || len(all) == 0 {
		return Decision{}, err
	}
	return all[0], nil
}

// Waiting returns what waits of the kind about the subjects, by subject.
func Waiting(ctx context.Context, tx *db.Tx, kind string, subjects []any) (map[string]Decision, error) {
	found := map[string]Decision{}
	if len(subjects) == 0 {
		return found, nil
	}
	all, err := db.Collect[Decision](tx.QueryList(ctx, "SELECT "+columns+" FROM second_decision WHERE subject IN ($list) AND state = 'waits'", subjects))(scan)
	for _, d := range all {
		if d.Kind == kind {
			found[d.Subject] = d
		}
	}
	return found, err
}

// Query chooses decisions; an empty field chooses all.
type Query struct {
	Kind    string
	Subject string
	State   State
	Before  int64 // the last of the page before
	Limit   int
}

// List returns the decisions that the query chooses, the latest first.
func List(ctx context.Context, tx *db.Tx, q Query) ([]Decision, error) {
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	where, args := "n < $1", []any{q.Before}
	for column, value := range map[string]string{"kind": q.Kind, "subject": q.Subject, "state": string(q.State)} {
		if value != "" {
			args = append(args, value)
			where += fmt.Sprintf(" AND %s = $%d", column, len(args))
		}
	}
	args = append(args, int64(q.Limit))
	return db.Collect[Decision](tx.Query(ctx, fmt.Sprintf("SELECT %s FROM second_decision WHERE %s ORDER BY n DESC LIMIT $%d", columns, where, len(args)), args...))(scan)
}

// Do decides the act, if one person is enough for it, or proposes it. The same act
// once more by the same person, while it waits, is the same proposal. Its faults:
// role_required, forbidden, state_conflict.
func Do(ctx context.Context, tx *db.Tx, by people.Caller, a Act) (Decision, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return Decision{}, err
	}
	if err := people.NotOwn(ctx, tx, by, a.Gets); err != nil {
		return Decision{}, err
	}
	last, err := About(ctx, tx, a.Kind, a.Subject)
	switch {
	case err != nil:
		return last, err
	case last.Waits() && last.By == by.ID() && last.Why == a.Why:
		return last, nil
	case last.Waits():
		return last, fault.New(fault.StateConflict, "This was proposed before, and waits for another operator. Agree to that or decline it; nothing was changed.")
	}
	before, err := alone(ctx, tx, &a)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Kind: a.Kind, Subject: a.Subject, Gets: a.Gets, Amount: a.Amount, Limit: a.Limit, By: by.ID(), Why: a.Why, ProposedUS: tx.NowUS(), State: Waits}
	verb := a.Kind + "_propose"
	if a.Amount.Asset == a.Limit.Asset && a.Amount.Units+before <= a.Limit.Units {
		d.State, d.EndedUS, verb = Alone, tx.NowUS(), a.Kind
	}
	if err := d.insert(ctx, tx); err != nil {
		return d, err
	}
	return d, d.sign(ctx, tx, by, verb, a.Why, a.Changed)
}

// alone is what one person has decided of the kind for who gets the money, without
// another one's agreement, within Together.
func alone(ctx context.Context, tx *db.Tx, a *Act) (units int64, err error) {
	return units, tx.Row(ctx, "SELECT CAST(COALESCE(SUM(amount_units), 0) AS BIGINT) FROM second_decision WHERE gets = $1 AND kind = $2 AND amount_asset = $3 AND state = 'alone' AND proposed_us > $4",
		a.Gets, a.Kind, string(a.Amount.Asset), tx.Now().Add(-Together).UnixMicro()).Scan(&units)
}

func (d *Decision) insert(ctx context.Context, tx *db.Tx) error {
	if err := tx.Row(ctx, "SELECT COALESCE(MAX(n), 0) + 1 FROM second_decision").Scan(&d.N); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO second_decision ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		d.N, d.Kind, d.Subject, d.Gets, d.Amount.Units, string(d.Amount.Asset), d.Limit.Units, string(d.Limit.Asset), d.By, d.Why, d.ProposedUS, string(d.State), d.EndedBy, d.EndedUS)
	return err
}

// sign writes down who did what.
func (d *Decision) sign(ctx context.Context, tx *db.Tx, by people.Caller, verb, why string, more map[string]any) error {
	changed := map[string]any{"amount": d.Amount}
	maps.Copy(changed, more)
	if by.ID() != d.By {
		changed["proposed_by"] = d.By
	}
	return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: verb, Subject: d.Subject, Reason: why, Changed: changed}))
}

// waiting returns the decision that waits, or a fault state_conflict.
func waiting(ctx context.Context, tx *db.Tx, kind, subject string) (Decision, error) {
	d, err := About(ctx, tx, kind, subject)
	if err == nil && !d.Waits() {
		err = fault.New(fault.StateConflict, "Nothing about %s waits for another operator to agree. Nothing was changed.", fault.Clip(subject))
	}
	return d, err
}

// Agree decides what another person has proposed; then it may be done. Its faults:
// role_required, forbidden, state_conflict.
func Agree(ctx context.Context, tx *db.Tx, by people.Caller, kind, subject string, changed map[string]any) (Decision, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return Decision{}, err
	}
	d, err := waiting(ctx, tx, kind, subject)
	if err != nil {
		return d, err
	}
	if err := people.Second(ctx, tx, by, d.By); err != nil {
		return d, err
	}
	if err := people.NotOwn(ctx, tx, by, d.Gets); err != nil {
		return d, err
	}
	if err := d.end(ctx, tx, Agreed, by.ID()); err != nil {
		return d, err
	}
	return d, d.sign(ctx, tx, by, kind, d.Why, changed)
}

// Decline ends what was proposed; nothing is done. Whoever proposed it may do so too.
// Its faults: role_required, state_conflict.
func Decline(ctx context.Context, tx *db.Tx, by people.Caller, kind, subject, reason string) (Decision, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return Decision{}, err
	}
	d, err := waiting(ctx, tx, kind, subject)
	if err != nil {
		return d, err
	}
	if err := d.end(ctx, tx, Declined, by.ID()); err != nil {
		return d, err
	}
	return d, d.sign(ctx, tx, by, kind+"_decline", reason, nil)
}

func (d *Decision) end(ctx context.Context, tx *db.Tx, state State, by string) error {
	d.State, d.EndedBy, d.EndedUS = state, by, tx.NowUS()
	_, err := tx.Exec(ctx, "UPDATE second_decision SET state = $2, ended_by = $3, ended_us = $4 WHERE n = $1", d.N, string(state), by, d.EndedUS)
	return err
}

// Lapse ends what waits about a subject that goes on without it; nothing that waits is
// fine.
func Lapse(ctx context.Context, tx *db.Tx, kind, subject string) error {
	_, err := tx.Exec(ctx, "UPDATE second_decision SET state = 'lapsed', ended_us = $3 WHERE subject = $1 AND kind = $2 AND state = 'waits'", subject, kind, tx.NowUS())
	return err
}

// Undo notes that what was decided came to nothing.
func Undo(ctx context.Context, tx *db.Tx, kind, subject string) error {
	_, err := tx.Exec(ctx, "UPDATE second_decision SET state = 'undone' WHERE subject = $1 AND kind = $2 AND state IN ('alone', 'agreed') AND n = (SELECT MAX(n) FROM second_decision WHERE subject = $1 AND kind = $2)", subject, kind)
	return err
}
