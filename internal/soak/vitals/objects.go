package vitals

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Objects are the eBPF objects that a process holds: by descriptors of its own, or, a
// program, by a link. Ids are the kernel's, in ascending order.
type Objects struct {
	Maps, Programs, Links []uint32
	// Locked is the memory of the maps, in bytes, as the kernel states it.
	Locked int64
}

// Any tells whether there are any.
func (o Objects) Any() bool { return len(o.Maps)+len(o.Programs)+len(o.Links) > 0 }

// gathering keeps each id once: several descriptors may stand for one object.
type gathering struct {
	maps, programs, links map[uint32]int64
}

// add reads one file of /proc/PID/fdinfo.
// https://docs.kernel.org/bpf/index.html; kernel/bpf/syscall.c, bpf_{map,prog,link}_show_fdinfo
func (g *gathering) add(fdinfo string) error {
	var id [3]uint32 // map, program, link
	var locked uint64
	names := [...]string{"map_id", "prog_id", "link_id"}
	for line := range strings.Lines(fdinfo) {
		name, value, _ := strings.Cut(line, ":")
		at := slices.Index(names[:], name)
		if at < 0 && name != "memlock" {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if at < 0 {
			locked = n
		} else {
			id[at] = uint32(n)
		}
	}
	for at, into := range [...]map[uint32]int64{g.maps, g.programs, g.links} {
		if id[at] != 0 {
			into[id[at]] = int64(locked)
		}
	}
	return nil
}

func (g *gathering) objects() Objects {
	o := Objects{
		Maps:     slices.Sorted(maps.Keys(g.maps)),
		Programs: slices.Sorted(maps.Keys(g.programs)),
		Links:    slices.Sorted(maps.Keys(g.links)),
	}
	for _, bytes := range g.maps {
		o.Locked += bytes
	}
	return o
}

// readObjects gives the objects and the number of all descriptors.
func readObjects(pid int) (Objects, int, error) {
	dir := fmt.Sprintf("/proc/%d/fdinfo", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Objects{}, 0, fmt.Errorf("list the descriptors of a process: %w", err)
	}
	g := gathering{map[uint32]int64{}, map[uint32]int64{}, map[uint32]int64{}}
	open := 0
	for _, e := range entries {
		info, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // closed meanwhile
		}
		if err != nil {
			return Objects{}, 0, fmt.Errorf("read a descriptor of a process: %w", err)
		}
		open++
		if err := g.add(string(info)); err != nil {
			return Objects{}, 0, err
		}
	}
	return g.objects(), open, nil
}
