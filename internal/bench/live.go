package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/live"
)

// LiveOptions say how many listen to one room, and how much happens there.
type LiveOptions struct {
	Program   string
	Listeners int
	Rate      int // gifts and taps a second
	Duration  time.Duration
	Database  string
	Folder    string
	Log       io.Writer
}

// LiveResult is what was measured, and whether every listener got everything.
type LiveResult struct {
	Database   string  `json:"database"`
	Listeners  int     `json:"listeners"`
	Seconds    float64 `json:"seconds"`
	Sent       int64   `json:"gifts_and_taps"`
	Events     int     `json:"events"` // of the room, in the log
	Delivered  int64   `json:"delivered"`
	P50        float64 `json:"p50_ms"`
	P95        float64 `json:"p95_ms"`
	P99        float64 `json:"p99_ms"`
	Max        float64 `json:"max_ms"`
	Lost       int64   `json:"lost"`
	Duplicated int64   `json:"duplicated"`
	Disordered int64   `json:"out_of_order"`
	Errors     int64   `json:"errors"`
	FirstError string  `json:"first_error,omitempty"`

	ResidentMiB float64 `json:"resident_mib"`         // of the server, with all listeners
	BeforeMiB   float64 `json:"resident_before_mib"`  // without any
	PerListener float64 `json:"resident_kb_listener"` // the difference, by listener
	ServerCPU   float64 `json:"server_cpu_percent"`   // of one core
	ClientCPU   float64 `json:"client_cpu_percent"`   // the listeners', who share the machine
}

// Proved reports whether every listener got every event once and in order.
func (r *LiveResult) Proved() bool {
	return r.Lost == 0 && r.Duplicated == 0 && r.Disordered == 0 && r.Errors == 0 && r.Events > 0
}

// Print writes the result for a person.
func (r *LiveResult) Print(w io.Writer) {
	fmt.Fprintf(w, "%d listeners of one room on %s, %.1f s\n", r.Listeners, r.Database, r.Seconds)
	fmt.Fprintf(w, "  %10.1f events/s (%d from %d gifts and taps), %d delivered\n", float64(r.Events)/r.Seconds, r.Events, r.Sent, r.Delivered)
	fmt.Fprintf(w, "  latency    p50 %.1f  p95 %.1f  p99 %.1f  max %.1f ms, from the instant of the transaction, its commit included\n", r.P50, r.P95, r.P99, r.Max)
	fmt.Fprintf(w, "  lost %d, duplicated %d, out of order %d, errors %d %s\n", r.Lost, r.Duplicated, r.Disordered, r.Errors, r.FirstError)
	fmt.Fprintf(w, "  server     %.0f MiB resident, %.0f without listeners: %.1f kB a listener; %.0f %% of a core\n", r.ResidentMiB, r.BeforeMiB, r.PerListener, r.ServerCPU)
	fmt.Fprintf(w, "  client     %.0f %% of a core, on the same machine\n", r.ClientCPU)
}

// Check refuses options that measure nothing, and more listeners than this
// process may have files open.
func (o *LiveOptions) Check() error {
	if o.Listeners < 1 || o.Rate < 1 || o.Duration <= 0 {
		return errors.New("listeners, rate and duration are above 0")
	}
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	need := uint64(o.Listeners) + spareFiles
	if l.Cur < need && l.Max >= need {
		l.Cur = l.Max
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
			return fmt.Errorf("the limit of open files can not be raised: %w", err)
		}
	}
	if l.Cur < need {
		return fmt.Errorf("%d listeners need %d open files, and this process may have %d: raise the hard limit (ulimit -Hn), or measure fewer", o.Listeners, need, l.Cur)
	}
	return nil
}

// spareFiles is how many files either side has open beside the connections.
const spareFiles = 200

// Live measures how fast the events of a room reach all who listen to it.
func Live(ctx context.Context, o LiveOptions) (*LiveResult, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(o.Folder, "ovation-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	url := o.Database
	if url == "sqlite" {
		url = "sqlite:" + filepath.Join(folder, "ovation.db")
	}
	w, err := seed(ctx, url, Options{Mode: "hot", Fans: 200})
	if err != nil {
		return nil, err
	}
	srv, err := start(ctx, o.Program, folder, url, o.Log, "--streams-per-address", fmt.Sprint(o.Listeners+1))
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	b := &audience{o: o, world: w, address: srv.address, r: &LiveResult{Database: engineOf(o.Database), Listeners: o.Listeners}}
	if err := b.warm(ctx); err != nil {
		return nil, err
	}
	b.r.BeforeMiB = srv.resident()
	fmt.Fprintf(o.Log, "connecting %d listeners…\n", o.Listeners)
	if err := b.connect(ctx); err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Log, "sending %d a second for %s…\n", o.Rate, o.Duration)
	server, client, begun := srv.cpu(), ownCPU(), time.Now()
	if err := b.send(ctx, o.Duration); err != nil {
		return nil, err
	}
	b.r.Seconds = time.Since(begun).Seconds()
	b.r.ServerCPU = 100 * (srv.cpu() - server).Seconds() / b.r.Seconds
	b.r.ClientCPU = 100 * (ownCPU() - client).Seconds() / b.r.Seconds
	b.r.ResidentMiB = srv.resident()
	b.r.PerListener = (b.r.ResidentMiB - b.r.BeforeMiB) * 1048.576 / float64(o.Listeners)
	time.Sleep(settle) // what is on its way arrives, and open combos end
	srv.stop()
	b.wait.Wait()
	return b.r, b.prove(ctx, url)
}

// settle is longer than a combo waits for its next tap.
const settle = 5 * time.Second

// audience is everybody who listens, and the one who gives.
type audience struct {
	o       LiveOptions
	world   *world
	address string
	r       *LiveResult

	all   []*listener
	wait  sync.WaitGroup
	sent  int64
	from  int64 // the sequence before the first event that all listen to
	combo int64
	taps  int64
}

// warm gives until the server has everything in memory that it will need.
func (b *audience) warm(ctx context.Context) error {
	if err := b.send(ctx, 2*time.Second); err != nil {
		return err
	}
	b.sent = 0
	time.Sleep(settle)
	return ctx.Err()
}

// connectAtOnce is how many connections are made beside each other.
const connectAtOnce = 64

func (b *audience) connect(ctx context.Context) error {
	var failed atomic.Pointer[error]
	next := make(chan *listener)
	var makers sync.WaitGroup
	for range connectAtOnce {
		makers.Go(func() {
			for l := range next {
				if err := l.open(b.address, b.world.targets[0]); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	for i := 0; i < b.o.Listeners && failed.Load() == nil && ctx.Err() == nil; i++ {
		l := &listener{}
		b.all = append(b.all, l)
		next <- l
	}
	close(next)
	makers.Wait()
	if err := failed.Load(); err != nil {
		return fmt.Errorf("bench: listener %d of %d: %w", len(b.all), b.o.Listeners, *err)
	}
	for _, l := range b.all {
		b.from = max(b.from, l.from)
		b.wait.Go(l.listen)
	}
	return ctx.Err()
}

// send gives in an open loop: a gift and a tap of a combo in turn, and a new
// combo after so many taps.
func (b *audience) send(ctx context.Context, d time.Duration) error {
	c, err := dial(b.address)
	if err != nil {
		return err
	}
	defer c.close()
	tick := time.NewTicker(time.Second / time.Duration(b.o.Rate))
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		status, body, err := c.do(b.request())
		if err != nil {
			return err
		}
		if status == 410 { // on a busy machine the tap came after its combo's end
			b.combo = 0
			continue
		}
		if status != 201 {
			return fmt.Errorf("bench: a gift was answered with %d %.300s", status, body)
		}
		b.sent++
	}
	return nil
}

// prove compares what each listener got with the room's events in the log.
func (b *audience) prove(ctx context.Context, url string) error {
	d, err := db.Open(ctx, db.Config{URL: url, Clock: &clock.System{}, ReadOnly: true})
	if err != nil {
		return err
	}
	defer d.Close()
	var want []int64
	hub := live.NewHub(d)
	for at, more := b.from, true; more; {
		var found []live.Message
		if found, at, more, err = hub.Since(ctx, at, 5000, live.TopicOf(b.world.targets[0])); err != nil {
			return err
		}
		for _, m := range found {
			want = append(want, m.Sequence)
		}
	}
	r := b.r
	r.Sent, r.Events = b.sent, len(want)
	var took []time.Duration
	for _, l := range b.all {
		r.Delivered += int64(len(l.got))
		took = append(took, l.took...)
		if l.failed != nil {
			r.Errors++
			r.FirstError = l.failed.Error()
		}
		if !slices.IsSorted(l.got) {
			r.Disordered++
		}
		lost, twice := compare(l.got, want)
		r.Lost, r.Duplicated = r.Lost+lost, r.Duplicated+twice
	}
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return ms(took[min(len(took)-1, int(q*float64(len(took))))])
	}
	r.P50, r.P95, r.P99, r.Max = at(0.50), at(0.95), at(0.99), at(1)
	return nil
}

// compare counts what of the wanted is missing, and what came more than once.
func compare(got, want []int64) (lost, twice int64) {
	times := make(map[int64]int64, len(got))
	for _, n := range got {
		times[n]++
		if times[n] > 1 {
			twice++
		}
	}
	for _, n := range want {
		if times[n] == 0 {
			lost++
		}
	}
	return lost, twice
}
