package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("db: opening: bench: what"), "opening: bench: what"},
		{fmt.Errorf("app: %w", fmt.Errorf("db: stop it first: %w", db.ErrLocked)), "stop it first"},
		{fault.New(fault.NotFound, "There is no such gift."), "There is no such gift."},
		{errors.New("listen: a text is wanted"), "listen: a text is wanted"},
		{errors.New("the data folder: no"), "the data folder: no"},
	} {
		if got := plain(c.err); got != c.want {
			t.Errorf("%q is told as %q, want %q", c.err, got, c.want)
		}
	}
}

// TestSpeakers holds that no package's name gets into a message.
func TestSpeakers(t *testing.T) {
	for _, pattern := range []string{"../../internal/*", "../../internal/payment/*"} {
		folders, err := filepath.Glob(pattern)
		if err != nil || len(folders) == 0 {
			t.Fatal(folders, err)
		}
		for _, f := range folders {
			name := filepath.Base(f)
			if st, err := os.Stat(f); err != nil || !st.IsDir() || strings.HasSuffix(name, "test") || name == "tidy" || name == "tools" {
				continue
			}
			if got := plain(errors.New(name + ": what")); got != "what" {
				t.Errorf("a message may begin with %q; add the package to speaker", got)
			}
		}
	}
}

// TestDatabaseName holds that the password of a database is not shown.
func TestDatabaseName(t *testing.T) {
	for where, want := range map[string]string{
		"sqlite:/var/lib/ovation.db":                         "/var/lib/ovation.db",
		"postgres://db/ovation":                              "postgres://db/ovation",
		"postgres://ovation:secret@db:5432/ovation":          "postgres://ovation:xxxxx@db:5432/ovation",
		"postgres://db/ovation?user=ovation&password=secret": "postgres://db/ovation",
		"postgres://ovation:se%cret@db/ovation":              "PostgreSQL",
	} {
		if got := databaseName(where); got != want {
			t.Errorf("%s is called %s, want %s", where, got, want)
		}
	}
}

func TestDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"8d": 192 * time.Hour, "24h": 24 * time.Hour, "1d12h": 36 * time.Hour, "0d90s": 90 * time.Second} {
		var d days
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%s is %s, %v", text, time.Duration(d), err)
		}
	}
	for _, text := range []string{"", "8", "d", "1d1d", "d8", "-", "1.5d", "99999999999d"} {
		var d days
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %s", text, time.Duration(d))
		}
	}
}

// TestHelp is what people try first.
func TestHelp(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{{nil, "Usage: ovation"}, {[]string{"help"}, "Usage: ovation"}, {[]string{"help", "serve"}, "Usage: ovation serve"}, {[]string{"--version"}, "ovation "}} {
		if status, said := runProgram(t, c.args...); status != 0 || !strings.Contains(said, c.says) {
			t.Errorf("ovation %v: %d %s", c.args, status, said)
		}
	}
}
