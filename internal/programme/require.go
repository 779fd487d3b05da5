package programme

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// RequireMany says for which of the creators the programme does not work now,
// and why: each of these has a fault with the code not_eligible, the reason and
// the next step. A creator who is not in the map may go on. One statement
// serves any number of creators; the error is the database's.
func RequireMany(ctx context.Context, tx *db.Tx, p Programme, creators []id.Person) (map[id.Person]error, error) {
	if len(creators) == 0 {
		return nil, nil
	}
	list := make([]any, len(creators))
	refused := make(map[id.Person]error, len(creators))
	for i, c := range creators {
		list[i] = string(c)
		refused[c] = nil
	}
	rows, err := tx.QueryList(ctx, "SELECT "+enrolmentColumns+" FROM programme_enrolment WHERE programme = $1 AND person_id IN ($list)", list, p)
	found, err := db.Collect[Enrolment](rows, err)(scanEnrolment)
	if err != nil {
		return nil, fmt.Errorf("programme: requiring %s: %w", string(p), err)
	}
	for _, e := range found {
		if e.Open(tx.NowUS()) {
			delete(refused, e.Person)
		} else {
			refused[e.Person] = closed(e)
		}
	}
	for c, reason := range refused {
		if reason == nil {
			refused[c] = closed(Enrolment{Person: c, Programme: p, State: NotJoined})
		}
	}
	return refused, nil
}

// Require is RequireMany for one creator: nil if the programme works for them.
func Require(ctx context.Context, tx *db.Tx, p Programme, creator id.Person) error {
	refused, err := RequireMany(ctx, tx, p, []id.Person{creator})
	if err != nil {
		return err
	}
	return refused[creator]
}

// closed says why the programme does not work for a creator. Fans read it, so
// it holds none of the creator's numbers and no operator's note.
func closed(e Enrolment) error {
	var why, next string
	switch e.State {
	case NotJoined:
		why, next = "has not joined", "The creator can join on the page of programmes."
	case Left:
		why, next = "is no longer in", "The creator can join again on the page of programmes."
	case Refused:
		why, next = "is not admitted to", "The creator can appeal, or apply again from "+day(e.ReapplyUS)+"."
	default:
		why, next = "has been below a criterion for longer than the grace period of", "The creator sees what is missing on the page of programmes."
	}
	return fault.New(fault.NotEligible, "This creator %s %s. %s", why, e.Programme, next).
		With("programme", string(e.Programme)).With("creator", string(e.Person)).With("state", string(e.State))
}
