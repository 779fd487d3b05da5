package dbtest

import "syscall"

// inMemory names a folder in memory that has room for a cluster, or none. A database
// is several hundred files, and to make and to delete them is most of what a test's
// database costs on a disk. A container often has a small one.
func inMemory() string {
	const folder, room = "/dev/shm", 4 << 30
	var fs syscall.Statfs_t
	if syscall.Statfs(folder, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < room {
		return ""
	}
	return folder
}
