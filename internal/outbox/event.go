package outbox

import (
	"context"
	"fmt"
	"strconv"
	"strings"
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

// Look is a look at the log: which events, and how far it goes.
type Look struct {
	After  int64    // a sequence
	Limit  int      // events that are returned, at most
	Span   int64    // events that are looked at, at most; 0 means all that there are
	Types  []string // any of these; empty means every type
	Topics []string // any of these; empty means every topic
	// Names are further events than those of Topics: whose data holds any of
	// these texts. It is for ids, and finds too much rather than too little.
	Names []string
}

// MaxPage is the most events that are returned at once.
const MaxPage = 1000

// Page is what a look at the log has found.
type Page struct {
	Events []Stored
	UpTo   int64 // everything up to this sequence was looked at
	More   bool  // whether there is more after UpTo
	Head   int64 // the sequence of the last event of the log
}

// After returns up to limit events that follow the sequence. A sequence that
// the log has not reached is a fault: an empty list would hide the mistake.
func After(ctx context.Context, tx *db.Tx, sequence int64, limit int) ([]Stored, error) {
	p, err := Within(ctx, tx, Look{After: sequence, Limit: limit})
	return p.Events, err
}

// Within returns what the look finds. The log has no index but its order,
// because another one would halve the speed of Add: who chooses few events
// bounds the work by the span. The faults are those of After.
func Within(ctx context.Context, tx *db.Tx, l Look) (Page, error) {
	head, err := Head(ctx, tx)
	if err != nil {
		return Page{}, err
	}
	if l.After < 0 || l.After > head {
		return Page{}, fault.New(fault.InvalidParameter, "The event log reaches from 1 to %d; there is nothing after %d to wait for yet.", head, l.After).At("after", fault.InvalidParameter, "from 0 to %d", head)
	}
	if l.Limit < 1 || l.Limit > MaxPage {
		return Page{}, fault.New(fault.InvalidParameter, "At most %d events can be read at once, and at least one.", MaxPage).At("limit", fault.InvalidParameter, "from 1 to %d", MaxPage)
	}
	p := Page{UpTo: head, Head: head}
	if l.Span > 0 && l.Span < head-l.After {
		p.UpTo = l.After + l.Span
	}
	query, args := "SELECT sequence, at_us, type, topic, data FROM outbox_event WHERE sequence > $1 AND sequence <= $2", []any{l.After, p.UpTo, int64(l.Limit)}
	where, args := l.where(args)
	query += where
	p.Events, err = db.Collect[Stored](tx.Query(ctx, query+" ORDER BY sequence LIMIT $3", args...))(scanStored)
	if len(p.Events) == l.Limit {
		p.UpTo = p.Events[l.Limit-1].Sequence
	}
	p.More = p.UpTo < head
	return p, err
}

// where is what the look chooses, in SQL.
func (l *Look) where(args []any) (string, []any) {
	in := func(column string, values []string) string {
		places := make([]string, len(values))
		for i, value := range values {
			args = append(args, value)
			places[i] = "$" + strconv.Itoa(len(args))
		}
		return column + " IN (" + strings.Join(places, ", ") + ")"
	}
	var either []string
	if len(l.Topics) > 0 {
		either = append(either, in("topic", l.Topics))
	}
	for _, name := range l.Names {
		args = append(args, "%"+name+"%")
		either = append(either, "data LIKE $"+strconv.Itoa(len(args)))
	}
	where := ""
	if len(either) > 0 {
		where = " AND (" + strings.Join(either, " OR ") + ")"
	}
	if len(l.Types) > 0 {
		where += " AND " + in("type", l.Types)
	}
	return where, args
}

func scanStored(r *db.Rows) (s Stored, err error) {
	var us int64
	var data string
	err = r.Scan(&s.Sequence, &us, &s.Type, &s.Topic, &data)
	s.At, s.Data = time.UnixMicro(us).UTC(), []byte(data)
	return s, err
}

// Find returns the events with these sequences, in any order.
func Find(ctx context.Context, tx *db.Tx, sequences ...int64) ([]Stored, error) {
	if len(sequences) == 0 {
		return nil, nil
	}
	list := make([]any, len(sequences))
	for i, s := range sequences {
		list[i] = s
	}
	return db.Collect[Stored](tx.QueryList(ctx, "SELECT sequence, at_us, type, topic, data FROM outbox_event WHERE sequence IN ($list)", list))(scanStored)
}
