package webhook

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// keepFor is how long a delivery is kept. Its event stays in the log.
const keepFor = 30 * 24 * time.Hour

// removeAtOnce bounds what one transaction removes.
const removeAtOnce = 500

// Sweep removes old deliveries and what was deleted, and has every endpoint
// driven that waits with nobody to drive it, because its work was given up or
// is gone.
func (s *Service) Sweep(ctx context.Context) error {
	var all []Endpoint
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = db.Collect[Endpoint](tx.Query(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoint ORDER BY id"))(scanEndpoint)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range all {
		for more := true; more && ctx.Err() == nil; {
			err := s.db.Write(ctx, func(tx *db.Tx) (err error) { more, err = removeSome(ctx, tx, e.ID); return err })
			if err != nil {
				return err
			}
		}
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			due, err := nextOf(ctx, tx, e.ID)
			if err != nil || due == 0 {
				return err
			}
			return drive(ctx, tx, e.ID, due)
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// removeSome removes the oldest deliveries of an endpoint and reports whether
// there are more. It takes from the beginning only, so that what is left has
// no gap; what waits, and all after it, stays.
func removeSome(ctx context.Context, tx *db.Tx, endpoint id.Endpoint) (more bool, err error) {
	e, ok, err := find(ctx, tx, endpoint)
	if err != nil || !ok {
		return false, err
	}
	stays := e.Sequence + 1 // the first that stays
	if e.State != deleted {
		keeps := []string{"made_us >= $2"}
		if e.State == Enabled { // else nothing is tried, and it waits in vain
			keeps = append(keeps, "state = 'waiting' AND made_us < $2")
		}
		for _, keep := range keeps {
			var first int64
			err := tx.Row(ctx, "SELECT COALESCE(MIN(sequence), $3) FROM webhook_delivery WHERE endpoint_id = $1 AND "+keep, endpoint, tx.Now().Add(-keepFor).UnixMicro(), stays).Scan(&first)
			if err != nil {
				return false, err
			}
			stays = min(stays, first)
		}
	}
	upTo := min(stays-1, e.Removed+removeAtOnce)
	for _, query := range []string{
		"DELETE FROM webhook_attempt WHERE delivery_id IN (SELECT id FROM webhook_delivery WHERE endpoint_id = $1 AND sequence <= $2)",
		"DELETE FROM webhook_delivery WHERE endpoint_id = $1 AND sequence <= $2",
		"UPDATE webhook_endpoint SET removed = $2 WHERE id = $1 AND removed < $2",
	} {
		if upTo > e.Removed {
			if _, err := tx.Exec(ctx, query, endpoint, upTo); err != nil {
				return false, err
			}
		}
	}
	if e.State == deleted && upTo == e.Sequence {
		_, err = tx.Exec(ctx, "DELETE FROM webhook_endpoint WHERE id = $1", endpoint)
	}
	return upTo < stays-1, err
}
