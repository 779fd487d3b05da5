package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
)

// series are numbers by name and labels, such as
// ovation_due_work{kind="x",state="due"}.
type series map[string]float64

// gathered reads everything that the collector shows.
func gathered(t *testing.T, n *numbers) series {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(n); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	all := series{}
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all[name] = v
	}
	return all
}

// TestNumbersMove moves each number by what it tells of.
func TestNumbersMove(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		n := &numbers{app: s.App, stats: s.DB.Stats}
		before := gathered(t, n)
		s.Runner.Outside("test.poison", func(context.Context, string) (time.Duration, error) { return 0, errors.New("no") })
		s.write(func(tx *db.Tx) error {
			for key, due := range map[string]time.Duration{"now": 0, "later": 10 * 24 * time.Hour} {
				if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: "test.poison", Key: key, DueUS: tx.Now().Add(due).UnixMicro()}); err != nil {
					return err
				}
			}
			return nil
		})
		s.clk.Advance(90 * time.Second)
		s.is(s.buy(), "unknown")
		s.ok(s.poll(ctx)) // settles it
		listener, err := s.Hub.Feed(ctx, live.Now, "live:1")
		s.ok(err)
		defer listener.Close()
		if _, err := s.Verify(ctx); err != nil {
			t.Fatal(err)
		}
		after := gathered(t, n)
		want := series{
			`ovation_due_work{kind="test.poison",state="due"}`: 1, `ovation_due_work{kind="test.poison",state="waiting"}`: 1,
			`ovation_due_work_lag_seconds{kind="test.poison"}`: 91, `ovation_realtime_listeners`: 1, `ovation_ledger_verify_ok`: 1,
			`ovation_metrics_read_errors_total`: 0,
		}
		for name, want := range want {
			if after[name] != want {
				t.Errorf("%s is %v, want %v", name, after[name], want)
			}
		}
		for _, name := range []string{"ovation_events_total", "ovation_ledger_transfers_total", "ovation_realtime_behind_events", "ovation_db_batches_total",
			"ovation_db_calls_total", "ovation_db_commit_seconds_total", "ovation_ledger_verify_timestamp_seconds"} {
			if after[name] <= before[name] {
				t.Errorf("%s went from %v to %v", name, before[name], after[name])
			}
		}
		if wal, there := after["ovation_db_wal_bytes"]; there != (s.DB.Engine() == "sqlite") || there && wal <= 0 {
			t.Errorf("the log's size: %v %v", wal, there)
		}
		s.ok(s.Hub.Start(ctx)) // takes its place at the end
		for range 12 {
			_, err := s.Runner.RunDue(ctx)
			s.ok(err)
			s.clk.Advance(time.Hour)
		}
		after = gathered(t, n)
		if after[`ovation_due_work{kind="test.poison",state="dead"}`] != 1 || after["ovation_realtime_behind_events"] > 5 {
			t.Errorf("after work was given up and the hub has caught up: %v", after)
		}
	})
}

// TestNumbersOfTheWriter holds each number of the database to its name.
func TestNumbersOfTheWriter(t *testing.T) {
	eachShop(t, func(s *shop) {
		n := &numbers{app: s.App, stats: func() db.Stats {
			return db.Stats{Batches: 1, Calls: 2, Items: 3, Retries: 4, Lost: 5, Queue: 6, CommitSeconds: 7.5}
		}}
		got := gathered(t, n)
		want := series{"batches_total": 1, "calls_total": 2, "set_items_total": 3, "retries_total": 4, "unknown_commits_total": 5, "queue_calls": 6, "commit_seconds_total": 7.5}
		for name, want := range want {
			if got["ovation_db_"+name] != want {
				t.Errorf("%s is %v, want %v", name, got["ovation_db_"+name], want)
			}
		}
	})
}

// TestNumbersAreKept has many scrape: the database is asked once. When it can
// not be read its numbers are left out.
func TestNumbersAreKept(t *testing.T) {
	eachShop(t, func(s *shop) {
		n := &numbers{app: s.App, stats: s.DB.Stats, keep: time.Hour}
		first := gathered(t, n)
		s.buy()
		if again := gathered(t, n); again["ovation_events_total"] != first["ovation_events_total"] {
			t.Error("the database was asked again")
		}
		n.keep = 0
		gone := &numbers{app: &App{Options: s.Options, Log: s.Log, Hub: s.Hub, Runner: s.Runner}, stats: s.DB.Stats}
		closed, err := db.Open(t.Context(), db.Config{URL: "sqlite:" + t.TempDir() + "/gone.db", Clock: s.clk})
		s.ok(err)
		s.ok(closed.Close())
		gone.app.DB = closed
		got := gathered(t, gone)
		if _, there := got["ovation_events_total"]; there || got["ovation_metrics_read_errors_total"] != 1 {
			t.Errorf("from a database that is closed: %v", got)
		}
	})
}

// TestOperationsPage holds docs/operations.md to what /metrics shows, and its
// alerts to the numbers that there are.
func TestOperationsPage(t *testing.T) {
	eachShop(t, func(s *shop) {
		_, err := s.Verify(t.Context())
		s.ok(err)
		site, admin, err := s.handlers()
		s.ok(err)
		site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/clock", nil)) // so that there is a duration
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		var shown []string
		for _, m := range regexp.MustCompile(`(?m)^# TYPE (ovation_\w+)`).FindAllStringSubmatch(w.Body.String(), -1) {
			shown = append(shown, m[1])
		}
		text, err := os.ReadFile("../../docs/operations.md")
		s.ok(err)
		var told []string
		for _, m := range regexp.MustCompile("(?m)^\\| `(ovation_\\w+)` \\| \\S.* \\|$").FindAllStringSubmatch(string(text), -1) {
			told = append(told, m[1])
		}
		if s.DB.Engine() != "sqlite" {
			told = slices.DeleteFunc(told, func(name string) bool { return name == "ovation_db_wal_bytes" })
		}
		slices.Sort(told)
		if !slices.Equal(told, shown) {
			t.Errorf("docs/operations.md tells of\n%v, shown are\n%v", told, shown)
		}
		_, alerts, _ := strings.Cut(string(text), "```yaml")
		alerts, _, _ = strings.Cut(alerts, "```")
		exprs := regexp.MustCompile(`(?m)^ +expr: .*?(ovation_\w+)`).FindAllStringSubmatch(alerts, -1)
		if len(exprs) != 5 {
			t.Errorf("%d alerts, want 5", len(exprs))
		}
		for _, e := range exprs {
			if !slices.Contains(shown, e[1]) && e[1] != "ovation_db_wal_bytes" {
				t.Errorf("an alert asks for %s, which is not shown", e[1])
			}
		}
		if strings.Contains(w.Body.String(), "usr_") {
			t.Error("a person stands in the numbers")
		}
	})
}
