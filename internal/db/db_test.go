package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// each adds a scratch table to the product's schema.
func each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		exec(t, d, "CREATE TABLE scratch (id BIGINT PRIMARY KEY, name TEXT NOT NULL, n BIGINT NOT NULL CHECK (n >= 0), raw BYTEA NOT NULL)")
		test(t, d)
	})
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	ctx := context.Background()
	if d.Engine() == "sqlite" {
		query = sqliteTypes.Replace(query)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

func insert(ctx context.Context, tx *db.Tx, id int, n int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO scratch (id, name, n, raw) VALUES ($1, $2, $3, $4)", id, fmt.Sprint("row ", id), n, []byte{1, 2})
	return err
}

func count(t *testing.T, d *db.DB) (rows, sum int64) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT COUNT(*), CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM scratch").Scan(&rows, &sum)
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, sum
}

func TestWriteIsolatesFailures(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var wg sync.WaitGroup
		refused := errors.New("refused")
		for i := range 300 {
			wg.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := insert(ctx, tx, i, 1); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return refused
					case 2:
						return insert(ctx, tx, i, -1) // breaks the CHECK and the key
					}
					return nil
				})
				switch i % 3 {
				case 0:
					if err != nil {
						t.Errorf("write %d: %v", i, err)
					}
				case 1:
					if !errors.Is(err, refused) {
						t.Errorf("write %d: got %v, want the closure's own error", i, err)
					}
				case 2:
					if err == nil {
						t.Errorf("write %d broke a constraint and was accepted", i)
					}
				}
			})
		}
		wg.Wait()
		if rows, _ := count(t, d); rows != 100 {
			t.Errorf("%d rows, want the 100 of the closures that succeeded", rows)
		}
	})
}

func TestWriteSurvivesPanic(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := insert(ctx, tx, 1, 1); err != nil {
				return err
			}
			panic("a faulty rule")
		})
		if err == nil {
			t.Fatal("a panic was answered with success")
		}
		exec(t, d, "INSERT INTO scratch (id, name, n, raw) VALUES (2, 'after', 5, $1)", []byte{})
		if rows, sum := count(t, d); rows != 1 || sum != 5 {
			t.Errorf("%d rows with sum %d, want only the row after the panic", rows, sum)
		}
	})
}

func TestAfterCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var called []string
		run := func(name string, fail error) {
			_ = d.Write(ctx, func(tx *db.Tx) error {
				tx.AfterCommit(func() { called = append(called, name) })
				if err := insert(ctx, tx, len(name), 1); err != nil {
					return err
				}
				return fail
			})
		}
		run("good", nil)
		run("failed", errors.New("no"))
		if len(called) != 1 || called[0] != "good" {
			t.Errorf("called after the commit: %v, want only the one that committed", called)
		}
	})
}

// What stops a transaction before its commit leaves nothing of it, and does not stop
// the next one.
func TestBeforeCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("stop")
		var err error
		d.BeforeCommit(func() error { return err })
		for i, want := range []error{nil, stop, nil} {
			err = want
			if got := d.Write(t.Context(), func(tx *db.Tx) error { return insert(t.Context(), tx, i, 1) }); !errors.Is(got, want) {
				t.Errorf("write %d: %v", i, got)
			}
		}
		if rows, _ := count(t, d); rows != 2 {
			t.Errorf("there are %d rows", rows)
		}
	})
}

func TestBulk(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const n = 333 // no power of two
		err := d.Write(ctx, func(tx *db.Tx) error {
			var rows, news, ids []any
			for i := range n {
				rows = append(rows, i, fmt.Sprint("r", i), int64(i), []byte{byte(i)})
				news = append(news, i, int64(2*i), fmt.Sprint("u", i))
				ids = append(ids, i)
			}
			if err := tx.InsertRows(ctx, "scratch", []string{"id", "name", "n", "raw"}, n, rows); err != nil {
				return err
			}
			if err := tx.UpdateRows(ctx, "scratch", []string{"id", "n", "name"}, n, news); err != nil {
				return err
			}
			got, err := db.Collect[int64](tx.QueryList(ctx, "SELECT n FROM scratch WHERE name <> $1 AND id IN ($list)", ids, "u7"))(func(r *db.Rows) (n int64, err error) {
				return n, r.Scan(&n)
			})
			if err != nil {
				return err
			}
			if len(got) != n-1 {
				return fmt.Errorf("the list found %d rows, want %d", len(got), n-1)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows, sum := count(t, d); rows != n || sum != n*(n-1) {
			t.Errorf("%d rows with sum %d, want %d with %d", rows, sum, n, n*(n-1))
		}
	})
}

// What is there is changed, what is not is inserted, in any number of rows.
func TestUpsert(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var want int64
		for _, n := range []int{0, 1, 2, 63, 64, 65, 333} {
			err := d.Write(ctx, func(tx *db.Tx) error {
				var rows []any
				for i := range n {
					rows = append(rows, i, "x", int64(i), []byte{})
					want += int64(i)
				}
				if err := tx.UpsertRows(ctx, "scratch", []string{"id", "name", "n", "raw"}, 1, n, rows, "n = scratch.n + excluded.n"); err != nil {
					return err
				}
				if err := tx.UpsertRows(ctx, "scratch", []string{"id", "name", "n", "raw"}, 1, n+1, rows, "n = 0"); err == nil {
					return errors.New("values are missing, and it was written")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if rows, sum := count(t, d); sum != want || rows < int64(n) {
				t.Errorf("after %d there are %d rows with sum %d, want %d", n, rows, sum, want)
			}
		}
	})
}

// A list may be longer than what one statement takes.
func TestLongList(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		exec(t, d, "INSERT INTO scratch (id, name, n, raw) VALUES (1, 'x', 1, $1), (20000, 'y', 2, $1), (39999, 'z', 3, $1)", []byte{})
		var ids []any
		for i := range 40_000 {
			ids = append(ids, i)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			got, err := db.Collect[int64](tx.QueryList(t.Context(), "SELECT n FROM scratch WHERE name <> $1 AND id IN ($list)", ids, "y"))(func(r *db.Rows) (n int64, err error) {
				return n, r.Scan(&n)
			})
			if !slices.Equal(got, []int64{1, 3}) {
				t.Errorf("found %v", got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// However many read, and however long, one can write.
func TestReadersDoNotKeepTheWriterWaiting(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		release := make(chan struct{})
		var reading, ended sync.WaitGroup
		const most = 8 // that read at once on SQLite; PostgreSQL takes one more
		reading.Add(most)
		for i := range 3 * most {
			ended.Go(func() {
				err := d.Read(context.Background(), func(*db.Tx) error {
					if i < most {
						reading.Done()
					}
					<-release
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
			if i == most-1 {
				reading.Wait()
			}
		}
		exec(t, d, "INSERT INTO scratch (id, name, n, raw) VALUES (1, 'x', 1, $1)", []byte{})
		close(release)
		ended.Wait()
	})
}

func TestSet(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		odd := errors.New("odd numbers are refused")
		set := db.NewSet(d, 50, func(ctx context.Context, tx *db.Tx, items []*db.Item[int, int64]) error {
			for _, it := range items {
				if it.Req%2 == 1 {
					it.Err = odd
					continue
				}
				if err := insert(ctx, tx, it.Req, int64(it.Req)); err != nil {
					return err // a duplicate fails the set: each is then decided alone
				}
				it.Res = int64(it.Req) * 10
			}
			return nil
		})
		var wg sync.WaitGroup
		for i := range 400 {
			wg.Go(func() {
				res, err := set.Do(context.Background(), i)
				if i%2 == 1 && !errors.Is(err, odd) || i%2 == 0 && (err != nil || res != int64(i)*10) {
					t.Errorf("item %d: %d, %v", i, res, err)
				}
			})
		}
		wg.Wait()
		items, err := set.DoAll(context.Background(), []int{1000, 0, 1002, 3})
		if err != nil {
			t.Fatal(err)
		}
		if items[0].Err != nil || items[1].Err == nil || items[2].Err != nil || !errors.Is(items[3].Err, odd) {
			t.Errorf("a set with one duplicate: %v %v %v %v", items[0].Err, items[1].Err, items[2].Err, items[3].Err)
		}
		if rows, _ := count(t, d); rows != 202 {
			t.Errorf("%d rows, want 202", rows)
		}
	})
}

func TestReadIsASnapshotAndReadOnly(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Read(ctx, func(tx *db.Tx) error {
			var before, after int64
			if err := tx.Row(ctx, "SELECT COUNT(*) FROM scratch").Scan(&before); err != nil {
				return err
			}
			exec(t, d, "INSERT INTO scratch (id, name, n, raw) VALUES (1, 'x', 1, $1)", []byte{})
			if err := tx.Row(ctx, "SELECT COUNT(*) FROM scratch").Scan(&after); err != nil {
				return err
			}
			if before != after {
				return fmt.Errorf("the snapshot saw %d rows, then %d", before, after)
			}
			if err := insert(ctx, tx, 2, 1); err == nil {
				return errors.New("a read transaction wrote")
			}
			return nil
		})
		if err != nil && d.Engine() == "sqlite" {
			t.Fatal(err)
		}
		if rows, _ := count(t, d); rows != 1 {
			t.Errorf("%d rows, want 1", rows)
		}
	})
}

func TestSecondProcessIsRefused(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "one.db")
	clk := clock.NewManual(dbtest.Start)
	first := dbtest.Open(t, url, clk, nil)
	if _, err := db.Open(context.Background(), db.Config{URL: url, Clock: clk}); !errors.Is(err, db.ErrLocked) {
		t.Fatalf("the second open got %v, want ErrLocked", err)
	}
	first.Close()
	dbtest.Open(t, url, clk, nil)
}

func TestNewerSchemaIsRefused(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	for _, url := range []string{"sqlite:" + filepath.Join(t.TempDir(), "new.db"), "postgres"} {
		t.Run(url[:6], func(t *testing.T) {
			if url == "postgres" {
				url = dbtest.PostgresURL(t)
			}
			d := dbtest.Open(t, url, clk, nil)
			exec(t, d, "INSERT INTO db_version (version_id, is_applied) VALUES (9999, "+map[string]string{"sqlite": "1", "postgres": "true"}[d.Engine()]+")")
			d.Close()
			if _, err := db.Open(context.Background(), db.Config{URL: url, Clock: clk}); !errors.Is(err, db.ErrNewerSchema) {
				t.Fatalf("got %v, want ErrNewerSchema", err)
			}
		})
	}
}

func TestClosedDatabaseRefusesWrites(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		d.Close()
		err := d.Write(context.Background(), func(*db.Tx) error { return nil })
		if !fault.Is(err, fault.Maintenance) {
			t.Fatalf("got %v, want the code maintenance", err)
		}
	})
}

// TestCancelHarmsNobody has callers go away in the middle of their closures;
// the others of the shared transaction must not notice.
func TestCancelHarmsNobody(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		bg := context.Background()
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 40 {
					id := g*1000 + i
					if g%2 == 0 {
						if err := d.Write(bg, func(tx *db.Tx) error { return insert(bg, tx, id, 1) }); err != nil {
							t.Errorf("a caller who stayed was refused: %v", err)
						}
						continue
					}
					ctx, cancel := context.WithCancel(bg)
					_ = d.Write(ctx, func(tx *db.Tx) error {
						if err := insert(ctx, tx, id, 1); err != nil {
							return err
						}
						cancel()
						return insert(ctx, tx, 100_000+id, 1)
					})
					cancel()
				}
			})
		}
		wg.Wait()
		if rows, _ := count(t, d); rows != 4*40*3 {
			t.Errorf("%d rows, want %d", rows, 4*40*3)
		}
	})
}

// TestPanicInRead wants the connections of readers that panicked to be closed:
// their snapshots would keep the log from ever being used again.
func TestPanicInRead(t *testing.T) {
	if _, err := os.ReadDir("/proc/self/fd"); err != nil {
		t.Skip("open files are counted on Linux")
	}
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	before := openDatabases(t)
	for range 30 {
		func() {
			defer func() { _ = recover() }() // it is ours
			_ = d.Read(t.Context(), func(*db.Tx) error { panic("a fault in a reader") })
		}()
	}
	if after := openDatabases(t); after > before+2 {
		t.Errorf("%d files of databases are open, before it were %d", after, before)
	}
}

func openDatabases(t *testing.T) (n int) {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.Contains(name, "ovation.db") {
			n++
		}
	}
	return n
}
