package process

import (
	"encoding/binary"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// fileIDKernfs is the kernel's FILEID_KERNFS (include/linux/exportfs.h): the
// handle is the id itself.
const fileIDKernfs = 0xfe

// handles opens cgroups by their id.
type handles struct{ usable bool }

// newHandles tells whether the folder is a cgroup v2 mount at all; whether we
// may open handles there the first try shows.
func newHandles(root string) handles {
	var fs unix.Statfs_t
	err := unix.Statfs(root, &fs)
	return handles{usable: err == nil && fs.Type == unix.CGROUP2_SUPER_MAGIC}
}

// path gives the path below root of the cgroup with this id. known is false
// when the kernel does not say, ok when there is such a cgroup.
func (h *handles) path(root string, id uint64) (path string, known, ok bool) {
	if !h.usable {
		return "", false, false
	}
	dir, err := os.Open(root)
	if err != nil {
		return "", false, false
	}
	defer func() { _ = dir.Close() }()
	handle := unix.NewFileHandle(fileIDKernfs, binary.NativeEndian.AppendUint64(nil, id))
	fd, err := unix.OpenByHandleAt(int(dir.Fd()), handle, unix.O_PATH|unix.O_CLOEXEC)
	if errors.Is(err, unix.ESTALE) {
		return "", true, false
	}
	if err != nil { // EPERM without CAP_DAC_READ_SEARCH: it will not get better
		h.usable = false
		return "", false, false
	}
	defer func() { _ = unix.Close(fd) }()
	link, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil {
		return "", false, false
	}
	if link == root {
		return "/", true, true
	}
	below, ok := strings.CutPrefix(link, strings.TrimSuffix(root, "/")+"/")
	if !ok {
		return "", false, false
	}
	return "/" + below, true, true
}

// identify names the state of a file. False: not known.
func identify(info os.FileInfo) (fileID, bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{
		dev: uint64(s.Dev), ino: s.Ino, size: s.Size, changed: s.Ctim.Nano(), modified: s.Mtim.Nano(),
	}, true
}

// inode is the inode number of a file. 0: not known.
func inode(info os.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}
