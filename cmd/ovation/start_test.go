package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os/exec"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// serve runs ovation serve, which is expected to end by itself, and returns
// its status and what it said.
func serve(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	return runProgram(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
}

// runProgram runs the program to its end.
func runProgram(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("ovation %v did not end in 30 s: %s", args, out.String())
	}
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode(), out.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, out.String()
}

// newerSchema marks the database as changed by a program of the future.
func newerSchema(t *testing.T, file string) {
	t.Helper()
	d, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec("INSERT INTO db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
		t.Fatal(err)
	}
}
