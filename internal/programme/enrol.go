package programme

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
)

// save writes the enrolment and, if the state has changed, the event.
func save(ctx context.Context, tx *db.Tx, was, e Enrolment, missing []Checked) error {
	_, err := tx.Exec(ctx, `INSERT INTO programme_enrolment (`+enrolmentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (person_id, programme) DO UPDATE SET state = excluded.state, reason = excluded.reason, note = excluded.note,
		version = excluded.version, region = excluded.region, joined_us = excluded.joined_us, changed_us = excluded.changed_us,
		grace_until_us = excluded.grace_until_us, reapply_us = excluded.reapply_us`,
		e.Person, e.Programme, e.State, e.Reason, e.Note, e.Version, e.Region, e.JoinedUS, e.ChangedUS, e.GraceUntilUS, e.ReapplyUS)
	if err != nil {
		return fmt.Errorf("programme: writing an enrolment: %w", err)
	}
	if was.State == e.State {
		return nil
	}
	return emitChange(ctx, tx, was.State, e, missing)
}

// moved returns the enrolment in another state, with what belonged to the old
// state cleared.
func (e Enrolment) moved(to State, why Reason, nowUS int64) Enrolment {
	e.State, e.Reason, e.Note = to, why, ""
	e.ChangedUS, e.GraceUntilUS, e.ReapplyUS = nowUS, 0, 0
	return e
}

// judgedBy names the policy of a decision.
func (e Enrolment) judgedBy(p Policy) Enrolment {
	e.Version, e.Region = p.Version, p.Region
	return e
}
