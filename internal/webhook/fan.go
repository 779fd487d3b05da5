package webhook

import (
	"context"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// The bounds of one step of one endpoint, so that a storm of events leaves the
// writer to those who make it.
const (
	fanAtOnce = 500
	fanSpan   = 5000
)

// looked is how far an endpoint's events were looked at beyond its place. An
// endpoint that wants nothing of a storm costs no write for it.
type looked struct {
	place int64 // the endpoint's place and types, to know whether it still is the same
	types []string
	upTo  int64
}

// fanPause is how long Follow leaves the writer to others after each look: what
// happens meanwhile is handed out together.
const fanPause = 20 * time.Millisecond

// Follow hands out events as they are committed, until the context ends.
func (s *Service) Follow(ctx context.Context) error {
	return outbox.Follow(ctx, s.db, s.log, fanPause, s.Fan)
}

// Fan takes every endpoint that has not reached the end of the log one step
// on, so that none waits for the backlog of another. again is outbox.Behind
// while there is more. Any number of processes may do so at once.
func (s *Service) Fan(ctx context.Context) (again time.Duration, err error) {
	var all []Endpoint
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = db.Collect[Endpoint](tx.Query(ctx, "SELECT "+endpointColumns+` FROM webhook_endpoint WHERE state = 'enabled'
			AND place < (SELECT sequence FROM outbox_head WHERE id = 1) ORDER BY id`))(scanEndpoint)
		return err
	})
	if err != nil {
		return 0, err
	}
	for i := range all {
		more, err := s.fanOne(ctx, &all[i])
		if err != nil {
			return 0, err
		}
		if more {
			again = outbox.Behind
		}
	}
	return again, nil
}

// fanOne takes one endpoint a step on, and reports whether there is more. The
// log is read before the transaction: events never change.
func (s *Service) fanOne(ctx context.Context, e *Endpoint) (more bool, err error) {
	look := outbox.Look{After: s.lookedUpTo(e), Limit: fanAtOnce, Span: fanSpan}
	if len(e.Types) > 0 {
		look.Types = append(slices.Clone(e.Types), TypeTest)
	}
	var page outbox.Page
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		page, err = outbox.Within(ctx, tx, look)
		return err
	})
	if err != nil {
		return false, err
	}
	wanted := slices.DeleteFunc(page.Events, func(ev outbox.Stored) bool { return !e.wants(&ev) })
	if len(wanted) == 0 && page.UpTo-e.Place < fanSpan {
		s.mu.Lock()
		s.looked[e.ID] = looked{e.Place, e.Types, page.UpTo}
		s.mu.Unlock()
		return page.More, nil
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return handOut(ctx, tx, e, wanted, page.UpTo) })
	return page.More, err
}

// lookedUpTo is where to go on with an endpoint.
func (s *Service) lookedUpTo(e *Endpoint) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.looked[e.ID]
	if ok && l.place == e.Place && slices.Equal(l.types, e.Types) {
		return l.upTo
	}
	return e.Place
}

// wants reports whether the endpoint is sent the event.
func (e *Endpoint) wants(ev *outbox.Stored) bool {
	if ev.Type == TypeTest {
		return ev.Topic == topic(e.ID)
	}
	return len(e.Types) == 0 || slices.Contains(e.Types, ev.Type)
}

// handOut writes the deliveries of the events and moves the endpoint's place
// on, unless somebody else has moved or changed it meanwhile.
func handOut(ctx context.Context, tx *db.Tx, seen *Endpoint, events []outbox.Stored, upTo int64) error {
	e, ok, err := find(ctx, tx, seen.ID)
	if err != nil || !ok || e.State != Enabled || e.Place != seen.Place || !slices.Equal(e.Types, seen.Types) {
		return err
	}
	args := make([]any, 0, 8*len(events))
	for i := range events {
		args = append(args, tx.NewID(id.KindDelivery), string(e.ID), e.Sequence+int64(i)+1, events[i].Sequence, events[i].Type, string(Waiting), tx.NowUS(), tx.NowUS())
	}
	if len(events) > 0 {
		cols := []string{"id", "endpoint_id", "sequence", "event", "type", "state", "next_us", "made_us"}
		if err := tx.InsertRows(ctx, "webhook_delivery", cols, len(events), args); err != nil {
			return err
		}
		if err := drive(ctx, tx, e.ID, tx.NowUS()); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE webhook_endpoint SET place = $2, sequence = sequence + $3 WHERE id = $1", e.ID, upTo, int64(len(events)))
	return err
}

// WorkDrive is the kind of due work that sends what is due to an endpoint; its
// key is the endpoint's id.
const WorkDrive = "webhook.drive"

// drive has the endpoint driven at the instant or before.
func drive(ctx context.Context, tx *db.Tx, endpoint id.Endpoint, dueUS int64) error {
	return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: string(endpoint), DueUS: dueUS, Sooner: true})
}
