package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Event is something that happened.
type Event struct {
	Type  string // such as gift.sent
	Topic string // who listens in realtime: live:liv_…, video:vid_…, person:usr_…
	Data  []byte // a JSON object
}

// Stored is an event in the log.
type Stored struct {
	Sequence int64
	At       time.Time
	Event
}

// ID returns the event's public id.
func (s *Stored) ID() id.Event { return id.Event(id.OfSequence(id.KindEvent, s.At, s.Sequence)) }

// channelEvents is notified after every commit with events.
const channelEvents = "outbox.events"

// Add appends events to the log in the transaction of their effect.
func Add(ctx context.Context, tx *db.Tx, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	for i := range events {
		if err := events[i].check(); err != nil {
			return err
		}
	}
	var last int64
	err := tx.Row(ctx, "UPDATE outbox_head SET sequence = sequence + $1 WHERE id = 1 RETURNING sequence", len(events)).Scan(&last)
	if err != nil {
		return err
	}
	args := make([]any, 0, 5*len(events))
	for i, e := range events {
		args = append(args, last-int64(len(events)-1-i), e.Type, tx.NowUS(), e.Topic, string(e.Data))
	}
	if err := tx.InsertRows(ctx, "outbox_event", []string{"sequence", "type", "at_us", "topic", "data"}, len(events), args); err != nil {
		return err
	}
	tx.Notify(channelEvents)
	return nil
}

// check finds what only a mistake in the code can bring. It does not parse
// the data, which the code has just written.
func (e *Event) check() error {
	n := len(e.Data)
	if e.Type == "" || n < 2 || e.Data[0] != '{' || e.Data[n-1] != '}' {
		return fmt.Errorf("outbox: an event of the type %q whose data is no JSON object", e.Type)
	}
	return nil
}

// Head returns the sequence of the last event.
func Head(ctx context.Context, tx *db.Tx) (n int64, err error) {
	return n, tx.Row(ctx, "SELECT sequence FROM outbox_head WHERE id = 1").Scan(&n)
}

// Filter chooses events. The zero value chooses all.
type Filter struct {
	Types []string // any of these; empty means every type
	Topic string   // exactly this; "" means every topic
}

// MaxPage is the most events that After returns.
const MaxPage = 1000

// After returns up to limit events that follow the sequence. A sequence that
// the log has not reached is a fault: an empty list would hide the mistake.
func After(ctx context.Context, tx *db.Tx, sequence int64, limit int) ([]Stored, error) {
	return AfterOf(ctx, tx, sequence, limit, Filter{})
}

// AfterOf is After for the events that the filter chooses. Fewer than limit
// means that there are no more of them up to the head. It looks at every event
// after the sequence, because an index would halve the speed of Add: filter
// from a sequence that is not long ago.
func AfterOf(ctx context.Context, tx *db.Tx, sequence int64, limit int, filter Filter) ([]Stored, error) {
	head, err := Head(ctx, tx)
	if err != nil {
		return nil, err
	}
	if sequence < 0 || sequence > head {
		return nil, fault.New(fault.InvalidParameter, "The event log reaches from 1 to %d; there is nothing after %d to wait for yet.", head, sequence).At("after", fault.InvalidParameter, "from 0 to %d", head)
	}
	if limit < 1 || limit > MaxPage {
		return nil, fault.New(fault.InvalidParameter, "At most %d events can be read at once, and at least one.", MaxPage).At("limit", fault.InvalidParameter, "from 1 to %d", MaxPage)
	}
	query := "SELECT sequence, at_us, type, topic, data FROM outbox_event WHERE sequence > $1"
	args := []any{sequence, int64(limit)}
	if filter.Topic != "" {
		query += " AND topic = $3"
		args = append(args, filter.Topic)
	}
	if len(filter.Types) == 0 {
		return db.Collect[Stored](tx.Query(ctx, query+" ORDER BY sequence LIMIT $2", args...))(scanStored)
	}
	list := make([]any, len(filter.Types))
	for i, t := range filter.Types {
		list[i] = t
	}
	return db.Collect[Stored](tx.QueryList(ctx, query+" AND type IN ($list) ORDER BY sequence LIMIT $2", list, args...))(scanStored)
}

// Get returns the event with the id.
func Get(ctx context.Context, tx *db.Tx, event id.Event) (Stored, error) {
	seq, ok := id.Sequence(id.KindEvent, string(event))
	if ok {
		s, err := scanRow(tx.Row(ctx, "SELECT sequence, at_us, type, topic, data FROM outbox_event WHERE sequence = $1", seq))
		if err == nil && s.ID() == event {
			return s, nil
		}
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return Stored{}, err
		}
	}
	return Stored{}, fault.New(fault.NotFound, "There is no event %s.", event)
}

type scanner interface{ Scan(...any) error } // a row and a result set alike

func scanRow(r scanner) (s Stored, err error) {
	var us int64
	var data string
	err = r.Scan(&s.Sequence, &us, &s.Type, &s.Topic, &data)
	s.At, s.Data = time.UnixMicro(us).UTC(), []byte(data)
	return s, err
}

func scanStored(r *db.Rows) (Stored, error) { return scanRow(r) }
