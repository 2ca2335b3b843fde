package preflight

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// rootInode is the inode number of the root of a cgroup hierarchy on a 64-bit
// kernel (kernfs_new_node in fs/kernfs/dir.c).
const rootInode = 1

// errNoCgroup2 says what a folder is not.
var errNoCgroup2 = errors.New("not a cgroup v2 folder")

// cgroupFolder looks at a folder. cgroup.type exists in all but the root
// (https://docs.kernel.org/admin-guide/cgroup-v2.html).
func cgroupFolder(path string) (id uint64, root bool, err error) {
	var sys unix.Statfs_t
	if err := unix.Statfs(path, &sys); err != nil {
		return 0, false, fmt.Errorf("look at %s: %w", path, err)
	}
	if sys.Type != unix.CGROUP2_SUPER_MAGIC {
		return 0, false, fmt.Errorf("%s: %w", path, errNoCgroup2)
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, false, fmt.Errorf("look at %s: %w", path, err)
	}
	_, err = os.Stat(filepath.Join(path, "cgroup.type"))
	return st.Ino, st.Ino == rootInode && errors.Is(err, fs.ErrNotExist), nil
}

// netnsCookie asks for the cookie of the network namespace, which takes no
// privilege; 0 before Linux 5.14.
func netnsCookie() uint64 {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer func() { _ = unix.Close(fd) }()
	cookie, err := unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
	if err != nil {
		return 0
	}
	return cookie
}

func uname() (release, machine string) {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "", ""
	}
	return unix.ByteSliceToString(u.Release[:]), unix.ByteSliceToString(u.Machine[:])
}

// memlock is the soft limit in bytes, -1 for none.
func memlock() int64 {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &r); err != nil || r.Cur > 1<<62 {
		return -1
	}
	return int64(r.Cur)
}
