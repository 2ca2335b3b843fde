package live

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/beylareceiver/beylareceiver/internal/process"
)

// TestMain moves the test process, and with it all that it starts, into a
// cgroup of its own: a receiver that reads this one is not disturbed by what else
// the host does.
func TestMain(m *testing.M) {
	leave := func() error { return nil }
	if os.Geteuid() == 0 {
		var err error
		if leave, err = enter(); err != nil {
			fmt.Fprintln(os.Stderr, "enter a cgroup:", err)
			os.Exit(1)
		}
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := leave(); err != nil {
			fmt.Fprintln(os.Stderr, "leave the cgroup:", err)
			code = 1
		}
		os.Exit(code)
	}))
}

// enter makes the cgroup, moves there, and says how to come back.
func enter() (leave func() error, err error) {
	root, err := cgroupRoot()
	if err != nil {
		return nil, err
	}
	here, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	m := regexp.MustCompile(`(?m)^0::(.*)$`).FindSubmatch(here)
	if m == nil {
		return nil, errors.New("this process has no cgroup v2")
	}
	group := ownCgroup(root)
	if err := os.Mkdir(group, 0o755); err != nil {
		return nil, err
	}
	join := func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0)
	}
	if err := join(group); err != nil {
		return nil, err
	}
	return func() error {
		if err := join(filepath.Join(root, string(m[1]))); err != nil {
			return err
		}
		return os.Remove(group)
	}, nil
}

func cgroupRoot() (string, error) {
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	defer mounts.Close()
	return process.FindCgroup2Mount(mounts)
}

// ownCgroup is where this process and its children live.
func ownCgroup(root string) string {
	return filepath.Join(root, "beyla-live-"+strconv.Itoa(os.Getpid()))
}
