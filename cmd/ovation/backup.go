package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ovationhq/ovation/internal/db"
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
	to := "--to <folder>"
	if d.Engine() == "postgres" {
		to = "--database postgres://…/<empty database>"
	}
	fmt.Fprintf(s.out, "Check the copy with: ovation restore --verify %s %s\n", c.To, to)
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
