package process

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/goruntime"
)

// facts is what /proc told about one process. argv and cwd serve to find a
// name and are let go of after that.
type facts struct {
	stat
	program
	env    environment
	golang goruntime.Info
	cgroup string
	vpid   uint32
	netns  uint32
}

// Why /proc said nothing.
var (
	// errGone: the process has exited, or /proc hides it (hidepid).
	errGone = errors.New("process is gone")
	// errForeign: /proc/<pid> is another process: the pid was reused, or this
	// /proc belongs to another pid namespace.
	errForeign = errors.New("process has another start time")
)

const (
	statLimit    = 4 << 10
	cmdlineLimit = 32 << 10 // java's class path comes before the main class
	cgroupLimit  = 32 << 10
	statusLimit  = 8 << 10
)

// procFS reads /proc, or another folder that looks like it.
type procFS string

// open pins the process: once it has exited, nothing can be read through the
// folder any more, whoever has its number then.
func (p procFS) open(pid uint32) (*os.Root, stat, error) {
	dir, err := os.OpenRoot(filepath.Join(string(p), strconv.FormatUint(uint64(pid), 10)))
	if err != nil {
		return nil, stat{}, errGone
	}
	line, err := readSome(dir, "stat", statLimit)
	if err != nil {
		_ = dir.Close()
		return nil, stat{}, errGone
	}
	s, err := parseStat(line)
	if err != nil {
		_ = dir.Close()
		return nil, stat{}, err
	}
	return dir, s, nil
}

// stat reads the stat line alone.
func (p procFS) stat(pid uint32) (stat, error) {
	dir, s, err := p.open(pid)
	if err != nil {
		return stat{}, err
	}
	return s, dir.Close()
}

// read collects the facts of a process that began at start (ns since boot; 0:
// not known, believe /proc). What a missing privilege hides is left empty.
// Errors: errGone, errForeign, errStat.
func (p procFS) read(pid uint32, start uint64) (facts, error) {
	dir, s, err := p.open(pid)
	if err != nil {
		return facts{}, err
	}
	defer func() { _ = dir.Close() }()
	if start != 0 && !sameStart(start, s.ticks) {
		return facts{}, errForeign
	}
	f := facts{stat: s}
	f.program = readProgram(dir, s.comm)
	f.env = openEnviron(dir)
	if b, err := readSome(dir, "cgroup", cgroupLimit); err == nil {
		f.cgroup = pickCgroup(string(b))
	}
	if b, err := readSome(dir, "status", statusLimit); err == nil {
		f.vpid = vpidOf(string(b))
	}
	if link, err := dir.Readlink("ns/net"); err == nil {
		f.netns = nsInode(link)
	}
	return f, nil
}

func readProgram(dir *os.Root, comm string) program {
	g := program{comm: comm}
	if exe, err := dir.Readlink("exe"); err == nil {
		g.exe = strings.TrimSuffix(exe, " (deleted)")
	}
	if cwd, err := dir.Readlink("cwd"); err == nil {
		g.cwd = strings.TrimSuffix(cwd, " (deleted)")
	}
	if b, err := readSome(dir, "cmdline", cmdlineLimit); err == nil {
		g.argv = splitArgs(b, len(b) == cmdlineLimit)
	}
	return g
}

// splitArgs splits at NUL. Trailing empty arguments are what a rewritten title
// leaves behind; the last argument of a cut command line is not whole.
func splitArgs(b []byte, cut bool) []string {
	if i := bytes.LastIndexByte(b, 0); cut && i >= 0 {
		b = b[:i]
	}
	b = bytes.TrimRight(b, "\x00")
	if len(b) == 0 {
		return nil
	}
	return strings.Split(string(b), "\x00")
}

func openEnviron(dir *os.Root) environment {
	f, err := dir.Open("environ")
	if err != nil {
		return environment{}
	}
	defer func() { _ = f.Close() }()
	return readEnviron(f)
}

// readSome reads at most limit bytes of a file. What was read before an error
// counts, unless it is nothing.
func readSome(dir *os.Root, name string, limit int64) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	if len(b) > 0 {
		return b, nil
	}
	return b, err
}
