package process

import "strings"

// pickCgroup chooses from the lines of /proc/<pid>/cgroup (cgroups(7)),
// "id:controllers:path", the one path that says most about the process: the first that
// lies in a container, else the first that is not the root, in the order
// v2, name=systemd, memory, pids, cpu, anything else. On hybrid hosts the v2
// line may well be "/" while the v1 lines name the container. Leading "/.." (a
// reader in a cgroup namespace looking out of it) is left to the caller.
func pickCgroup(content string) string {
	var best [2][hierarchies]string // 0: in a container, 1: any other but the root
	root := ""
	for line := range strings.Lines(content) {
		rank, path, ok := cgroupLine(strings.TrimSuffix(line, "\n"))
		if !ok {
			continue
		}
		if path == "/" {
			root = path
			continue
		}
		class := 1
		if ParseCgroup(path).Contained() {
			class = 0
		}
		if best[class][rank] == "" {
			best[class][rank] = path
		}
	}
	for class := range best {
		for _, path := range best[class] {
			if path != "" {
				return path
			}
		}
	}
	return root
}

// The ranks of hierarchies, most telling first.
const (
	unified = iota
	named
	memory
	pids
	cpu
	other
	hierarchies
)

// cgroupLine splits one line. The kernel marks a removed cgroup with " (deleted)".
func cgroupLine(line string) (rank int, path string, ok bool) {
	id, rest, ok1 := strings.Cut(line, ":")
	controllers, path, ok2 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || !strings.HasPrefix(path, "/") {
		return 0, "", false
	}
	path = strings.TrimSuffix(path, " (deleted)")
	switch {
	case id == "0" && controllers == "":
		return unified, path, true
	case controllers == "name=systemd":
		return named, path, true
	}
	rank = other
	for c := range strings.SplitSeq(controllers, ",") {
		switch c {
		case "memory":
			rank = min(rank, memory)
		case "pids":
			rank = min(rank, pids)
		case "cpu":
			rank = min(rank, cpu)
		}
	}
	return rank, path, true
}

// climbs tells whether a path leads out of the reader's cgroup namespace.
func climbs(path string) bool { return path == "/.." || strings.HasPrefix(path, "/../") }

// withoutClimb takes the leading "/.." components off.
func withoutClimb(path string) string {
	for climbs(path) {
		path = path[len("/.."):]
	}
	if path == "" {
		return "/"
	}
	return path
}
