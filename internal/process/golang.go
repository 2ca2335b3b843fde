package process

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"

	"github.com/beylareceiver/beylareceiver/internal/goruntime"
)

// maxBinaries caps how many executables are remembered, Go programs and others.
const maxBinaries = 1024

// binaries remember what was found in executables, so that each is read
// once, however many processes run it. Look-ups run beside each other.
type binaries struct {
	mu   sync.Mutex
	seen map[fileID]goruntime.Info
}

// fileID names a state of a file: what is written to it changes the times.
type fileID struct {
	dev, ino uint64
	size     int64
	changed  int64 // ctime, ns, which only the kernel sets
	modified int64 // mtime, ns
}

// golang looks into the executable of a process that read told about. Zero: it runs
// no Go program, the privilege is missing, or it has gone.
func (b *binaries) golang(p procFS, pid uint32, f *facts) goruntime.Info {
	if f.exe == "" {
		return goruntime.Info{}
	}
	// What an executable is named does not matter: the link leads to the file itself. It is
	// opened without waiting, should it be something else in a folder that only looks like /proc.
	name := filepath.Join(string(p), strconv.FormatUint(uint64(pid), 10), "exe")
	exe, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return goruntime.Info{}
	}
	defer func() { _ = exe.Close() }()
	// The pid still is the process's, so it was when the file was opened.
	if s, err := p.stat(pid); err != nil || s.ticks != f.ticks {
		return goruntime.Info{}
	}
	return b.look(exe)
}

// look reads an executable, unless it was read before. Files that cannot be told from
// another are read each time. What could not be read for now is not remembered.
func (b *binaries) look(exe *os.File) goruntime.Info {
	stat, err := exe.Stat()
	if err != nil || !stat.Mode().IsRegular() {
		return goruntime.Info{}
	}
	id, ok := identify(stat)
	if info, known := b.get(id); ok && known {
		return info
	}
	info, err := goruntime.Read(exe, stat.Size())
	if ok && (err == nil || settled(err)) {
		b.put(id, info)
	}
	return info
}

// settled tells a finding about the file from a failure to read it.
func settled(err error) bool {
	return errors.Is(err, goruntime.ErrNotGo) || errors.Is(err, goruntime.ErrVersion) || errors.Is(err, goruntime.ErrPlace)
}

func (b *binaries) get(id fileID) (goruntime.Info, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	info, ok := b.seen[id]
	return info, ok
}

// put remembers a file; when there are too many, any other is forgotten.
func (b *binaries) put(id fileID, info goruntime.Info) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == nil {
		b.seen = make(map[fileID]goruntime.Info)
	}
	if len(b.seen) >= maxBinaries {
		for old := range b.seen {
			delete(b.seen, old)
			break
		}
	}
	b.seen[id] = info
}
