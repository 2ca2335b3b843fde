package process

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNoCgroup2 says that the mount table shows no cgroup v2 root.
var ErrNoCgroup2 = errors.New("no cgroup v2 root is mounted: mount one (mount -t cgroup2 none /sys/fs/cgroup), or name its folder in capture.cgroup_path")

// maxMountLine is more than the kernel writes for one mount (paths and options
// are at most a page each before escaping).
const maxMountLine = 256 << 10

// FindCgroup2Mount reads a mount table in the form of /proc/self/mountinfo
// (proc_pid_mountinfo(5)) and gives the mount point of the host's cgroup v2
// root. A mount of a subtree does not count. Seen from inside a cgroup
// namespace the host's root reads "/.." or "/../..", and "/" is the reader's own
// cgroup: the mount that is furthest out wins. Of equals the first one does; a
// mount that was mounted over does not count. Errors: ErrNoCgroup2, or what r gave.
func FindCgroup2Mount(r io.Reader) (string, error) {
	type mount struct {
		point string
		out   int
	}
	var found []mount
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxMountLine)
	for lines.Scan() {
		root, point, kind, ok := mountLine(lines.Text())
		if !ok {
			continue
		}
		for i := range found {
			if found[i].point == point {
				found[i].out = -1
			}
		}
		if out, whole := levelsOut(root); whole && kind == "cgroup2" {
			found = append(found, mount{point, out})
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("read mount table: %w", err)
	}
	best := mount{out: -1}
	for _, m := range found {
		if m.out > best.out {
			best = m
		}
	}
	if best.out < 0 {
		return "", ErrNoCgroup2
	}
	return best.point, nil
}

// mountLine splits "36 35 98:0 /root /point rw,noatime shared:1 - cgroup2 source opts".
func mountLine(line string) (root, point, kind string, ok bool) {
	head, tail, found := strings.Cut(line, " - ")
	fields := strings.Fields(head)
	if !found || len(fields) < 6 {
		return "", "", "", false
	}
	kind, _, _ = strings.Cut(tail, " ")
	return unescapeMount(fields[3]), unescapeMount(fields[4]), kind, true
}

// levelsOut counts the ".." of a root that consists of nothing else.
func levelsOut(root string) (int, bool) {
	if root == "/" {
		return 0, true
	}
	n := 0
	for root != "" {
		if !climbs(root) {
			return 0, false
		}
		root = root[len("/.."):]
		n++
	}
	return n, n > 0
}

// unescapeMount undoes the octal escapes \040, \011, \012 and \134.
func unescapeMount(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+3 < len(s) && s[i] == '\\' && isOctal(s[i+1]) && isOctal(s[i+2]) && isOctal(s[i+3]) {
			b.WriteByte((s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isOctal(b byte) bool { return '0' <= b && b <= '7' }
