package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestReadme runs every shell block of the README, in order, in one shell,
// beside a sandbox that was started as the README says.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 4 {
		t.Fatalf("the README has %d shell blocks; the tour alone has 3", len(blocks))
	}
	folder := t.TempDir()
	startSandbox(t, folder)
	script := "set -eu\n"
	for _, b := range blocks {
		script += b[1] + "\n"
	}
	// The reader runs the program from the source; the test runs the one it
	// has built, in a folder of its own.
	script = strings.ReplaceAll(script, "go run ./cmd/ovation", program)
	script = strings.ReplaceAll(script, "go build -o ovation ./cmd/ovation", "cp "+program+" ovation")
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the README's blocks: %v\n%s", err, out)
	}
	for _, want := range []string{`"object":"coin_purchase"`, `"gift":"confetti"`, `"object":"earnings_balance"`, `"state":"paid"`, "Card payment", "The books are right."} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the README's blocks did not print %q:\n%s", want, out)
		}
	}
}

// TestReadmeCommands holds the README to its two commands.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	top := strings.Join(strings.SplitN(string(text), "\n", 26)[:25], "\n")
	ci, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"go run ./cmd/ovation dev", "go test ./..."} {
		if !strings.Contains(top, "$ "+command) {
			t.Errorf("%q is not within the first 25 lines of the README", command)
		}
	}
	if !strings.Contains(string(ci), "go test ./...") {
		t.Error(".ci/run does not call the README's test command")
	}
}

// startSandbox runs dev in the folder until the test ends, without simulated
// fans, and returns when it answers.
func startSandbox(t *testing.T, folder string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	cmd := exec.CommandContext(ctx, program, "dev", "--listen", "127.0.0.1:0", "--no-sim")
	cmd.Dir = folder
	cmd.Stderr = os.Stderr
	ready, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	if n, err := ready.Read(make([]byte, 4096)); n == 0 {
		t.Fatalf("the sandbox said nothing: %v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "ovation-dev", "env")); err != nil {
		t.Fatal(err)
	}
}
