package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
)

// Options say which world to live, and for how long.
type Options struct {
	Seed     uint64
	Steps    int
	Every    int    // steps between two audits; 0 means 100
	Database string // "sqlite", in a temporary folder, or a postgres://… of an empty database
	// Outage is the longest time that the provider's answers may be lost
	// before they are asked for again; 0 means 20 hours. The provider forgets
	// idempotency keys after 24.
	Outage   time.Duration
	Folder   string // where the temporary folder is made; "" means in memory where the system has such a place
	Progress func(done, all int64)
}

// Result is what happened in a simulated world.
type Result struct {
	Seed        uint64         `json:"seed"`
	Steps       int            `json:"steps"`
	Counts      map[string]int `json:"counts"` // by what was tried and how it ended
	Days        int            `json:"simulated_days"`
	Audits      int            `json:"audits"`
	Transfers   int64          `json:"transfers"`
	Head        string         `json:"head"`
	Seconds     float64        `json:"seconds"`
	Differences []string       `json:"differences"`
}

// Print writes the result for a person.
func (r *Result) Print(w io.Writer) {
	fmt.Fprintf(w, "seed %d: %d steps, %d simulated days, %d audits in %.1f s\n", r.Seed, r.Steps, r.Days, r.Audits, r.Seconds)
	for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Fprintf(w, "  %7d  %s\n", r.Counts[name], name)
	}
	fmt.Fprintf(w, "  head of the journal %s (%d transfers)\n", r.Head, r.Transfers)
	if len(r.Differences) == 0 {
		fmt.Fprintf(w, "  the books are right, and the provider's say the same\n")
	}
	for _, d := range r.Differences {
		fmt.Fprintf(w, "  DIFFERENCE %s\n", d)
	}
}

// life is a simulated world.
type life struct {
	o    Options
	app  *app.App
	clk  *clock.Manual
	rnd  *rand.Rand
	site *http.Server
	via  *http.Client // to the provider; nil means the adapter's own
	lazy bool         // nothing recurs: no poll, no sweep

	fans     []*simFan
	creators []*simCreator
	combos   int
	timeouts int
	clear    time.Time // when the provider was last known to work

	given   []givenGift       // to be asked for again
	bought  []boughtCoins     // to be asked for again
	payouts []requestedPayout // to be asked for again, canceled, bounced
	steps   []weighted        // what may happen, and how often
	result  *Result
}

type simFan struct {
	id    id.Person
	cards []string
}

type simCreator struct {
	id          id.Person
	room, video string
}

type givenGift struct {
	request gift.Request
	answer  string
}

type boughtCoins struct {
	request  purchase.Request
	purchase id.Purchase
}

type requestedPayout struct {
	request payout.Request
	id      id.Payout
}

// born is when every simulated world begins.
var born = time.Date(2026, 1, 15, 9, 30, 0, 0, time.UTC)

// Run lives a world and returns what happened. The error is about the run
// itself; what is wrong with the world stands in Differences.
func Run(ctx context.Context, o Options) (*Result, error) { return run(ctx, o, nil) }

// run is Run with something done to the world before it begins, which is how
// the tests see that an audit finds what is wrong.
func run(ctx context.Context, o Options, before func(*life) error) (_ *Result, err error) {
	if o.Steps < 1 {
		return nil, errors.New("sim: at least one step is needed")
	}
	if o.Every == 0 {
		o.Every = 100
	}
	if o.Outage == 0 {
		o.Outage = 20 * time.Hour
	}
	folder, err := os.MkdirTemp(inMemory(o.Folder), "ovation-sim-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	l := &life{o: o, clk: clock.NewManual(born), rnd: rand.New(rand.NewPCG(o.Seed, 0x6c696665)),
		result: &Result{Seed: o.Seed, Counts: map[string]int{}, Differences: []string{}}}
	begun := time.Now()
	if err := l.open(ctx, folder); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.populate(ctx); err != nil {
		return nil, fmt.Errorf("sim: making the world: %w", err)
	}
	if before != nil {
		if err := before(l); err != nil {
			return nil, err
		}
	}
	l.clear = l.clk.Now()
	if err := l.live(ctx); err != nil {
		return l.result, err
	}
	l.result.Seconds = time.Since(begun).Seconds()
	l.result.Days = int(l.clk.Now().Sub(born) / (24 * time.Hour))
	return l.result, nil
}

// inMemory is a folder in memory unless another one is asked for: what is on
// disk after a crash is the business of Kills.
func inMemory(folder string) string {
	const memory = "/dev/shm"
	if st, err := os.Stat(memory); folder == "" && err == nil && st.IsDir() {
		return memory
	}
	return folder
}

// open makes an instance whose time and chance come from the seed, with a
// provider of its own and a listener for its news.
func (l *life) open(ctx context.Context, folder string) (err error) {
	o := app.Options{Sandbox: true, Seed: l.o.Seed + 1, NoLimits: true, Log: slog.New(slog.DiscardHandler), Time: l.clk,
		IDs: id.NewMaker(rand.NewPCG(l.o.Seed, 0x696473)), ProviderTimeout: 2 * time.Second, ProviderClient: l.via}
	o.Config.Data, o.Config.Preset = filepath.Join(folder, "world"), "current"
	if strings.Contains(l.o.Database, ":") {
		o.Config.Database = l.o.Database
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	o.Config.Listen = listener.Addr().String()
	if l.app, err = app.New(ctx, o); err != nil {
		return errors.Join(err, listener.Close())
	}
	l.app.Runner.Jitter = l.rnd.Float64
	site, err := l.app.Site()
	if err == nil && !l.lazy {
		err = l.app.Runner.Start(ctx)
	}
	if err != nil {
		return errors.Join(err, listener.Close(), l.app.Close())
	}
	l.site = &http.Server{Handler: site, ReadHeaderTimeout: time.Minute}
	go func() { _ = l.site.Serve(listener) }() // ends with close
	l.app.Sandbox().SetWebhookURL("http://" + o.Config.Listen + app.WebhookPath)
	return nil
}

func (l *life) close() error { return errors.Join(l.site.Close(), l.app.Close()) }

// live takes the steps, with an audit now and then and a long one at the end.
func (l *life) live(ctx context.Context) error {
	l.steps = menu()
	all := 0
	for _, s := range l.steps {
		all += s.weight
	}
	for n := range l.o.Steps {
		at := l.rnd.IntN(all)
		i := 0
		for ; at >= l.steps[i].weight; i++ {
			at -= l.steps[i].weight
		}
		step := l.steps[i]
		if err := l.take(ctx, step); err != nil {
			return fmt.Errorf("sim: seed %d, step %d (%s) at %s: %w", l.o.Seed, n+1, step.name, l.clk.Now().Format(time.RFC3339), err)
		}
		l.result.Steps++
		if (n+1)%l.o.Every == 0 {
			if err := l.audit(ctx); err != nil {
				return fmt.Errorf("sim: seed %d, the audit after step %d: %w", l.o.Seed, n+1, err)
			}
		}
		if l.o.Progress != nil {
			l.o.Progress(int64(n+1), int64(l.o.Steps))
		}
		if len(l.result.Differences) > 0 || ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return l.end(ctx)
}

// weighted is something that may happen.
type weighted struct {
	name   string
	weight int
	do     func(*life, context.Context) (how string, err error)
}

// take lets one thing happen. A refusal by a rule is a way in which it may
// end; any other error is not.
func (l *life) take(ctx context.Context, s weighted) error {
	l.clk.Advance(time.Duration(1+l.rnd.IntN(2000)) * time.Millisecond)
	return l.try(ctx, s)
}

// try is take without time.
func (l *life) try(ctx context.Context, s weighted) error {
	how, err := s.do(l, ctx)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code != fault.Internal {
		how, err = string(f.Code), nil
	} else if refusedByProvider(err) {
		how, err = "the provider would not", nil
	}
	if err != nil {
		return err
	}
	l.result.Counts[s.name+": "+how]++
	return nil
}

func (l *life) differ(format string, args ...any) {
	if len(l.result.Differences) < maxDifferences {
		at := fmt.Sprintf("seed %d, after step %d: ", l.o.Seed, l.result.Steps)
		l.result.Differences = append(l.result.Differences, at+fmt.Sprintf(format, args...))
	}
}

// pick draws one of a list.
func pick[T any](l *life, from []T) T { return from[l.rnd.IntN(len(from))] }
