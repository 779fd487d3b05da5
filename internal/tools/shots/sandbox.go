package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// sandbox is an instance of the program that is run for its pictures.
type sandbox struct {
	url  string
	stop func()
}

var siteLine = regexp.MustCompile(`^\s*Site\s+(http://\S+)`)

// startSandbox builds the program and runs it in a folder that is thrown away.
func startSandbox(ctx context.Context) (*sandbox, error) {
	dir, err := os.MkdirTemp("", "shots-sandbox")
	if err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "ovation")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/ovation")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, "dev", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	s := &sandbox{stop: func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait(); _ = os.RemoveAll(dir) }}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := siteLine.FindStringSubmatch(lines.Text()); m != nil {
			s.url = m[1]
		}
		if len(lines.Text()) > 5 && lines.Text()[:5] == "Ready" {
			go func() { // so that the program is never held up by what it says
				for lines.Scan() {
					_ = lines.Text()
				}
			}()
			return s, nil
		}
	}
	s.stop()
	return nil, errors.New("the sandbox ended before it was ready")
}
