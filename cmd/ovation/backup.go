package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

type backupCmd struct {
	books
	jsonFlag
	To string `arg:"" help:"The new file." type:"path"`
}

// Run implements the command.
func (c *backupCmd) Run(s *shared) error {
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := writeBackup(s.ctx, d, c.To); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"object": "backup", "database": c.name(), "file": c.To})
	}
	fmt.Fprintf(s.out, "database: %s\nCopied to %s. It holds the database only: copy the folder media and cursor.key yourself.\n", c.name(), c.To)
	if d.Engine() == "sqlite" {
		fmt.Fprintf(s.out, "Check the copy with: ovation restore --verify %s --to <folder>\n", c.To)
	}
	return nil
}

// writeBackup makes the copy in a folder that nobody else can enter, and gives
// it its name when it is whole and on the disk: a backup that was broken off is
// not mistaken for one.
func writeBackup(ctx context.Context, d *db.DB, to string) error {
	exists := fmt.Errorf("%s exists already; choose a new name for the backup", to)
	if _, err := os.Lstat(to); err == nil {
		return exists
	}
	folder, err := os.MkdirTemp(filepath.Dir(to), ".ovation-backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	part := filepath.Join(folder, "copy")
	if err := d.Backup(ctx, part); err != nil {
		return err
	}
	if err := os.Chmod(part, 0o600); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil { // made in the meantime
		return exists
	}
	return putInPlace(part, to)
}

// putInPlace gives the file its name, also after a failure of the power.
func putInPlace(part, name string) error {
	if err := os.Rename(part, name); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

type restoreCmd struct {
	jsonFlag
	From   string `arg:"" help:"The backup (of SQLite)." type:"existingfile"`
	To     string `help:"A data folder without a database." required:"" type:"path" placeholder:"FOLDER"`
	Verify bool   `help:"Verify the books of the backup before it is put in place."`
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
	target := filepath.Join(c.To, "ovation.db")
	// A log that is left of another database would be read into this one.
	for _, file := range []string{target, target + "-wal", target + "-shm"} {
		if _, err := os.Lstat(file); err == nil {
			return fmt.Errorf("%s exists already; a restore never overwrites", file)
		}
	}
	if err := isDatabase(c.From); err != nil {
		return err
	}
	if err := os.MkdirAll(c.To, 0o700); err != nil {
		return err
	}
	part := target + ".restoring"
	if err := copyFile(c.From, part); err != nil {
		return err
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
	if err := putInPlace(part, target); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, answer)
	}
	fmt.Fprintf(s.out, "Restored from %s. A backup holds the database only: put the folder media of the instance into %s, and its cursor.key, or lists that are being read in pages begin again.\n", c.From, c.To)
	return nil
}

// isDatabase looks at how the file begins.
func isDatabase(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	const begins = "SQLite format 3\x00"
	head := make([]byte, len(begins))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != begins {
		return fmt.Errorf("%s is no backup: it is not a SQLite database (pg_restore restores one of PostgreSQL)", file)
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
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + file, Clock: sandboxClock(filepath.Dir(file))})
	if err != nil {
		return nil, err
	}
	r, err := ledger.Verify(ctx, d, nil, app.Checks()...)
	return r, errors.Join(err, d.Close())
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
