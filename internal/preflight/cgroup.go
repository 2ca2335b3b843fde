package preflight

import "strings"

// Cgroup is the cgroup v2 folder whose sockets would be read, and what else there is.
type Cgroup struct {
	// Path is the folder: the configured one, else the host's root as far as the mount
	// table shows it. Empty when there is none.
	Path string `json:"path"`
	// Configured tells that the path was asked for.
	Configured bool `json:"configured"`
	// ID is the kernel's id, the folder's inode number.
	ID uint64 `json:"id"`
	// Root tells whether it is the root of the hierarchy: the whole host.
	Root bool `json:"root"`
	// Error says why there is no path, or why it cannot be looked at.
	Error string `json:"error,omitempty"`
	// Own is the path of this process's cgroup, seen from its cgroup namespace.
	Own string `json:"own"`
	// Mounts are all mounts of cgroup v2, at most maxMounts.
	Mounts []CgroupMount `json:"mounts"`
}

// CgroupMount is one mount of cgroup v2.
type CgroupMount struct {
	Path string `json:"path"`
	ID   uint64 `json:"id"`
	Root bool   `json:"root"`
}

// maxMounts is how many mounts of cgroup v2 are listed: one or two are usual.
const maxMounts = 16

// rootMount is where the whole hierarchy is mounted, empty when nowhere.
func (c *Cgroup) rootMount() string {
	for _, m := range c.Mounts {
		if m.Root {
			return m.Path
		}
	}
	return ""
}

// mounts is what a mount table (proc_pid_mountinfo(5)) says that matters here.
type mounts struct {
	cgroup2 []string // mount points
	hidePID string
}

func parseMounts(table string) (m mounts) {
	for line := range strings.Lines(table) {
		head, tail, found := strings.Cut(line, " - ")
		fields, kind := strings.Fields(head), strings.Fields(tail)
		if !found || len(fields) < 6 || len(kind) < 3 {
			continue
		}
		point := unescape(fields[4])
		switch {
		case kind[0] == "cgroup2" && len(m.cgroup2) < maxMounts:
			m.cgroup2 = append(m.cgroup2, point)
		case kind[0] == "proc" && point == "/proc":
			m.hidePID = hidePID(kind[2])
		}
	}
	return m
}

// hidePID finds the option in the superblock's, as a number or, since Linux 5.8, a word.
func hidePID(options string) string {
	for option := range strings.SplitSeq(options, ",") {
		if value, ok := strings.CutPrefix(option, "hidepid="); ok && value != "0" && value != "off" {
			return value
		}
	}
	return ""
}

// unescape undoes the four escapes of the mount table.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// ownCgroup is the cgroup v2 line of /proc/PID/cgroup (cgroups(7)).
func ownCgroup(text string) string {
	for line := range strings.Lines(text) {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return strings.TrimSuffix(path, "\n")
		}
	}
	return ""
}

// lockdown finds the chosen one in "none [integrity] confidentiality".
func lockdown(text string) string {
	_, rest, _ := strings.Cut(text, "[")
	chosen, _, found := strings.Cut(rest, "]")
	if !found {
		return ""
	}
	return chosen
}
