package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a database with a log.
type world struct {
	t   testing.TB
	ctx context.Context
	d   *db.DB
	clk *clock.Manual
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		test(&world{t, context.Background(), d, clk})
	})
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(w.ctx, f); err != nil {
		w.t.Fatal(err)
	}
}

// act writes one act down, a second after the one before.
func (w *world) act(actor, verb, subject string) {
	w.t.Helper()
	w.clk.Advance(time.Second)
	w.write(func(tx *db.Tx) error {
		return Record(w.ctx, tx, Act{Origin: Origin{Actor: actor, Request: "req_1"}, Verb: verb, Subject: subject, Reason: "A reason.", Changed: map[string]any{"n": 1}})
	})
}

// broken returns what verify tells.
func (w *world) broken(tx *db.Tx) (told []string) {
	w.t.Helper()
	err := Verify(w.ctx, tx, func(where, format string, args ...any) {
		if detail := fmt.Sprintf(format, args...); where == "" || strings.Contains(detail, "%!") {
			w.t.Errorf("%s: %s", where, detail)
		}
		told = append(told, where)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return told
}

func (w *world) list(q Query) (all []Entry) {
	w.t.Helper()
	err := w.d.Read(w.ctx, func(tx *db.Tx) (err error) { all, err = List(w.ctx, tx, q); return err })
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func numbers(all []Entry) (n []int64) {
	for _, e := range all {
		n = append(n, e.Seq)
	}
	return n
}

func TestRecord(t *testing.T) {
	each(t, func(w *world) {
		w.act("usr_1", "person.suspend", "usr_2")
		w.act("key_1", "payout.hold", "pyo_1")
		w.act("usr_1", "payout.hold", "pyo_2")
		undone := errors.New("undone")
		err := w.d.Write(w.ctx, func(tx *db.Tx) error {
			if err := Record(w.ctx, tx, Act{Origin: Origin{Actor: "usr_1"}, Verb: "payout.release", Subject: "pyo_1"}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		w.act(Console, "work.revive", "payout.drive pyo_1")
		all := w.list(Query{Limit: 10})
		if !slices.Equal(numbers(all), []int64{4, 3, 2, 1}) {
			t.Fatalf("the log is %+v", all)
		}
		first := all[3]
		if first.Actor != "usr_1" || first.Verb != "person.suspend" || first.Subject != "usr_2" || first.Reason != "A reason." || first.Changed != `{"n":1}` ||
			first.Request != "req_1" || !first.At().Equal(dbtest.Start.Add(time.Second)) || len(first.Hash) != 32 {
			t.Errorf("the first entry is %+v", first)
		}
		w.write(func(tx *db.Tx) error {
			if told := w.broken(tx); told != nil {
				t.Errorf("a log in which nothing was changed breaks %q", told)
			}
			head, err := End(w.ctx, tx)
			if head.Seq != 4 || string(head.Hash) != string(all[0].Hash) {
				t.Errorf("the head is %+v", head)
			}
			return err
		})
	})
}

// What can only be a mistake of ours is refused, and so is its act.
func TestRecordRefuses(t *testing.T) {
	each(t, func(w *world) {
		for name, a := range map[string]Act{
			"nobody":           {Verb: "person.suspend"},
			"no verb":          {Origin: Origin{Actor: "usr_1"}},
			"no dot":           {Origin: Origin{Actor: "usr_1"}, Verb: "suspend"},
			"nothing is done":  {Origin: Origin{Actor: "usr_1"}, Verb: "person."},
			"too much":         {Origin: Origin{Actor: "usr_1"}, Verb: "a.b", Changed: map[string]any{"x": strings.Repeat("x", maxChanged)}},
			"no JSON has this": {Origin: Origin{Actor: "usr_1"}, Verb: "a.b", Changed: map[string]any{"x": func() {}}},
		} {
			if err := w.d.Write(w.ctx, func(tx *db.Tx) error { return Record(w.ctx, tx, a) }); err == nil {
				t.Errorf("%s was written down", name)
			}
		}
		if all := w.list(Query{Limit: 1}); len(all) != 0 {
			t.Errorf("the log has %+v", all)
		}
	})
}

func TestQuery(t *testing.T) {
	each(t, func(w *world) {
		for i := range 3 {
			w.act("usr_1", "person.suspend", fmt.Sprintf("usr_%d", 5+i))
			w.act("usr_2", "person.reinstate", fmt.Sprintf("usr_%d", 5+i))
		}
		at := func(n int) int64 { return dbtest.Start.Add(time.Duration(n) * time.Second).UnixMicro() }
		for name, c := range map[string]struct {
			q    Query
			want []int64
		}{
			"all":          {Query{Limit: 10}, []int64{6, 5, 4, 3, 2, 1}},
			"a page":       {Query{Limit: 2}, []int64{6, 5}},
			"the next one": {Query{Limit: 2, Before: 5}, []int64{4, 3}},
			"an actor":     {Query{Limit: 10, Actor: "usr_1"}, []int64{5, 3, 1}},
			"a subject":    {Query{Limit: 10, Subject: "usr_6"}, []int64{4, 3}},
			"a verb":       {Query{Limit: 10, Verb: "person.reinstate"}, []int64{6, 4, 2}},
			"a time":       {Query{Limit: 10, FromUS: at(2), ToUS: at(4)}, []int64{3, 2}},
			"all at once":  {Query{Limit: 10, Actor: "usr_1", Subject: "usr_6", Verb: "person.suspend", FromUS: at(1), ToUS: at(9), Before: 6}, []int64{3}},
			"nothing":      {Query{Limit: 10, Actor: "usr_9"}, nil},
		} {
			if got := numbers(w.list(c.q)); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		for _, n := range []int{0, -1, MaxPage + 1} {
			err := w.d.Read(w.ctx, func(tx *db.Tx) error { _, err := List(w.ctx, tx, Query{Limit: n}); return err })
			if !fault.Is(err, fault.InvalidParameter) {
				t.Errorf("limit %d: %v", n, err)
			}
		}
	})
}

// Acts of many callers at once are numbered without gap.
func TestAtOnce(t *testing.T) {
	each(t, func(w *world) {
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				err := w.d.Write(w.ctx, func(tx *db.Tx) error { return Record(w.ctx, tx, Act{Origin: Of(w.ctx), Verb: "a.b"}) })
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.write(func(tx *db.Tx) error {
			if told := w.broken(tx); told != nil {
				t.Errorf("broken: %q", told)
			}
			return nil
		})
		if got := w.list(Query{Limit: 100}); len(got) != 40 || got[0].Seq != 40 || got[0].Actor != Console {
			t.Errorf("%d entries, the last is %+v", len(got), got[0])
		}
	})
}

func TestVerifyBites(t *testing.T) {
	each(t, func(w *world) {
		for i := range 5 {
			w.act("usr_1", "payout.hold", fmt.Sprintf("pyo_%d", i))
		}
		const swap = "UPDATE audit_entry SET seq = CASE seq WHEN 2 THEN 103 ELSE 102 END WHERE seq IN (2, 3); UPDATE audit_entry SET seq = seq - 100 WHERE seq > 100"
		for name, plant := range map[string]struct{ where, damage string }{
			"another actor":           {"audit entry 3", "UPDATE audit_entry SET actor = 'usr_9' WHERE seq = 3"},
			"another instant":         {"audit entry 3", "UPDATE audit_entry SET at_us = at_us + 1 WHERE seq = 3"},
			"another verb":            {"audit entry 3", "UPDATE audit_entry SET verb = 'payout.release' WHERE seq = 3"},
			"another subject":         {"audit entry 3", "UPDATE audit_entry SET subject = 'pyo_9' WHERE seq = 3"},
			"another reason":          {"audit entry 3", "UPDATE audit_entry SET reason = '' WHERE seq = 3"},
			"another change":          {"audit entry 3", "UPDATE audit_entry SET changed = '{}' WHERE seq = 3"},
			"another request":         {"audit entry 3", "UPDATE audit_entry SET request = '' WHERE seq = 3"},
			"a field that moved over": {"audit entry 3", "UPDATE audit_entry SET subject = subject || 'A', reason = ' reason.' WHERE seq = 3"},
			"another hash":            {"audit entry 3", "UPDATE audit_entry SET hash = (SELECT hash FROM audit_entry WHERE seq = 1) WHERE seq = 3"},
			"an entry less":           {"audit entry 4", "DELETE FROM audit_entry WHERE seq = 3"},
			"the first less":          {"audit entry 2", "DELETE FROM audit_entry WHERE seq = 1"},
			"another order":           {"audit entry 2", swap},
			"the end cut off":         {"audit_head", "DELETE FROM audit_entry WHERE seq = 5"},
			"a head that went back":   {"audit_head", "UPDATE audit_head SET seq = 4"},
			"a head of another log":   {"audit_head", "UPDATE audit_head SET hash = (SELECT hash FROM audit_entry WHERE seq = 1)"},
			"no head":                 {"audit_head", "DELETE FROM audit_head"},
			"an entry more":           {"audit entry 6", "INSERT INTO audit_entry (" + columns + ") SELECT 6, at_us, actor, verb, subject, reason, changed, request, hash FROM audit_entry WHERE seq = 5"},
		} {
			undo := errors.New("undo")
			err := w.d.Write(w.ctx, func(tx *db.Tx) error {
				for _, statement := range strings.Split(plant.damage, ";") {
					if n, err := tx.Exec(w.ctx, statement); err != nil || n == 0 {
						return fmt.Errorf("%s: %d rows, %w", name, n, err)
					}
				}
				if told := w.broken(tx); !slices.Contains(told, plant.where) {
					t.Errorf("%s: broken are %q, want %q", name, told, plant.where)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
	})
}

// No two different entries have the same fields in the same order by moving a
// character from one to the next.
func TestDigestTellsFieldsApart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(label string) Entry {
			field := func(n string) string { return rapid.StringMatching(`[ab]{0,2}`).Draw(r, label+n) }
			return Entry{Seq: rapid.Int64Range(1, 2).Draw(r, label+"seq"), AtUS: rapid.Int64Range(1, 2).Draw(r, label+"at"), Actor: field("actor"), Verb: field("verb"),
				Subject: field("subject"), Reason: field("reason"), Changed: field("changed"), Request: field("request")}
		}
		a, b := draw("a."), draw("b.")
		same := fmt.Sprintf("%q", []any{a.Seq, a.AtUS, a.Actor, a.Verb, a.Subject, a.Reason, a.Changed, a.Request}) == fmt.Sprintf("%q", []any{b.Seq, b.AtUS, b.Actor, b.Verb, b.Subject, b.Reason, b.Changed, b.Request})
		if same != (string(digest(nil, &a)) == string(digest(nil, &b))) {
			r.Errorf("%+v and %+v", a, b)
		}
	})
}

func TestOrigin(t *testing.T) {
	ctx := t.Context()
	if o := Of(ctx); o != (Origin{Actor: Console}) {
		t.Errorf("of nobody: %+v", o)
	}
	known := context.WithValue(ctx, OriginKey{}, Origin{Actor: "usr_1", Request: "req_1"})
	if o := Of(known); o != (Origin{Actor: "usr_1", Request: "req_1"}) {
		t.Errorf("of somebody: %+v", o)
	}
	if o := By(known, "usr_2"); o != (Origin{Actor: "usr_2", Request: "req_1"}) {
		t.Errorf("of a known actor: %+v", o)
	}
}

func TestWriteCSV(t *testing.T) {
	var b strings.Builder
	err := WriteCSV(&b, []Entry{{Seq: 1, AtUS: 1_000_000, Actor: "usr_1", Verb: "payout.hold", Subject: "pyo_1", Reason: `=HYPERLINK("x")`, Changed: `{"a":1}`, Hash: []byte{1, 255}}})
	const want = "seq,at,actor,verb,subject,reason,changed,request,hash\r\n" +
		`1,1970-01-01T00:00:01Z,usr_1,payout.hold,pyo_1,"'=HYPERLINK(""x"")","{""a"":1}",,01ff` + "\r\n"
	if err != nil || b.String() != want {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// TestBroken tells nothing of a whole log, and where one was changed.
func TestBroken(t *testing.T) {
	each(t, func(w *world) {
		w.act("usr_1", "payout.hold", "pyo_1")
		w.act("usr_1", "payout.release", "pyo_1")
		for _, want := range []int{0, 1} {
			w.write(func(tx *db.Tx) error {
				all, err := Broken(w.ctx, tx)
				if len(all) != want || want == 1 && !strings.HasPrefix(all[0], "audit entry 1: its hash is") {
					w.t.Errorf("told of %q, want %d", all, want)
				}
				if err == nil {
					_, err = tx.Exec(w.ctx, "UPDATE audit_entry SET reason = 'Another.' WHERE seq = 1")
				}
				return err
			})
		}
	})
}

// TestBecause notes the reason of the context with acts that have none.
func TestBecause(t *testing.T) {
	each(t, func(w *world) {
		ctx := Because(w.ctx, "Checked by phone.")
		w.write(func(tx *db.Tx) error {
			for _, own := range []string{"", "Its own."} {
				if err := Record(ctx, tx, Act{Origin: Origin{Actor: "usr_1"}, Verb: "payout.release", Subject: "pyo_1", Reason: own}); err != nil {
					return err
				}
			}
			all, err := List(w.ctx, tx, Query{Limit: 5})
			if err == nil && (len(all) != 2 || all[1].Reason != "Checked by phone." || all[0].Reason != "Its own.") {
				w.t.Errorf("the log holds %v", all)
			}
			return err
		})
	})
}
