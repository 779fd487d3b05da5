package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Launch says how to start the program.
type Launch struct {
	Program  string    // ovation itself
	Folder   string    // the data folder
	Database string    // sqlite:<file> or postgres://…
	Args     []string  // further flags of serve
	Log      io.Writer // what the process says; nil means nowhere
}

// Process is a running ovation serve, on a free port of this machine.
type Process struct {
	Address string        // host:port
	Started time.Duration // from its start to the first page
	Pid     int

	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended; read after exited
	once   sync.Once
}

// startWithin is how long a process may take to answer.
const startWithin = 30 * time.Second

// Start starts the program and returns when it is ready to serve.
func (l Launch) Start(ctx context.Context) (*Process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "--data", l.Folder, "--database", l.Database, "--listen", address, "--no-rate-limits", "--log-level", "error"}, l.Args...)
	p := &Process{Address: address, cmd: exec.Command(l.Program, args...), exited: make(chan struct{})}
	p.cmd.Stderr = l.Log
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("sim: starting the server: %w", err)
	}
	p.Pid = p.cmd.Process.Pid
	go func() { p.err = p.cmd.Wait(); close(p.exited) }()
	for {
		if Ready(ctx, address) {
			p.Started = time.Since(begun)
			return p, nil
		}
		select {
		case <-p.exited:
			return nil, fmt.Errorf("sim: the server ended while it started: %w", errors.Join(p.err, errEnded))
		case <-ctx.Done():
			p.Kill()
			return nil, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(begun) > startWithin {
			p.Kill()
			return nil, fmt.Errorf("sim: the server did not answer in %s", startWithin)
		}
	}
}

var errEnded = errors.New("see what it said")

// freeAddress finds a port that the server can have.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

var probe = &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// Ready reports whether the server at the address can serve.
func Ready(ctx context.Context, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := probe.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Kill ends the process as a crash would (SIGKILL) and waits for it.
func (p *Process) Kill() {
	p.once.Do(func() { _ = p.cmd.Process.Kill() }) // it may have ended by itself
	<-p.exited
}

// Stop ends the process as a supervisor would (SIGTERM), waits for it, and
// returns how long that took.
func (p *Process) Stop() (time.Duration, error) {
	begun := time.Now()
	p.once.Do(func() { _ = p.cmd.Process.Signal(syscall.SIGTERM) }) // it may have ended by itself
	select {
	case <-p.exited:
		return time.Since(begun), p.err
	case <-time.After(startWithin):
		_ = p.cmd.Process.Kill() // it is being stopped for the second time
		<-p.exited
		return time.Since(begun), fmt.Errorf("sim: the server did not stop in %s", startWithin)
	}
}

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }
