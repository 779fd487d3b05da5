//go:build !linux

package dbtest

// inMemory names no folder: that of temporary files is taken.
func inMemory() string { return "" }
