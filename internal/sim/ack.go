package sim

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// ackFile is the client's own memory of what was acknowledged. A gift counts
// as acknowledged when its line is on the client's disk. Lines that come
// together share an fsync.
type ackFile struct {
	path string

	mu      sync.Mutex
	arrived sync.Cond // lines wait, or the file is being closed
	waiting bytes.Buffer
	closed  bool
	failed  error
	stopped chan struct{}
}

func openAcks(path string) (*ackFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sim: the file of acknowledgements: %w", err)
	}
	a := &ackFile{path: path, stopped: make(chan struct{})}
	a.arrived.L = &a.mu
	go a.write(f)
	return a, nil
}

// add notes an acknowledged gift.
func (a *ackFile) add(n int64, body string) error {
	if strings.Contains(body, "\n") {
		return errors.New("sim: an answer has more than one line")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	fmt.Fprintf(&a.waiting, "%d %s\n", n, body)
	a.arrived.Signal()
	return a.failed
}

// write brings what waits to the disk, until the file is closed.
func (a *ackFile) write(f *os.File) {
	defer close(a.stopped)
	defer f.Close()
	var lines []byte
	for {
		a.mu.Lock()
		for a.waiting.Len() == 0 && !a.closed {
			a.arrived.Wait()
		}
		lines = append(lines[:0], a.waiting.Bytes()...)
		a.waiting.Reset()
		done := a.closed && len(lines) == 0
		a.mu.Unlock()
		if done {
			return
		}
		_, err := f.Write(lines)
		if err = errors.Join(err, f.Sync()); err != nil {
			a.mu.Lock()
			a.failed = err
			a.mu.Unlock()
		}
	}
}

// close waits until everything is on the disk.
func (a *ackFile) close() error {
	a.mu.Lock()
	a.closed = true
	a.arrived.Signal()
	a.mu.Unlock()
	<-a.stopped
	return a.failed
}

// read closes the file and returns what it holds.
func (a *ackFile) read() (map[int64]string, error) {
	if err := a.close(); err != nil {
		return nil, err
	}
	f, err := os.Open(a.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := map[int64]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		n, body, err := parseAck(lines.Bytes())
		if err != nil {
			return nil, err
		}
		all[n] = body
	}
	return all, lines.Err()
}
