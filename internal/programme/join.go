package programme

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Join enters the person into the programme. Who is in already, also in a
// grace period, stays as they are and gets the same answer.
//
// The faults are not_found (the programme is not installed) and not_eligible:
// criteria are missing (the member missing lists them, with estimates), or the
// wait after a refusal is not over (the member reapply_at).
func Join(ctx context.Context, tx *db.Tx, s Subject, p Programme) (Enrolment, error) {
	policy, err := policyFor(ctx, tx, s, p)
	if err != nil {
		return Enrolment{}, err
	}
	was, err := Of(ctx, tx, s.Person, p)
	if err != nil {
		return Enrolment{}, err
	}
	switch {
	case was.State == Active || was.State == Grace:
		return was, nil
	case was.State == Refused && tx.NowUS() < was.ReapplyUS:
		return Enrolment{}, stillRefused(was, tx.Now())
	}
	f, err := load(ctx, tx, s)
	if err != nil {
		return Enrolment{}, err
	}
	if ev := judge(policy, f); !ev.Eligible {
		return Enrolment{}, notMet(ev)
	}
	e := was.moved(Active, Joined, tx.NowUS()).judgedBy(policy)
	e.JoinedUS = tx.NowUS()
	return e, save(ctx, tx, was, e, nil)
}

func stillRefused(e Enrolment, now time.Time) error {
	return fault.New(fault.NotEligible, "You were refused for %s: %s You can appeal, or apply again from %s.", e.Programme, sentenceOf(e.Note), day(e.ReapplyUS)).
		With("programme", string(e.Programme)).With("state", string(e.State)).
		With("reapply_at", stamp(e.ReapplyUS)).After(time.UnixMicro(e.ReapplyUS).Sub(now))
}

// notMet says what is missing, with the numbers.
func notMet(ev Evaluation) error {
	missing := ev.Missing()
	parts := make([]string, len(missing))
	for i, c := range missing {
		parts[i] = c.sentence()
	}
	next := "Your page of programmes shows each criterion and when it was measured."
	if ev.EstimateUS != 0 {
		next = "At the present pace you can join about " + day(ev.EstimateUS) + "."
	}
	return fault.New(fault.NotEligible, "You can not join %s yet: %s. %s", ev.Programme, strings.Join(parts, "; "), next).
		With("programme", string(ev.Programme)).With("policy", ev.Version).With("region", ev.Region).
		With("missing", lacks(missing)).With("estimated_at", stamp(ev.EstimateUS))
}

// sentence says in words how the person stands to the criterion.
func (c Checked) sentence() string {
	name := metrics[c.Metric]
	if name == "" {
		name = string(c.Metric)
	}
	switch {
	case c.Metric == PayoutAccountReady:
		return "your payout account is not ready"
	case c.Metric == RegionListed:
		return "it is not open in your region"
	case !c.Known:
		return name + " not known"
	case c.Op == OneOf || c.Op == NoneOf:
		return fmt.Sprintf("not for %s accounts", c.Word)
	}
	return fmt.Sprintf("%s %d of %d", name, c.Value, c.Need())
}

// day writes the date of an instant.
func day(us int64) string { return time.UnixMicro(us).UTC().Format(time.DateOnly) }

// sentenceOf ends an operator's note with a full stop.
func sentenceOf(note string) string {
	if strings.HasSuffix(note, ".") || strings.HasSuffix(note, "!") || strings.HasSuffix(note, "?") {
		return note
	}
	return note + "."
}
