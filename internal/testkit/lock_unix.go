//go:build unix

package testkit

import (
	"fmt"
	"os"
	"syscall"
)

// lockFile takes an exclusive lock that other test binaries respect.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("take the lock: %w", err)
	}
	return func() { f.Close() }, nil // closing releases it
}
