package report

import (
	"context"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
)

// Videos is a query for Ask: the latest public videos after the cursor.
func Videos(from content.Cursor, limit int) func(context.Context, *db.Tx) ([]content.Video, error) {
	return func(ctx context.Context, tx *db.Tx) ([]content.Video, error) {
		all, _, err := content.LatestVideos(ctx, tx, from, limit)
		return all, err
	}
}

// Rooms is a query for Ask: the rooms that are live, after the cursor.
func Rooms(from content.Cursor, limit int) func(context.Context, *db.Tx) ([]content.Room, error) {
	return func(ctx context.Context, tx *db.Tx) ([]content.Room, error) {
		all, _, err := content.LiveNow(ctx, tx, from, limit)
		return all, err
	}
}
