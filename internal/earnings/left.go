package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Left returns the creator's matured earnings of which something is left to be
// paid out, in the order in which payouts take them. What is left of them adds
// up to what is available.
func Left(ctx context.Context, tx *db.Tx, creator id.Person) ([]Earning, error) {
	return db.Collect[Earning](tx.Query(ctx, "SELECT "+earningColumns+" WHERE e.creator_id = $1 AND e.state = 'available' AND e.amount_units > e.paid_units + e.clawed_units ORDER BY e.available_us, e.id", creator))(scanEarning)
}
