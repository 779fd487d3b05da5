package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
)

// PaymentOptions say which world of payments to live, and how its news come.
type PaymentOptions struct {
	Seed     uint64
	Order    uint64 // the order of the news that are left for the end; 0 is as they happened
	Payments int
	Webhooks int     // deliveries: every event once, and the rest are repetitions
	Faults   float64 // how likely a call of the provider goes wrong
	// Late leaves all news for the end.
	Late     bool
	Database string // "sqlite", in a temporary folder, or a postgres://… of an empty database
	Folder   string
	Progress func(done, all int64)
	// Bad breaks us on purpose: BadRepeat has the news of a payment grant its coins
	// each time that they come, BadKeys asks the provider without keys and without
	// looking first. A run that finds nothing then proves nothing.
	Bad string
}

// The known-bad settings.
const (
	BadRepeat = "repeat"
	BadKeys   = "keys"
)

// Check reports options that make no run.
func (o *PaymentOptions) Check() error {
	switch {
	case o.Payments < 20 || o.Webhooks < 0:
		return errors.New("a run has at least 20 payments, and no fewer than 0 deliveries")
	case o.Faults < 0 || o.Faults > 0.9:
		return errors.New("the part of the calls that go wrong is from 0 to 0.9")
	case o.Bad != "" && o.Bad != BadRepeat && o.Bad != BadKeys:
		return fmt.Errorf("there is no known-bad setting %q; there are %s and %s", o.Bad, BadRepeat, BadKeys)
	}
	return nil
}

// PaymentResult is what became of a world of payments.
type PaymentResult struct {
	Seed     uint64         `json:"seed"`
	Counts   map[string]int `json:"counts"` // by what was tried and how it ended
	Payments int            `json:"payments"`
	Calls    int            `json:"provider_calls"`
	Faulty   map[string]int `json:"faulty_calls"` // by kind of fault
	News     Deliveries     `json:"webhooks"`
	Longest  map[string]int `json:"longest_unknown_seconds"` // by what was unknown
	Days     int            `json:"simulated_days"`

	Charges   int            `json:"provider_charges"` // that succeeded
	Matched   int            `json:"matched_charges"`  // with one payment of ours each
	Compared  int64          `json:"reconciled_causes"`
	Transfers int64          `json:"transfers"`
	Ended     map[string]int `json:"ended"` // rows by kind and state
	// State is the final business state: balances by account and the states of
	// everything, without what only says in which order things were written.
	State       string   `json:"-"`
	Seconds     float64  `json:"seconds"`
	Differences []string `json:"differences"`
}

// Deliveries counts the webhooks.
type Deliveries struct {
	Events   int `json:"events"`
	Accepted int `json:"accepted"`
	Again    int `json:"tried_again"` // answered with an error because the provider could not be asked, and sent again
	Stale    int `json:"stale"`       // replayed with an old signature, and refused
}

// Proved reports whether nothing differs.
func (r *PaymentResult) Proved() bool { return len(r.Differences) == 0 }

// Print writes the result for a person.
func (r *PaymentResult) Print(w io.Writer) {
	faulty := 0
	for _, n := range r.Faulty {
		faulty += n
	}
	fmt.Fprintf(w, "seed %d: %d payments, %d simulated days, %.1f s\n", r.Seed, r.Payments, r.Days, r.Seconds)
	fmt.Fprintf(w, "  %-34s %8d   %d faulty (%.1f %%)\n", "calls of the provider", r.Calls, faulty, 100*float64(faulty)/float64(max(1, r.Calls)))
	for _, mode := range slices.Sorted(maps.Keys(r.Faulty)) {
		fmt.Fprintf(w, "    %-32s %8d\n", mode, r.Faulty[mode])
	}
	fmt.Fprintf(w, "  %-34s %8d   of %d events; %d answered with an error and sent again, %d stale replays refused\n", "webhooks accepted", r.News.Accepted, r.News.Events, r.News.Again, r.News.Stale)
	for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Fprintf(w, "    %-32s %8d\n", name, r.Counts[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Ended)) {
		fmt.Fprintf(w, "  ended %-28s %8d\n", name, r.Ended[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Longest)) {
		fmt.Fprintf(w, "  longest unknown, %-17s %8d s\n", name, r.Longest[name])
	}
	fmt.Fprintf(w, "  %-34s %8d   %d of them with one payment of ours\n", "charges at the provider", r.Charges, r.Matched)
	fmt.Fprintf(w, "  %-34s %8d   transfers verified: %d\n", "causes reconciled", r.Compared, r.Transfers)
	fmt.Fprintf(w, "  %-34s %8d\n", "differences", len(r.Differences))
	for _, d := range r.Differences {
		fmt.Fprintf(w, "  DIFFERENCE %s\n", d)
	}
}

// till is a world of payments.
type till struct {
	life
	o    PaymentOptions
	line *line // to the provider
	news *news
	r    *PaymentResult
	t    tillWorld
}

// Payments lives a world of payments in which the provider's calls fail, brings it
// the provider's news shuffled and repeated, lets everything come to rest, and
// compares. The error is about the run itself.
func Payments(ctx context.Context, o PaymentOptions) (_ *PaymentResult, err error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(inMemory(o.Folder), "ovation-payments-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	w := &till{o: o, r: &PaymentResult{Seed: o.Seed, Counts: map[string]int{}, Longest: map[string]int{}, Ended: map[string]int{}, Differences: []string{}}}
	w.life = life{o: Options{Seed: o.Seed, Database: o.Database}, clk: clock.NewManual(born), rnd: rand.New(rand.NewPCG(o.Seed, 0x74696c6c)),
		result: &Result{Counts: w.r.Counts, Differences: []string{}}}
	w.line = newLine(o.Seed, o.Bad == BadKeys)
	w.via, w.lazy = &http.Client{Transport: w.line}, true
	begun := time.Now()
	if err := w.open(ctx, folder); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	w.line.box = w.app.Sandbox()
	w.news = listen(w)
	defer w.news.close()
	if err := w.play(ctx); err != nil {
		return nil, fmt.Errorf("sim: seed %d at %s: %w", o.Seed, w.clk.Now().Format(time.RFC3339), err)
	}
	w.r.Seconds, w.r.Days = time.Since(begun).Seconds(), int(w.clk.Now().Sub(born)/(24*time.Hour))
	w.r.Calls, w.r.Faulty, w.r.Differences = w.line.calls, w.line.hit, append(w.r.Differences, w.result.Differences...)
	return w.r, nil
}

// play is the whole of it: people, rounds of payments, the rest of the news, rest,
// and the proof.
func (w *till) play(ctx context.Context) error {
	if err := w.people(ctx); err != nil {
		return fmt.Errorf("making the people: %w", err)
	}
	rounds := (w.o.Payments + w.perRound() - 1) / w.perRound()
	for n := range rounds {
		if err := w.round(ctx, n, n == rounds-1); err != nil {
			return fmt.Errorf("round %d: %w", n+1, err)
		}
		if w.o.Progress != nil {
			w.o.Progress(int64(n+1), int64(rounds+1))
		}
	}
	if err := w.news.rest(ctx); err != nil {
		return fmt.Errorf("the rest of the news: %w", err)
	}
	w.line.likely = 0
	if err := w.quiet(ctx); err != nil {
		return fmt.Errorf("coming to rest: %w", err)
	}
	return w.prove(ctx)
}
