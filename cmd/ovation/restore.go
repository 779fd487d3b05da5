package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/webhook"
)

type restoreCmd struct {
	jsonFlag
	From     string `arg:"" help:"The backup." type:"existingfile"`
	To       string `help:"A data folder without a database, for a backup of SQLite." required:"" xor:"target" type:"path" placeholder:"FOLDER"`
	Database string `help:"An empty database, for a backup of PostgreSQL: postgres://…" required:"" xor:"target" placeholder:"URL"`
	Verify   bool   `help:"Verify the books of the backup: of SQLite before it is put in place."`
}

// restored is a restore for programs.
type restored struct {
	Object       string         `json:"object"`
	Database     string         `json:"database"`
	From         string         `json:"from"`
	Verification *ledger.Report `json:"verification,omitempty"`
}

// Run implements the command.
func (c *restoreCmd) Run(s *shared) error {
	if c.Database != "" {
		return c.intoPostgres(s)
	}
	return c.intoFolder(s)
}

func (c *restoreCmd) intoFolder(s *shared) error {
	target := filepath.Join(c.To, "ovation.db")
	// A log that is left of another database would be read into this one.
	for _, file := range []string{target, target + "-wal", target + "-shm"} {
		if _, err := os.Lstat(file); err == nil {
			return fmt.Errorf("%s exists already; a restore never overwrites", file)
		}
	}
	if err := c.begins("SQLite format 3\x00", "SQLite", "--database and an empty one of PostgreSQL"); err != nil {
		return err
	}
	if err := os.MkdirAll(c.To, 0o700); err != nil {
		return err
	}
	part := target + ".restoring"
	if err := copyFile(c.From, part); err != nil {
		return err
	}
	if err := db.CheckCopy(s.ctx, part); err != nil {
		return errors.Join(fmt.Errorf("%s is not restored: %w", c.From, err), removeAll(part, part+"-wal", part+"-shm"))
	}
	answer := restored{Object: "restore", Database: target, From: c.From}
	if !c.JSON {
		fmt.Fprintf(s.out, "database: %s\n", target)
	}
	if c.Verify {
		var err error
		if answer.Verification, err = c.verifyCopy(s, part); err != nil {
			return err
		}
	}
	if err := c.note(s.ctx, db.Config{URL: "sqlite:" + part, Clock: sandboxClock(c.To)}); err != nil {
		return errors.Join(err, removeAll(part, part+"-wal", part+"-shm", part+".lock"))
	}
	if err := removeAll(part + ".lock"); err != nil {
		return err
	}
	if err := putInPlace(part, target); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, answer)
	}
	fmt.Fprintf(s.out, "Restored from %s. A backup holds the database only: put the folder media of the instance into %s, and its cursor.key, or lists that are being read in pages begin again.\n", c.From, c.To)
	return nil
}

// intoPostgres fills an empty database. It is not the instance's until a server
// is told so: what verify finds there has harmed nobody.
func (c *restoreCmd) intoPostgres(s *shared) error {
	if !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return exit{statusUsage, errors.New("--database is for PostgreSQL: postgres://user:password@host/database; a backup of SQLite is restored --to a folder")}
	}
	if err := c.begins("PGDMP", "PostgreSQL", "--to and a folder"); err != nil {
		return err
	}
	if err := db.RestorePostgres(s.ctx, c.Database, c.From); err != nil {
		return err
	}
	if err := c.note(s.ctx, db.Config{URL: c.Database, Clock: sandboxClock("")}); err != nil {
		return err
	}
	answer := restored{Object: "restore", Database: databaseName(c.Database), From: c.From}
	if c.Verify {
		var err error
		if answer.Verification, err = verifyURL(s.ctx, db.Config{URL: c.Database, Clock: sandboxClock(""), ReadOnly: true}); err != nil {
			return err
		}
	}
	if c.JSON {
		if err := printJSON(s.out, answer); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.out, "database: %s\n", answer.Database)
		if c.Verify {
			printReport(s.out, answer.Verification)
		}
		fmt.Fprintf(s.out, "Restored from %s. A backup holds the database only: the folder media and cursor.key are in the instance's data folder.\n", c.From)
	}
	if c.Verify && !answer.Verification.OK() {
		return exit{statusBooks, fmt.Errorf("the backup's books are not right; they were left in %s", answer.Database)}
	}
	return nil
}

// note writes down in the audit log of the copy that it was restored: whoever
// reads the log sees that what followed the backup is not there. Its webhooks
// rest until somebody enables them.
func (c *restoreCmd) note(ctx context.Context, cfg db.Config) error {
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		act := audit.Act{Origin: audit.Of(ctx), Verb: "database.restore", Subject: filepath.Base(c.From)}
		disabled, err := webhook.Quiet(ctx, tx)
		if err != nil {
			return err
		}
		if disabled > 0 {
			act.Changed = map[string]any{"disabled_webhooks": disabled}
		}
		return audit.Record(ctx, tx, act)
	})
	return errors.Join(err, d.Close())
}

// begins looks at how the file begins.
func (c *restoreCmd) begins(with, engine, other string) error {
	f, err := os.Open(c.From)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(with))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != with {
		return fmt.Errorf("%s is no backup of %s (one of the other engine is restored with %s)", c.From, engine, other)
	}
	return nil
}

// verifyCopy verifies the books of the copy. One whose books are not right is
// left for who wants to look; one that can not be read is removed.
func (c *restoreCmd) verifyCopy(s *shared, file string) (*ledger.Report, error) {
	r, err := verifyFile(s.ctx, file)
	if err != nil {
		return nil, errors.Join(err, os.Remove(file))
	}
	if !c.JSON {
		printReport(s.out, r)
	}
	if !r.OK() {
		if c.JSON {
			err = printJSON(s.out, restored{Object: "restore", Database: file, From: c.From, Verification: r})
		}
		return nil, errors.Join(exit{statusBooks, fmt.Errorf("the backup's books are not right; it was left at %s", file)}, err)
	}
	return r, nil
}

func verifyFile(ctx context.Context, file string) (*ledger.Report, error) {
	defer os.Remove(file + ".lock")
	return verifyURL(ctx, db.Config{URL: "sqlite:" + file, Clock: sandboxClock(filepath.Dir(file))})
}

func verifyURL(ctx context.Context, cfg db.Config) (*ledger.Report, error) {
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	r, err := ledger.Verify(ctx, d, nil, app.Checks()...)
	return r, errors.Join(err, d.Close())
}

func removeAll(files ...string) (err error) {
	for _, f := range files {
		if e := os.Remove(f); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	if err := out.Sync(); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
