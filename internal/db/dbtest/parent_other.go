//go:build !linux

package dbtest

import "syscall"

// dieWithParent can not be had here: a server whose test process was killed
// stays until somebody ends it.
func dieWithParent(a *syscall.SysProcAttr) *syscall.SysProcAttr { return a }
