package support

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// BoardTotal is what all rows of a board add up to.
type BoardTotal struct {
	Fans, Coins, Gifts int64
}

// TotalOf adds up the board that Supporters pages through.
func TotalOf(ctx context.Context, tx *db.Tx, creator id.Person, w Window) (all BoardTotal, err error) {
	board, err := board("", creator, w, tx.NowUS())
	if err != nil {
		return all, err
	}
	if err := tx.Row(ctx, "SELECT COUNT(*), COALESCE(SUM(coins), 0), COALESCE(SUM(gifts), 0) FROM support_sum WHERE board = $1", board).Scan(&all.Fans, &all.Coins, &all.Gifts); err != nil {
		return all, fmt.Errorf("support: adding up a board: %w", err)
	}
	return all, nil
}
