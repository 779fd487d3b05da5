package programme

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Leave takes the person out of the programme. Who is not in it stays as they
// are; in particular a refusal does not go away by leaving. The fault is
// not_found for a name that no programme has.
func Leave(ctx context.Context, tx *db.Tx, person id.Person, p Programme) (Enrolment, error) {
	was, err := Of(ctx, tx, person, p)
	if err != nil || (was.State != Active && was.State != Grace) {
		return was, err
	}
	e := was.moved(Left, LeftBySelf, tx.NowUS())
	return e, save(ctx, tx, was, e, nil)
}
