package dbtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// PG is a private PostgreSQL cluster of the test process.
type PG struct {
	bin    string // folder of initdb and postgres
	folder string // holds data, socket and log
	cred   *syscall.Credential
	opts   []string // further server settings
	cmd    *exec.Cmd
	exited chan struct{}
}

var (
	sharedOnce sync.Once
	shared     *PG
	errShared  error
)

// Cluster returns the process's cluster and starts it at the first call.
func Cluster(t testing.TB) *PG {
	t.Helper()
	sharedOnce.Do(func() { shared, errShared = newCluster(inMemory(), "fsync=off", "full_page_writes=off") })
	if errors.Is(errShared, errNoPostgres) {
		Unavailable(t, "postgres", "PostgreSQL's initdb and postgres were not found, so nothing was tested on PostgreSQL; install the package postgresql.")
	}
	if errShared != nil {
		t.Fatalf("start PostgreSQL: %v", errShared)
	}
	return shared
}

// DurableCluster starts a cluster of its own with PostgreSQL's own durability
// settings, for tests that stop and restart the server.
func DurableCluster(t testing.TB) *PG {
	t.Helper()
	c, err := newCluster("")
	if errors.Is(err, errNoPostgres) {
		Unavailable(t, "postgres", "PostgreSQL's initdb and postgres were not found, so its restart was not tested; install the package postgresql.")
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	t.Cleanup(c.remove)
	return c
}

func stopCluster() {
	if shared != nil {
		shared.remove()
	}
}

var errNoPostgres = errors.New("no PostgreSQL programs")

// newCluster makes a cluster in a new folder inside the one that is named, or that of
// temporary files.
func newCluster(inside string, opts ...string) (*PG, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	sweep(cmp.Or(inside, os.TempDir()))
	folder, err := os.MkdirTemp(inside, "ovation-pg-")
	if err != nil {
		return nil, err
	}
	c := &PG{bin: bin, folder: folder, opts: opts}
	if err := c.dropPrivileges(); err != nil {
		return nil, err
	}
	init := c.command("initdb", "-D", c.data(), "-A", "trust", "-U", "ovation", "--no-locale", "-E", "UTF8", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		os.RemoveAll(folder)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := c.Start(); err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

// sweep removes what clusters left whose test process was killed: in memory it would
// stay until the machine is started anew.
func sweep(inside string) {
	left, _ := filepath.Glob(filepath.Join(inside, "ovation-pg-*"))
	for _, folder := range left {
		note, err := os.ReadFile(filepath.Join(folder, "data", "postmaster.pid"))
		if err != nil { // it is just being made, or its server went with the process
			if st, err := os.Stat(folder); err == nil && time.Since(st.ModTime()) > time.Hour {
				os.RemoveAll(folder)
			}
			continue
		}
		first, _, _ := strings.Cut(string(note), "\n")
		// The number of a process below zero is that of initdb's, which makes it.
		if pid, err := strconv.Atoi(first); err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(folder)
		}
	}
}

// findPostgres looks on PATH and in the folders of the distributions, newest
// version first.
func findPostgres() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(p), "postgres")); err == nil {
			return filepath.Dir(p), nil
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb"} {
		found, _ := filepath.Glob(pattern)
		slices.Sort(found)
		if len(found) > 0 {
			return filepath.Dir(found[len(found)-1]), nil
		}
	}
	return "", errNoPostgres
}

// dropPrivileges has the server run as an unprivileged user when the tests
// run as root, because PostgreSQL refuses to run as root.
func (c *PG) dropPrivileges() error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(c.folder, uid, gid)
	}
	return errors.New("running as root, and there is no user postgres or nobody to run the server as")
}

func (c *PG) data() string { return filepath.Join(c.folder, "data") }

func (c *PG) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir = c.folder
	cmd.SysProcAttr = dieWithParent(&syscall.SysProcAttr{Credential: c.cred})
	return cmd
}

// Start starts the server and returns when it accepts connections.
func (c *PG) Start() error {
	args := []string{"-D", c.data(), "-k", c.folder, "-c", "listen_addresses=", "-c", "max_connections=100"}
	for _, o := range c.opts {
		args = append(args, "-c", o)
	}
	logPath := filepath.Join(c.folder, "log")
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	c.cmd = c.command("postgres", args...)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.exited = make(chan struct{})
	started := make(chan error, 1)
	cmd, exited := c.cmd, c.exited
	go func() { // the death signal follows the thread that started the server, so the thread stays
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		log.Close()
		close(exited)
	}()
	if err := <-started; err != nil {
		return err
	}
	return c.await(logPath)
}

// await asks until the server answers.
func (c *PG) await(logPath string) error {
	for range 600 {
		if c.command("pg_isready", "-h", c.folder, "-q").Run() == nil {
			return nil
		}
		select {
		case <-c.exited:
			text, _ := os.ReadFile(logPath)
			return fmt.Errorf("postgres ended: %s", text)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("postgres did not become ready in 30 s")
}

// URL returns the connection URL of a database of the cluster.
func (c *PG) URL(database string) string {
	return "postgres://ovation@/" + database + "?host=" + url.QueryEscape(c.folder)
}

// Kill ends the server at once, as a crash would, and waits until it is gone.
func (c *PG) Kill() { c.stop(syscall.SIGQUIT) }

func (c *PG) stop(sig syscall.Signal) {
	if c.cmd == nil || c.cmd.Process == nil {
		return
	}
	_ = c.cmd.Process.Signal(sig)
	<-c.exited
}

func (c *PG) remove() {
	c.stop(syscall.SIGQUIT)
	if strings.Contains(c.folder, "ovation-pg-") {
		os.RemoveAll(c.folder)
	}
}
