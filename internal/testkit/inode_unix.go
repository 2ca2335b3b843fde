//go:build unix

package testkit

import (
	"io/fs"
	"syscall"
)

// inode is the inode number of a file; 0 where the system gives none.
func inode(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Ino)
	}
	return 0
}
