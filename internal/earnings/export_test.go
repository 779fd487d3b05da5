package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
)

// AddUpSome adds up so many transfers at most.
func AddUpSome(ctx context.Context, d *db.DB, limit int64) (more bool, err error) {
	return addUp(ctx, d, limit)
}
