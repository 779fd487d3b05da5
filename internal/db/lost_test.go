package db_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// wire stands between Ovation and PostgreSQL, and does something to the next
// COMMIT that comes along: its fault may let the server commit, and the
// connection breaks without a reply.
type wire struct {
	t        *testing.T
	server   string // its socket
	listener net.Listener

	mu    sync.Mutex
	fault func(commit func())
	done  chan struct{} // told when the fault has happened
}

// newWire returns the wire and the URL of the database at its end.
func newWire(t *testing.T, database string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(folder, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, server: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"), listener: l, done: make(chan struct{}, 1)}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c)
		}
	}()
	u.RawQuery = "host=" + url.QueryEscape(folder)
	return w, u.String()
}

// carry passes bytes on until a side closes.
func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", w.server)
	if err != nil {
		return // it is down
	}
	defer server.Close()
	reply := &replies{to: client, came: make(chan struct{})}
	go func() { _, _ = io.Copy(reply, server); reply.end() }()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(buf[:n], []byte("COMMIT\x00")) {
			if fault := w.take(); fault != nil {
				reply.lost.Store(true)
				fault(func() {
					_, _ = server.Write(buf[:n])
					<-reply.came
				})
				w.done <- struct{}{}
				return
			}
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// replies are what the server says, until it is lost on the way.
type replies struct {
	to   net.Conn
	lost atomic.Bool
	came chan struct{} // closed when a lost reply came
}

func (r *replies) Write(b []byte) (int, error) {
	if r.lost.Load() {
		close(r.came)
		return 0, io.ErrClosedPipe
	}
	return r.to.Write(b)
}

func (r *replies) end() {
	if !r.lost.Load() {
		r.to.Close()
	}
}

func (w *wire) take() func(commit func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.fault
	w.fault = nil
	return f
}

// TestLostCommit loses the reply to a COMMIT in the ways in which it can get
// lost. The caller hears the truth: what happened is not done again, and what
// did not happen is.
func TestLostCommit(t *testing.T) {
	pg := dbtest.DurableCluster(t)
	w, through := newWire(t, pg.URL("postgres"))
	d := dbtest.Open(t, through, clock.NewManual(dbtest.Start), nil)
	exec(t, d, "CREATE TABLE scratch (id BIGINT PRIMARY KEY, name TEXT NOT NULL, n BIGINT NOT NULL, raw BYTEA NOT NULL)")
	restart := func() {
		pg.Kill()
		if err := pg.Start(); err != nil {
			t.Error(err)
		}
	}
	for i, c := range []struct {
		name  string
		ran   int // how often the closure runs until it is committed
		fault func(commit func())
	}{
		{"it never arrived", 2, func(func()) {}},
		{"its reply was lost", 1, func(commit func()) { commit() }},
		{"the server crashed before it arrived", 2, func(func()) { restart() }},
		{"the server crashed after it answered", 1, func(commit func()) { commit(); restart() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.mu.Lock()
			w.fault = c.fault
			w.mu.Unlock()
			ran := 0
			err := d.Write(t.Context(), func(tx *db.Tx) error { ran++; return insert(t.Context(), tx, i, 1) })
			if err != nil {
				t.Fatal(err)
			}
			<-w.done
			if ran != c.ran {
				t.Errorf("the closure ran %d times, want %d", ran, c.ran)
			}
			if rows, _ := count(t, d); rows != int64(i+1) {
				t.Errorf("there are %d rows, want %d", rows, i+1)
			}
		})
	}
}
