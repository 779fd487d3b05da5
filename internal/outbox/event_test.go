package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

var errRefused = errors.New("refused")

func event(n int) Event {
	return Event{Type: fmt.Sprintf("type.%d", n%3), Topic: []string{"", "live:a", "live:b"}[n%3], Data: fmt.Appendf(nil, `{"n":%d}`, n)}
}

func add(t *testing.T, d *db.DB, events ...Event) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(tx *db.Tx) error { return Add(ctx, tx, events...) }); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestAddNumbersWithoutGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		ctx := context.Background()
		add(t, d) // nothing is no event
		var wg sync.WaitGroup
		for i := range 60 { // in storms, where every third is undone
			wg.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := Add(ctx, tx, event(i), event(i+1), event(i+2)); err != nil {
						return err
					}
					if i%3 == 0 {
						return errRefused
					}
					return nil
				})
				if (err == nil) == (i%3 == 0) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		clk.Advance(time.Second)
		add(t, d, Event{Type: "last", Data: []byte(`{"text":"é \" 😀"}`)})
		read(t, d, func(tx *db.Tx) error {
			all, err := After(ctx, tx, 0, MaxPage)
			if err != nil {
				return err
			}
			for i, e := range all {
				if e.Sequence != int64(i+1) {
					t.Fatalf("event %d has the number %d", i+1, e.Sequence)
				}
				if n, ok := id.Sequence(id.KindEvent, string(e.ID())); !ok || n != e.Sequence {
					t.Fatalf("the id %s names event %d, want %d", e.ID(), n, e.Sequence)
				}
			}
			last := all[len(all)-1]
			want := Stored{Sequence: 121, At: clk.Now(), Event: Event{Type: "last", Data: []byte(`{"text":"é \" 😀"}`)}}
			if diff := cmp.Diff(want, last); diff != "" {
				t.Error(diff)
			}
			head, err := Head(ctx, tx)
			if head != 121 || len(all) != 121 {
				t.Errorf("the head is %d, there are %d events", head, len(all))
			}
			return err
		})
	})
}

func TestAddRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := context.Background()
		for _, bad := range []Event{{Data: []byte("{}")}, {Type: "x"}, {Type: "x", Data: []byte("[]")}, {Type: "x", Data: []byte("{")}, {Type: "x", Data: []byte("1")}} {
			err := d.Write(ctx, func(tx *db.Tx) error { return Add(ctx, tx, event(1), bad) })
			if err == nil || fault.CodeOf(err) != "" {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		read(t, d, func(tx *db.Tx) error {
			if head, err := Head(ctx, tx); head != 0 || err != nil {
				t.Error(head, err)
			}
			return nil
		})
	})
}

func TestAfterRefusesWhatItCannotAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := context.Background()
		add(t, d, event(0), event(1))
		read(t, d, func(tx *db.Tx) error {
			for _, c := range []struct {
				after int64
				limit int
			}{{-1, 10}, {3, 10}, {1 << 62, 10}, {0, 0}, {0, -1}, {0, MaxPage + 1}} {
				if events, err := After(ctx, tx, c.after, c.limit); !fault.Is(err, fault.InvalidParameter) {
					t.Errorf("%+v: %v, %v", c, events, err)
				}
			}
			if events, err := After(ctx, tx, 2, 10); len(events) != 0 || err != nil {
				t.Error(events, err) // what has just been read to its end
			}
			return nil
		})
	})
}

// TestWithinIsAFilterOfAfter compares pages through the filter with the
// filtered whole, in spans of any length.
func TestWithinIsAFilterOfAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := context.Background()
		for i := range 40 {
			add(t, d, event(i*i), event(i/2))
		}
		some := func(of ...string) *rapid.Generator[[]string] {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 4, rapid.ID[string])
		}
		rapid.Check(t, func(rt *rapid.T) {
			f := Look{Topics: some("", "live:a", "live:b", "live:c").Draw(rt, "topics"), Types: some("type.0", "type.1", "type.2", "none").Draw(rt, "types")}
			from, limit, span := rapid.Int64Range(0, 80).Draw(rt, "after"), rapid.IntRange(1, 90).Draw(rt, "limit"), rapid.Int64Range(0, 100).Draw(rt, "span")
			f.Limit, f.Span = limit, span
			read(t, d, func(tx *db.Tx) error {
				all, err := After(ctx, tx, from, MaxPage)
				if err != nil {
					return err
				}
				want := slices.DeleteFunc(all, func(e Stored) bool {
					return (len(f.Topics) > 0 && !slices.Contains(f.Topics, e.Topic)) || (len(f.Types) > 0 && !slices.Contains(f.Types, e.Type))
				})
				var got []Stored
				for p := (Page{UpTo: from, More: true}); p.More; {
					at := p.UpTo
					f.After = at
					if p, err = Within(ctx, tx, f); err != nil {
						return err
					}
					if (span > 0 && p.UpTo > at+span) || len(p.Events) > limit || (p.More && p.UpTo == at) {
						rt.Fatalf("a look from %d over %d found %d events up to %d", at, span, len(p.Events), p.UpTo)
					}
					got = append(got, p.Events...)
				}
				if len(got) != len(want) || (len(want) > 0 && cmp.Diff(want, got) != "") {
					rt.Fatalf("got %d events, want %d", len(got), len(want))
				}
				return nil
			})
		})
	})
}

func TestReaderHandsEverythingOnOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		add(t, d, event(0)) // before the reader: not its business
		ctx, cancel := context.WithCancel(context.Background())
		heard := make(chan int64)
		r := Reader{DB: d, Handle: func(events []Stored) {
			for _, e := range events {
				select {
				case heard <- e.Sequence:
				case <-ctx.Done():
				}
			}
		}}
		if err := r.Start(ctx); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_ = d.Write(ctx, func(tx *db.Tx) error { return Add(ctx, tx, event(i), event(i)) })
			}
		})
		last := int64(1)
		for range 600 {
			n := <-heard
			if n != last+1 {
				t.Fatalf("after %d came %d", last, n)
			}
			last = n
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		wg.Wait()
	})
}

// TestReaderHearsOtherProcesses opens PostgreSQL twice: the commits of one
// reach a reader of the other.
func TestReaderHearsOtherProcesses(t *testing.T) {
	url, clk := dbtest.PostgresURL(t), clock.NewManual(dbtest.Start)
	here, there := dbtest.Open(t, url, clk, nil), dbtest.Open(t, url, clk, nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	heard := make(chan string, 1)
	r := Reader{DB: here, Handle: func(events []Stored) { heard <- string(events[0].Data) }}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	add(t, there, event(7))
	if got := <-heard; got != string(event(7).Data) {
		t.Errorf("heard %s", got)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
