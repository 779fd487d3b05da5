package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// KillOptions say how often to kill what.
type KillOptions struct {
	Program     string
	Seed        uint64
	Rounds      int
	Connections int       // 0 means 16
	Database    string    // "sqlite", in a temporary folder, or a postgres://… of an empty database
	Folder      string    // where the temporary folder is made; "" means the system's
	Log         io.Writer // what the server says
	Progress    func(done, all int64)
}

// KillResult is what a run of kills has shown.
type KillResult struct {
	Seed        uint64   `json:"seed"`
	Rounds      int      `json:"rounds"`
	Sent        int64    `json:"sent"`
	Acked       int64    `json:"acknowledged"`
	Decided     int64    `json:"decided_on_replay"` // sent, lost with the process, and given when asked again
	Transfers   int64    `json:"transfers"`
	Head        string   `json:"head"`
	MedianMS    float64  `json:"median_start_ms"`
	SlowestMS   float64  `json:"slowest_start_ms"`
	Seconds     float64  `json:"seconds"`
	Differences []string `json:"differences"`
}

// The storm of a round.
const (
	leastStorm  = 300 * time.Millisecond
	mostStorm   = 900 * time.Millisecond
	freshEvery  = 10 // rounds on one SQLite database; then a new one, so that reading it stays quick
	stormFans   = 200
	stormRooms  = 5
	stormCoins  = 1 << 40
	connections = 16
	upWithin    = 2 * time.Second // after a crash
)

// killer is a run of kills.
type killer struct {
	o      KillOptions
	rnd    *rand.Rand
	folder string
	url    string
	world  *World
	server *Process
	starts []time.Duration
	result *KillResult
}

// Kills storms the program and kills it, round after round.
func Kills(ctx context.Context, o KillOptions) (_ *KillResult, err error) {
	if o.Rounds < 1 {
		return nil, errors.New("sim: at least one kill is needed")
	}
	if o.Connections == 0 {
		o.Connections = connections
	}
	folder, err := os.MkdirTemp(o.Folder, "ovation-sim-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	k := &killer{o: o, folder: folder, rnd: rand.New(rand.NewPCG(o.Seed, 0x6b696c6c)), result: &KillResult{Seed: o.Seed, Differences: []string{}}}
	begun := time.Now()
	defer func() {
		if k.server != nil {
			k.server.Kill()
		}
	}()
	for round := range o.Rounds {
		if err := k.round(ctx, round); err != nil {
			return k.result, fmt.Errorf("round %d: %w", round+1, err)
		}
		k.result.Rounds++
		if o.Progress != nil {
			o.Progress(int64(round+1), int64(o.Rounds))
		}
		if len(k.result.Differences) > 0 {
			break // the database of the first difference tells most
		}
	}
	k.result.Seconds = time.Since(begun).Seconds()
	k.judgeStarts()
	return k.result, nil
}

// judgeStarts holds the median of the starts to the promise: a single start
// tells more about what else the machine was doing.
func (k *killer) judgeStarts() {
	slices.Sort(k.starts)
	median := k.starts[len(k.starts)/2]
	k.result.MedianMS, k.result.SlowestMS = ms(median), ms(k.starts[len(k.starts)-1])
	if median > upWithin {
		k.result.Differences = append(k.result.Differences, fmt.Sprintf("the server needs %s to start; it promises %s", median.Round(time.Millisecond), upWithin))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (k *killer) sqlite() bool { return !strings.Contains(k.o.Database, ":") }

// fresh gives the next rounds a database of their own.
func (k *killer) fresh(ctx context.Context, round int) (err error) {
	if round > 0 && !k.sqlite() {
		return nil
	}
	if k.server != nil {
		k.server.Kill()
		k.server = nil
	}
	k.url = k.o.Database
	if k.sqlite() {
		k.url = "sqlite:" + filepath.Join(k.folder, fmt.Sprintf("round-%d", round), "ovation.db")
	}
	k.world, err = Populate(ctx, k.url, Crowd{Fans: stormFans, Creators: stormRooms, Coins: stormCoins})
	if err != nil {
		return err
	}
	return k.start(ctx)
}

func (k *killer) start(ctx context.Context) (err error) {
	k.server, err = Launch{Program: k.o.Program, Folder: filepath.Join(k.folder, "data"), Database: k.url, Log: k.o.Log}.Start(ctx)
	if err != nil {
		return err
	}
	k.starts = append(k.starts, k.server.Started)
	return nil
}

// round storms, kills, starts again and asks for everything once more.
func (k *killer) round(ctx context.Context, round int) error {
	if round%freshEvery == 0 {
		if err := k.fresh(ctx, round); err != nil {
			return err
		}
	}
	storm, err := NewStorm(k.world, fmt.Sprintf("kill-%d-%d", k.o.Seed, round), k.rnd.Uint64(), k.o.Connections, filepath.Join(k.folder, fmt.Sprintf("acks-%d", round)))
	if err != nil {
		return err
	}
	defer storm.Close()
	moment := leastStorm + time.Duration(k.rnd.Int64N(int64(mostStorm-leastStorm)))
	k.storm(ctx, storm, moment)
	if err := k.start(ctx); err != nil {
		return err
	}
	proof, err := Prove(ctx, k.url, storm)
	if err != nil {
		return err
	}
	k.result.Differences = append(k.result.Differences, proof.Differences...)
	decided, err := storm.Replay(ctx, k.server.Address)
	if err != nil {
		return err
	}
	return k.sum(ctx, round, storm, decided)
}

// storm sends until the server is killed, so long after the first answer.
func (k *killer) storm(ctx context.Context, storm *Storm, moment time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		storm.Run(ctx, k.server.Address)
	}()
	select {
	case <-storm.Raging():
		pause(ctx, moment)
	case <-ctx.Done():
	case <-time.After(startWithin):
	}
	k.server.Kill()
	cancel() // what was sent has no answer any more
	<-done
}

// sum adds the round up; the last round on a database is proved once more.
func (k *killer) sum(ctx context.Context, round int, storm *Storm, decided int64) error {
	acked, err := storm.Acked()
	if err != nil {
		return err
	}
	r := k.result
	r.Sent, r.Acked, r.Decided = r.Sent+storm.Sent(), r.Acked+int64(len(acked)), r.Decided+decided
	if len(acked) == 0 {
		r.Differences = append(r.Differences, fmt.Sprintf("round %d acknowledged nothing, so it proved nothing: %v", round+1, storm.Statuses()))
	}
	if (round+1)%freshEvery != 0 && round+1 != k.o.Rounds {
		r.Differences = append(r.Differences, storm.Wrong()...)
		return nil
	}
	proof, err := Prove(ctx, k.url, storm)
	if err != nil {
		return err
	}
	r.Transfers, r.Head = r.Transfers+proof.Transfers, proof.Head
	r.Differences = append(r.Differences, proof.Differences...)
	return nil
}

// Print writes the result for a person.
func (r *KillResult) Print(w io.Writer) {
	fmt.Fprintf(w, "seed %d: killed %d times in %.1f s\n", r.Seed, r.Rounds, r.Seconds)
	fmt.Fprintf(w, "  %d gifts sent, %d acknowledged, %d decided when asked for again\n", r.Sent, r.Acked, r.Decided)
	fmt.Fprintf(w, "  ready again %.0f ms after a start (median), %.0f ms at most\n", r.MedianMS, r.SlowestMS)
	fmt.Fprintf(w, "  head of the last journal %s\n", r.Head)
	if len(r.Differences) == 0 {
		fmt.Fprintf(w, "  every acknowledged gift is there once, is answered as before, and the books are right (%d transfers)\n", r.Transfers)
	}
	for _, d := range r.Differences {
		fmt.Fprintf(w, "  DIFFERENCE %s\n", d)
	}
}
