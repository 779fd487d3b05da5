package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// program is the ovation that the tests of this package run as processes of
// their own. It is built once.
var program string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "ovation-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(folder, "ovation")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = dbtest.Run(m)
	}
	os.RemoveAll(folder)
	os.Exit(code)
}
