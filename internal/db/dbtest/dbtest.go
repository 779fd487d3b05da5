// Package dbtest gives tests real databases: SQLite in a temporary folder and
// a private PostgreSQL cluster on a socket in another.
//
// A package that uses it ends its TestMain with dbtest.Main, which stops the
// cluster. Without PostgreSQL's programs those tests are skipped with a
// sentence; with "postgres" in OVATION_TEST_REQUIRE they fail instead.
package dbtest

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Start is the instant at which the clock of every test stands first.
var Start = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// Each runs the test once on SQLite and once on PostgreSQL, each time with an
// empty database that has the product's schema and with a clock that the test
// moves.
func Each(t *testing.T, test func(t *testing.T, d *db.DB, clk *clock.Manual)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		clk := clock.NewManual(Start)
		test(t, SQLite(t, clk), clk)
	})
	t.Run("postgres", func(t *testing.T) {
		clk := clock.NewManual(Start)
		test(t, Postgres(t, clk), clk)
	})
}

// SQLite opens an empty database in a temporary folder.
func SQLite(t testing.TB, clk clock.Clock) *db.DB {
	t.Helper()
	return Open(t, "sqlite:"+filepath.Join(t.TempDir(), "ovation.db"), clk, nil)
}

// Postgres opens an empty database of the test's cluster.
func Postgres(t testing.TB, clk clock.Clock) *db.DB {
	t.Helper()
	return Open(t, PostgresURL(t), clk, nil)
}

// Open opens the database and closes it when the test ends. Ids come from a
// fixed seed, so that a run can be repeated. A file of SQLite that is not there
// is made with the product's schema, unless the migrations are others.
func Open(t testing.TB, url string, clk clock.Clock, migrations fs.FS) *db.DB {
	t.Helper()
	if migrations == nil {
		WithSchema(t, url)
	}
	d, err := db.Open(context.Background(), db.Config{
		URL: url, Clock: clk, Migrations: migrations, IDs: id.NewMaker(rand.NewPCG(1, 2)),
	})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

var databases atomic.Int64

// PostgresURL makes a database with the product's schema, and nothing in it, in
// the test's cluster and returns its URL; it is dropped when the test ends.
func PostgresURL(t testing.TB) string {
	t.Helper()
	c := Cluster(t)
	if err := templateDatabase(); err != nil {
		t.Fatalf("build the schema on PostgreSQL: %v", err)
	}
	return c.create(t, " TEMPLATE "+templateName+" STRATEGY FILE_COPY") // as files: 30 ms in memory; by the log it is four times that
}

// EmptyPostgresURL is a database without a schema, for what builds or restores one.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return Cluster(t).create(t, "")
}

func (c *PG) create(t testing.TB, like string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := c.admin("CREATE DATABASE " + name + like); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return c.URL(name)
}

func (c *PG) admin(statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the test's PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// Required reports whether OVATION_TEST_REQUIRE names the thing: then a test
// must fail where it would otherwise be skipped.
func Required(thing string) bool {
	return slices.Contains(strings.Split(os.Getenv("OVATION_TEST_REQUIRE"), ","), thing)
}

// Unavailable skips the test with the sentence, or fails it when the thing is
// required.
func Unavailable(t testing.TB, thing, sentence string) {
	t.Helper()
	if Required(thing) {
		t.Fatalf("%s (OVATION_TEST_REQUIRE asks for %s)", sentence, thing)
	}
	t.Skip(sentence)
}

// Main runs the package's tests and stops what Each started.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a package that has more to put away: it returns the status to end
// with.
func Run(m *testing.M) int {
	defer stopCluster()
	return m.Run()
}
