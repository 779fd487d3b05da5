package programme

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// maxNote is how many characters the reason of a refusal may have.
const maxNote = 500

// Refuse closes the programme for the person by an operator's decision, whether
// or not the person is in it. The note is shown to the person. Join is open
// again after the policy's days; a second refusal starts them anew.
//
// The faults are not_found (not installed) and validation_failed (no note).
func Refuse(ctx context.Context, tx *db.Tx, s Subject, p Programme, note string) (Enrolment, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > maxNote || !utf8.ValidString(note) || strings.ContainsFunc(note, unicode.IsControl) {
		return Enrolment{}, fault.New(fault.ValidationFailed, "A refusal states its reason in 1 to %d characters on one line, because the person reads it; %d were sent.", maxNote, n).
			At("/note", fault.ValidationFailed, "Write the reason for the person in 1 to %d characters on one line.", maxNote)
	}
	policy, err := policyFor(ctx, tx, s, p)
	if err != nil {
		return Enrolment{}, err
	}
	was, err := Of(ctx, tx, s.Person, p)
	if err != nil {
		return Enrolment{}, err
	}
	e := was.moved(Refused, ByOperator, tx.NowUS()).judgedBy(policy)
	e.Note = note
	e.ReapplyUS = tx.NowUS() + policy.ReapplyDays*dayUS
	return e, save(ctx, tx, was, e, nil)
}

// Readmit lifts a refusal, as an appeal does that was upheld: the person may
// join again at once. Who is not refused stays as they are.
func Readmit(ctx context.Context, tx *db.Tx, person id.Person, p Programme) (Enrolment, error) {
	was, err := Of(ctx, tx, person, p)
	if err != nil || was.State != Refused {
		return was, err
	}
	e := was.moved(Left, Readmitted, tx.NowUS())
	return e, save(ctx, tx, was, e, nil)
}
