package webhook

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// retries are the pauses before each try of a delivery, the first of which is
// at once: 75 hours and 35 minutes together.
var retries = []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// mostWait bounds what a receiver asks for with Retry-After.
const mostWait = 24 * time.Hour

// The bounds of one run: what is sent to one endpoint beside each other, what
// is read at once, and how long a run goes on before it lets others.
const (
	sendAtOnce = 8
	readAtOnce = 200
	driveFor   = 30 * time.Second
)

// parcel is a delivery that is due, with its event.
type parcel struct {
	Delivery
	event outbox.Stored
}

// Drive sends what is due to an endpoint. It is the handler of WorkDrive, and
// may run at any time and more than once.
func (s *Service) Drive(ctx context.Context, key string) (outbox.Next, error) {
	endpoint := id.Endpoint(key)
	over := time.NewTimer(driveFor)
	defer over.Stop()
	for going := true; going; {
		e, due, err := s.due(ctx, endpoint)
		if err != nil {
			return nil, err
		}
		if len(due) == 0 {
			break
		}
		if going, err = s.sendAll(ctx, &e, due, over.C); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx *db.Tx) (int64, error) { return nextOf(ctx, tx, endpoint) }, nil
}

// due reads what is to be sent to the endpoint now, in its order.
func (s *Service) due(ctx context.Context, endpoint id.Endpoint) (e Endpoint, due []parcel, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		if e, ok, err = find(ctx, tx, endpoint); err != nil || !ok || e.State != Enabled {
			return err
		}
		all, err := db.Collect[Delivery](tx.Query(ctx, "SELECT "+deliveryColumns+` FROM webhook_delivery
			WHERE endpoint_id = $1 AND state = 'waiting' AND next_us <= $2 ORDER BY next_us, sequence LIMIT $3`, endpoint, s.db.Clock().Now().UnixMicro(), int64(readAtOnce)))(scanDelivery)
		if err != nil {
			return err
		}
		due, err = withEvents(ctx, tx, all)
		return err
	})
	return e, due, err
}

func withEvents(ctx context.Context, tx *db.Tx, all []Delivery) ([]parcel, error) {
	sequences := make([]int64, len(all))
	for i, d := range all {
		sequences[i] = d.event
	}
	events, err := outbox.Find(ctx, tx, sequences...)
	if err != nil {
		return nil, err
	}
	of := make(map[int64]outbox.Stored, len(events))
	for _, ev := range events {
		of[ev.Sequence] = ev
	}
	due := make([]parcel, len(all))
	for i, d := range all {
		ev, ok := of[d.event]
		if !ok {
			return nil, errors.New("webhook: the delivery " + string(d.ID) + " is of an event that is not in the log")
		}
		due[i] = parcel{d, ev}
	}
	return due, nil
}

// sendAll sends the parcels, a few beside each other. going is false when the
// time of the run is over, or the endpoint is to be left alone.
func (s *Service) sendAll(ctx context.Context, e *Endpoint, due []parcel, over <-chan time.Time) (going bool, err error) {
	next := make(chan parcel)
	halt := make(chan struct{}) // somebody has found a reason to stop
	var once sync.Once
	var failed error
	stop := func(err error) { once.Do(func() { failed = err; close(halt) }) }
	var group sync.WaitGroup
	for range min(sendAtOnce, len(due)) {
		group.Go(func() {
			for p := range next {
				if on, err := s.sendOne(ctx, e, p); err != nil || !on {
					stop(err)
				}
			}
		})
	}
	going = true
	for _, p := range due {
		select {
		case next <- p:
			continue
		case <-halt:
		case <-over:
		case <-ctx.Done():
		}
		going = false
		break
	}
	close(next)
	group.Wait()
	select {
	case <-halt:
		return false, failed
	default:
		return going && ctx.Err() == nil, ctx.Err()
	}
}

// sendOne makes one attempt and notes what came of it. on is false when the
// endpoint is not to be sent any more now.
func (s *Service) sendOne(ctx context.Context, e *Endpoint, p parcel) (on bool, err error) {
	body, err := p.body()
	if err != nil {
		return false, err
	}
	m := Message{URL: e.URL, ID: p.event.ID(), Timestamp: s.stamp.Now(), Body: body}
	if m.Signature, err = Sign(string(m.ID), m.Timestamp, body, e.signs(s.db.Clock().Now())...); err != nil {
		return false, err
	}
	out := s.courier.Send(ctx, m)
	if ctx.Err() != nil && out.Status == 0 { // the server stops: this says nothing about the receiver
		return false, ctx.Err()
	}
	err = s.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		on, err = record(context.WithoutCancel(ctx), tx, &p.Delivery, out)
		return err
	})
	return on, err
}

// body is what is sent, the same at each attempt.
func (p *parcel) body() ([]byte, error) {
	return (&Envelope{string(p.event.ID()), p.event.Type, p.event.At.Format(instant), p.Sequence, p.event.Data}).Bytes()
}

// nextOf returns when the endpoint has to be driven again, 0 for never. What
// is overdue comes after what others have waited for.
func nextOf(ctx context.Context, tx *db.Tx, endpoint id.Endpoint) (int64, error) {
	var us int64
	err := tx.Row(ctx, `SELECT COALESCE(MIN(d.next_us), 0) FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
		WHERE d.endpoint_id = $1 AND d.state = 'waiting' AND e.state = 'enabled'`, endpoint).Scan(&us)
	if err != nil || us == 0 {
		return 0, err
	}
	return max(us, tx.NowUS()), nil
}
