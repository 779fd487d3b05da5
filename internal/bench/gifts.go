package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options say what to measure.
type Options struct {
	Program     string // the program that is measured
	Mode        string // hot, spread or zipf
	Connections int
	Rate        int // gifts a second in open loop; 0 for closed loop
	Duration    time.Duration
	Batch       int
	Fans        int
	RandomKeys  bool
	Database    string // sqlite, or postgres://…
	Folder      string
	Log         io.Writer
}

// Result is what was measured, and whether it was proved.
type Result struct {
	Mode        string   `json:"mode"`
	Database    string   `json:"database"`
	Connections int      `json:"connections"`
	Batch       int      `json:"batch"`
	Seconds     float64  `json:"seconds"`
	Gifts       int64    `json:"gifts"`
	PerSecond   float64  `json:"gifts_per_second"`
	P50         float64  `json:"p50_ms"`
	P95         float64  `json:"p95_ms"`
	P99         float64  `json:"p99_ms"`
	Max         float64  `json:"max_ms"`
	Errors      int64    `json:"errors"`
	FirstError  string   `json:"first_error,omitempty"`
	ResidentMiB float64  `json:"resident_mib"`
	CPUMicros   float64  `json:"server_cpu_us_per_gift"` // of user and system time, which other load on the machine changes little
	ClientCPU   float64  `json:"client_cpu_us_per_gift"` // the same of the program that sends, which shares the machine with the server
	StartMS     float64  `json:"start_ms"`               // from the start of the process to the first answer
	LeastServed int64    `json:"least_served"`
	MostServed  int64    `json:"most_served"` // gifts of the connection that got the fewest, and the most
	Verified    int64    `json:"verified_transfers"`
	VerifyMS    float64  `json:"verify_ms"`
	Differences []string `json:"differences"`
}

// Proved reports whether every acknowledged gift is there once and the books
// are right.
func (r *Result) Proved() bool { return len(r.Differences) == 0 }

// Print writes the result for a person.
func (r *Result) Print(w io.Writer) {
	fmt.Fprintf(w, "%s on %s, %d connections, %d a request, %.1f s\n", r.Mode, r.Database, r.Connections, r.Batch, r.Seconds)
	fmt.Fprintf(w, "  %10.0f gifts/s (%d gifts)\n", r.PerSecond, r.Gifts)
	fmt.Fprintf(w, "  latency    p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms\n", r.P50, r.P95, r.P99, r.Max)
	fmt.Fprintf(w, "  errors     %d %s\n", r.Errors, r.FirstError)
	fmt.Fprintf(w, "  fairness   a connection got %d to %d gifts\n", r.LeastServed, r.MostServed)
	fmt.Fprintf(w, "  client     %.1f µs of CPU a gift, on the same machine\n", r.ClientCPU)
	fmt.Fprintf(w, "  server     %.0f MiB resident, %.1f µs of CPU a gift, answered %.0f ms after its start\n", r.ResidentMiB, r.CPUMicros, r.StartMS)
	if r.Proved() {
		fmt.Fprintf(w, "  proof      every acknowledged gift is there once; %d transfers verified in %.0f ms\n", r.Verified, r.VerifyMS)
	}
	for _, d := range r.Differences {
		fmt.Fprintf(w, "  DIFFERENCE %s\n", d)
	}
}

// Check refuses options that measure nothing.
func (o *Options) Check() error {
	if o.Batch < 1 || o.Batch > 1000 || o.Connections < 1 || o.Fans < 1 || o.Duration <= 0 || o.Rate < 0 {
		return errors.New("connections, fans and duration are above 0, a batch has 1 to 1,000 gifts, and a rate is not below 0")
	}
	return nil
}

// Gifts measures how many gifts a second the server takes.
func Gifts(ctx context.Context, o Options) (*Result, error) {
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
	fmt.Fprintf(o.Log, "making %d funded fans…\n", o.Fans)
	w, err := seed(ctx, url, o)
	if err != nil {
		return nil, err
	}
	srv, err := start(ctx, o.Program, folder, url, o.Log)
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	fmt.Fprintf(o.Log, "sending for %s…\n", o.Duration)
	load := &load{o: o, world: w, address: srv.address, run: strconv.FormatInt(time.Now().UnixNano(), 36)}
	before, mine := srv.cpu(), ownCPU()
	load.send(ctx)
	mine = ownCPU() - mine
	spent := srv.cpu() - before
	r := load.result(srv)
	r.CPUMicros = float64(spent.Microseconds()) / float64(max(r.Gifts, 1))
	r.ClientCPU = float64(mine.Microseconds()) / float64(max(r.Gifts, 1))
	srv.stop()
	fmt.Fprintln(o.Log, "proving…")
	return r, prove(ctx, url, load, r)
}

// server is the process that is measured.
type server struct {
	cmd     *exec.Cmd
	address string
	started time.Duration
	once    sync.Once
}

func start(ctx context.Context, program, folder, url string, log io.Writer, more ...string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{address: l.Addr().String()}
	l.Close() // the port is free for the server now
	args := []string{"serve", "--data", folder, "--database", url, "--listen", s.address, "--no-rate-limits", "--log-level", "error"}
	args = append(args, more...)
	if admin := os.Getenv("OVATION_BENCH_ADMIN"); admin != "" {
		args = append(args, "--admin", admin)
	}
	s.cmd = exec.CommandContext(ctx, program, args...)
	s.cmd.Stderr = log
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(begun) < 30*time.Second {
		c, err := dial(s.address)
		if err == nil {
			status, _, err := c.do([]byte("GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"))
			c.close()
			if err == nil && status == 200 {
				s.started = time.Since(begun)
				return s, nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	s.stop()
	return nil, errors.New("bench: the server did not answer in 30 s")
}

// stop ends the server as a supervisor would, and waits for it.
func (s *server) stop() {
	s.once.Do(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait()
	})
}

// resident returns the server's memory in MiB, as the kernel counts it.
func (s *server) resident() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}

// ticksPerSecond is Linux's USER_HZ, in which /proc counts CPU time.
const ticksPerSecond = 100

// cpu returns the CPU time that the server has used so far.
func (s *server) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// ownCPU returns the CPU time that this process has used so far.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// zipf draws a target; a few are popular.
func zipf(rnd *rand.Rand, n int) *rand.Zipf { return rand.NewZipf(rnd, 1.2, 1, uint64(n-1)) }
