package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
)

// The folders that dev and serve use when they are told none.
const (
	devFolder   = "./ovation-dev"
	serveFolder = "./ovation-data"
)

// books are the flags of the commands that read beside a running server.
type books struct {
	Data     string `help:"The instance's data folder; without it the one of ./ovation-dev (of dev) and ./ovation-data (of serve) that is there." type:"path" env:"OVATION_DATA,OVATION_DEV_DATA" placeholder:"FOLDER"`
	Database string `help:"sqlite:<file> or postgres://…; empty means the SQLite file in the data folder." env:"OVATION_DATABASE" placeholder:"URL"`
	configFlag

	told bool // --data is on the command line
}

// AfterApply implements kong's hook: it notes whether somebody typed --data.
func (b *books) AfterApply(k *kong.Context) error {
	for _, p := range k.Path {
		b.told = b.told || p.Flag != nil && p.Flag.Name == "data"
	}
	return nil
}

// locate finds the instance when nobody said which. A tool that looks at
// another instance than its user thinks of would answer, and be wrong, so that
// whatever is not clear is refused.
func (b *books) locate() error {
	dev, server := os.Getenv("OVATION_DEV_DATA"), os.Getenv("OVATION_DATA")
	if b.Database != "" {
		return nil
	}
	if !b.told && dev != "" && server != "" && filepath.Clean(dev) != filepath.Clean(server) {
		return exit{statusUsage, fmt.Errorf("OVATION_DEV_DATA is %s and OVATION_DATA is %s; say which instance is meant with --data %s or --data %s", dev, server, dev, server)}
	}
	if b.Data != "" {
		return nil
	}
	hasDev, hasServer := hasDatabase(devFolder), hasDatabase(serveFolder)
	switch {
	case hasDev && hasServer:
		return exit{statusUsage, fmt.Errorf("there are two instances here; say which one is meant with --data %s (of ovation dev) or --data %s (of ovation serve)", devFolder, serveFolder)}
	case hasDev:
		b.Data = devFolder
	case hasServer:
		b.Data = serveFolder
	default:
		return exit{statusFailed, fmt.Errorf("there is no instance here, neither in %s (of ovation dev) nor in %s (of ovation serve); name its folder with --data, or its database with --database", devFolder, serveFolder)}
	}
	var err error
	b.Data, err = filepath.Abs(b.Data)
	return err
}

func hasDatabase(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "ovation.db"))
	return err == nil
}

func (b *books) url() string {
	if b.Database != "" {
		return b.Database
	}
	return "sqlite:" + filepath.Join(b.Data, "ovation.db")
}

// name says which database it is, without its password.
func (b *books) name() string { return databaseName(b.url()) }

func databaseName(where string) string {
	if file, ok := strings.CutPrefix(where, "sqlite:"); ok {
		return file
	}
	u, err := url.Parse(where)
	if err != nil {
		return "PostgreSQL"
	}
	u.RawQuery = "" // it may hold a password too
	return u.Redacted()
}

// open opens the database for reading, whether or not a server runs.
func (b *books) open(ctx context.Context) (*db.DB, error) {
	if err := b.locate(); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, db.Config{URL: b.url(), Clock: sandboxClock(b.Data), ReadOnly: true})
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("there is no database at %s; name the instance's folder with --data", b.name())
	}
	return d, err
}

// sandboxClock is the machine's clock, moved as far as the sandbox's was.
func sandboxClock(data string) *clock.System {
	c := &clock.System{}
	if data == "" {
		return c
	}
	if text, err := os.ReadFile(filepath.Join(data, "clock")); err == nil {
		if d, err := time.ParseDuration(strings.TrimSpace(string(text))); err == nil {
			c.SetOffset(d)
		}
	}
	return c
}
