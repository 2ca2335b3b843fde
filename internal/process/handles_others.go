//go:build !linux

package process

import "os"

// handles opens cgroups by their id, which only Linux can.
type handles struct{}

func newHandles(string) handles { return handles{} }

func (*handles) path(string, uint64) (path string, known, ok bool) { return "", false, false }

// inode is the inode number of a file. 0: not known.
func inode(os.FileInfo) uint64 { return 0 }

// identify names the state of a file. False: not known.
func identify(os.FileInfo) (fileID, bool) { return fileID{}, false }
