package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/text"
)

// Difference is the kind of the cases about money in suspense.
const Difference = "difference"

// State is whether a case is to be looked into.
type State string

// The states.
const (
	Opened State = "open"
	Closed State = "closed"
)

// ByRule closes a case where nobody decided: what happened did.
const ByRule = "rule"

// Case is a question that somebody has to look into, and its answer. Times are
// microseconds UTC, 0 for what has not happened.
type Case struct {
	ID       id.Case
	Kind     string
	Subject  string       // the id of what it is about
	Part     string       // which of the questions of this kind about it; "" is the first
	Person   id.Person    // whose it is; "" for nobody's
	Amount   money.Amount // of a difference, what Account got by it; without an asset where no money is concerned
	Account  string       // of a difference, the path below suspense/
	Words    string       // what happened, in a sentence
	State    State
	OpenedUS int64
	ClosedUS int64
	By       string // the id of who closed it, or ByRule
	Decision string // a word, such as written_off
	Note     string // the reason, in the words of who closed it

	Limit        money.Amount // of a difference that somebody decides about: above it a second person does
	ProposedBy   string       // the id of the first one
	ProposedNote string       // and the reason in their words
}

const columns = "id, kind, subject, part, person_id, amount_units, amount_asset, account, words, state, opened_us, closed_us, closed_by, decision, note, agree_units, agree_asset, proposed_by, proposed_note"

func scan(r *db.Rows) (c Case, err error) {
	return c, r.Scan(&c.ID, &c.Kind, &c.Subject, &c.Part, &c.Person, &c.Amount.Units, (*string)(&c.Amount.Asset), &c.Account, &c.Words, &c.State,
		&c.OpenedUS, &c.ClosedUS, &c.By, &c.Decision, &c.Note, &c.Limit.Units, (*string)(&c.Limit.Asset), &c.ProposedBy, &c.ProposedNote)
}

// New is a case to be opened.
type New struct {
	Kind    string
	Subject string
	Part    string // a word, if the subject may raise the question more than once
	Person  id.Person
	Amount  money.Amount
	Account string // of a difference: the path below suspense/ that got the amount
	Words   string
}

// check finds what a program has forgotten to say.
func (n *New) check() error {
	suspense := strings.HasPrefix(n.Account, "suspense/") && n.Account != "suspense/"
	switch {
	case n.Kind == "", n.Subject == "", n.Words == "":
		return fmt.Errorf("casework: a case needs a kind, a subject and words: %+v", *n)
	case n.Kind == Difference && (!suspense || n.Amount.Units == 0), n.Kind != Difference && n.Account != "":
		return fmt.Errorf("casework: a difference, and nothing else, has an amount in an account below suspense/: %+v", *n)
	}
	return nil
}

// notWrittenDown stands for the limit of a case that nobody has decided about.
const notWrittenDown = -1

// Open opens the case, unless there is one of this kind about this part of the subject:
// then that one is returned as it is, open or closed.
func Open(ctx context.Context, tx *db.Tx, n New) (Case, error) {
	if err := n.check(); err != nil {
		return Case{}, err
	}
	c := Case{ID: id.Case(tx.NewID(id.KindCase)), Kind: n.Kind, Subject: n.Subject, Part: n.Part, Person: n.Person, Amount: n.Amount, Account: n.Account, Words: n.Words, State: Opened, OpenedUS: tx.NowUS(),
		Limit: money.Amount{Units: notWrittenDown}}
	if c.Amount.Units == 0 {
		c.Amount.Asset = ""
	}
	made, err := tx.Exec(ctx, "INSERT INTO casework_case ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', '', '', $12, '', '', '') ON CONFLICT (kind, subject, part) DO NOTHING",
		c.ID, c.Kind, c.Subject, c.Part, c.Person, c.Amount.Units, string(c.Amount.Asset), c.Account, c.Words, string(c.State), c.OpenedUS, c.Limit.Units)
	if err != nil || made == 1 {
		return c, err
	}
	c, _, err = AboutPart(ctx, tx, n.Kind, n.Subject, n.Part)
	return c, err
}

// About returns the first case of the kind about the subject, if there is one.
func About(ctx context.Context, tx *db.Tx, kind, subject string) (c Case, found bool, err error) {
	return AboutPart(ctx, tx, kind, subject, "")
}

// AboutPart returns the case of the kind about a part of the subject, if there is
// one.
func AboutPart(ctx context.Context, tx *db.Tx, kind, subject, part string) (c Case, found bool, err error) {
	all, err := db.Collect[Case](tx.Query(ctx, "SELECT "+columns+" FROM casework_case WHERE kind = $1 AND subject = $2 AND part = $3", kind, subject, part))(scan)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

// Get returns a case. Its fault is not_found.
func Get(ctx context.Context, tx *db.Tx, c id.Case) (Case, error) {
	all, err := db.Collect[Case](tx.Query(ctx, "SELECT "+columns+" FROM casework_case WHERE id = $1", c))(scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "There is no case %s.", fault.Clip(string(c)))
	}
	if err != nil {
		return Case{}, err
	}
	return all[0], nil
}

// ReasonRule is what the reason of a decision may be.
var ReasonRule = text.Rule{Name: "The reason", Max: 500}

// Close closes an open case that no money stands in: for a difference there is
// Settle. by is the id of who decided, or ByRule. Its faults: not_found,
// already_done when it is closed.
func Close(ctx context.Context, tx *db.Tx, one id.Case, by, decision, note string) (Case, error) {
	c, err := Get(ctx, tx, one)
	if err != nil {
		return c, err
	}
	if c.Kind == Difference {
		return c, errors.New("casework: a difference is closed by Settle, which moves its amount")
	}
	return c, c.close(ctx, tx, by, decision, note)
}

// close writes down who decided what, and in the audit log unless a rule did.
func (c *Case) close(ctx context.Context, tx *db.Tx, by, decision, note string) error {
	if c.State == Closed {
		return fault.New(fault.AlreadyDone, "The case %s was closed before: %s.", c.ID, c.Decision)
	}
	if by == "" || decision == "" {
		return fmt.Errorf("casework: closing %s needs who and what: %q, %q", c.ID, by, decision)
	}
	c.State, c.ClosedUS, c.By, c.Decision, c.Note = Closed, max(tx.NowUS(), c.OpenedUS), by, decision, note
	_, err := tx.Exec(ctx, "UPDATE casework_case SET state = $2, closed_us = $3, closed_by = $4, decision = $5, note = $6 WHERE id = $1",
		c.ID, string(c.State), c.ClosedUS, by, decision, note)
	if err != nil || by == ByRule {
		return err
	}
	return audit.Record(ctx, tx, audit.Act{Origin: audit.By(ctx, by), Verb: "case.close", Subject: string(c.ID), Reason: note,
		Changed: map[string]any{"kind": c.Kind, "about": c.Subject, "decision": decision}})
}

// Query chooses cases. An empty field chooses all.
type Query struct {
	State   State
	Kind    string
	Person  id.Person
	Subject string
	Before  id.Case // older ones than this: the last of the page before
	Limit   int
}

// MaxPage is the most cases that one List returns.
const MaxPage = 1000

// List returns the chosen cases, the newest first.
func List(ctx context.Context, tx *db.Tx, q Query) ([]Case, error) {
	where, args := []string{"id < $1"}, []any{string(q.Before)}
	if q.Before == "" {
		args[0] = "cas_~"
	}
	for _, f := range []struct{ column, value string }{{"state", string(q.State)}, {"kind", q.Kind}, {"person_id", string(q.Person)}, {"subject", q.Subject}} {
		if f.value != "" {
			args = append(args, f.value)
			where = append(where, fmt.Sprintf("%s = $%d", f.column, len(args)))
		}
	}
	args = append(args, min(max(q.Limit, 1), MaxPage))
	return db.Collect[Case](tx.Query(ctx, fmt.Sprintf("SELECT %s FROM casework_case WHERE %s ORDER BY id DESC LIMIT $%d", columns, strings.Join(where, " AND "), len(args)), args...))(scan)
}

// Count is how many cases of a kind are open, and what the open differences
// among them come to in one currency.
type Count struct {
	Kind   string
	Amount money.Amount // without an asset for cases without money
	Cases  int64
	Oldest int64 // when the first of them was opened
}

// Counts counts the open cases by kind and currency.
func Counts(ctx context.Context, tx *db.Tx) ([]Count, error) {
	return db.Collect[Count](tx.Query(ctx, `SELECT kind, amount_asset, CAST(SUM(amount_units) AS BIGINT), COUNT(*), MIN(opened_us) FROM casework_case
		WHERE state = 'open' GROUP BY kind, amount_asset ORDER BY kind, amount_asset`))(func(r *db.Rows) (c Count, err error) {
		return c, r.Scan(&c.Kind, (*string)(&c.Amount.Asset), &c.Amount.Units, &c.Cases, &c.Oldest)
	})
}
