package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

// echo is a set that answers each number with itself.
func echo(d *db.DB) *db.Set[int, int] {
	return db.NewSet(d, 64, func(_ context.Context, _ *db.Tx, items []*db.Item[int, int]) error {
		for _, it := range items {
			it.Res = it.Req
		}
		return nil
	})
}

// TestSetAfterFullDisk lets another closure of the same batch meet a full disk
// before the set's turn comes.
func TestSetAfterFullDisk(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	exec(t, d, "CREATE TABLE scratch (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
	set := echo(d)
	hold, holds := make(chan struct{}), make(chan struct{})
	held := make(chan error, 1)
	go func() { held <- d.Write(t.Context(), func(*db.Tx) error { close(holds); <-hold; return nil }) }()
	<-holds // what comes now is one batch, in this order
	full, first := make(chan error, 1), make(chan error, 1)
	go func() { full <- d.Write(t.Context(), fill) }()
	waiting(t, d, 1)
	go func() { _, err := set.Do(t.Context(), 1); first <- err }()
	waiting(t, d, 2)
	close(hold)
	if err := errors.Join(<-held, wants(<-full, fault.DiskFull), wants(<-first, fault.DiskFull)); err != nil {
		t.Error(err)
	}
	if n, err := set.Do(t.Context(), 2); n != 2 || err != nil {
		t.Errorf("with room on the disk again: %d, %v", n, err)
	}
}

// fill writes until there is no room.
func fill(tx *db.Tx) error {
	ctx := context.Background()
	if _, err := tx.Exec(ctx, "PRAGMA max_page_count = 1"); err != nil {
		return err
	}
	defer func() { _, _ = tx.Exec(ctx, "PRAGMA max_page_count = 1000000") }() // there is room again
	for i := range 1000 {
		if _, err := tx.Exec(ctx, "INSERT INTO scratch (id, name) VALUES ($1, $2)", i, strings.Repeat("x", 4000)); err != nil {
			return err
		}
	}
	return nil
}

// waiting returns when so many calls wait for the writer.
func waiting(t *testing.T, d *db.DB, calls int) {
	t.Helper()
	for d.Stats().Queue < calls {
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		default:
		}
	}
}

func wants(err error, code fault.Code) error {
	if fault.Is(err, code) {
		return nil
	}
	return errors.Join(errors.New("want "+string(code)), err)
}

// TestSetAfterOutage takes PostgreSQL away for longer than a batch is tried.
func TestSetAfterOutage(t *testing.T) {
	pg := dbtest.DurableCluster(t)
	d := dbtest.Open(t, pg.URL("postgres"), clock.NewManual(dbtest.Start), nil)
	set := echo(d)
	if n, err := set.Do(t.Context(), 1); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	pg.Kill()
	if _, err := set.Do(t.Context(), 2); !fault.Is(err, fault.Overloaded) {
		t.Errorf("during the outage: %v", err)
	}
	if err := pg.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := set.Do(t.Context(), 3); n != 3 || err != nil {
		t.Errorf("after it: %d, %v", n, err)
	}
	if s := d.Stats(); s.Retries == 0 || s.Items < 3 || s.Batches < 3 || s.CommitSeconds <= 0 {
		t.Errorf("the numbers: %+v", s)
	}
}

// TestSetWhenClosed asks while the database closes: everybody is answered.
func TestSetWhenClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		set := echo(d)
		answers := make(chan error, 200)
		for i := range cap(answers) {
			go func() { _, err := set.Do(context.Background(), i); answers <- err }()
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		for range cap(answers) {
			if err := <-answers; err != nil && !fault.Is(err, fault.Maintenance) {
				t.Errorf("an answer: %v", err)
			}
		}
	})
}
