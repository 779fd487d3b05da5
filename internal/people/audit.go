package people

import (
	"context"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Act is the act as one of the caller's, for the audit log. Who looks for what a leaked key has
// done finds also what was done in a session that it has started.
func (c Caller) Act(ctx context.Context, a audit.Act) audit.Act {
	a.Origin = audit.By(ctx, c.ID())
	a.Self = string(c.Person)
	if c.Starter != "" {
		if a.Changed == nil {
			a.Changed = map[string]any{}
		}
		a.Changed["session_of"] = c.Starter
	}
	return a
}

// recordOf writes down what was done to the person, unless the person did it,
// perhaps by a key of its own.
func recordOf(ctx context.Context, tx *db.Tx, person id.Person, a audit.Act) error {
	if a.Actor == string(person) || a.Self == string(person) {
		return nil
	}
	a.Subject = string(person)
	return audit.Record(ctx, tx, a)
}
