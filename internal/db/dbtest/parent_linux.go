package dbtest

import "syscall"

// dieWithParent has the server die with the test process, however that ends.
func dieWithParent(a *syscall.SysProcAttr) *syscall.SysProcAttr {
	a.Pdeathsig = syscall.SIGQUIT
	return a
}
