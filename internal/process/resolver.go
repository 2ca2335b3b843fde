package process

import (
	"os"
	"path"
	"path/filepath"
)

const (
	// walkStep is how many folders one call may read: about 3 ms.
	walkStep = 128
	// walkCap is how many folders one walk may visit.
	walkCap = 32768
	// walkEvery is the shortest time from one walk's begin to the next, ns.
	walkEvery = 1e9
)

// resolver turns cgroup v2 ids into paths. The id is the inode number of the
// cgroup's folder (the whole 64 bits on 64-bit kernels) and is not used again. With
// CAP_DAC_READ_SEARCH the kernel gives the folder at once (open_by_handle_at);
// without, the tree is walked in small steps, and a miss starts a
// new walk once a second at most.
type resolver struct {
	root    string
	handles handles
	paths   map[uint64]string // of the last whole walk, or told by handles; bounded by walkCap
	found   map[uint64]string // of the walk under way
	todo    []string          // folders that it has still to read
	visited int
	next    int64 // when a new walk may begin
}

func newResolver(root string) *resolver {
	if root == "" {
		return nil
	}
	return &resolver{root: root, handles: newHandles(root)}
}

// path gives the path below the mount of the cgroup with this id. False: not
// known, or not yet. A nil resolver knows none.
func (r *resolver) path(id uint64, now int64) (string, bool) {
	if r == nil || id == 0 {
		return "", false
	}
	if p, ok := r.lookup(id); ok {
		return p, true
	}
	if p, known, ok := r.handles.path(r.root, id); known {
		if ok {
			r.remember(id, p)
		}
		return p, ok
	}
	if len(r.todo) == 0 {
		if now < r.next {
			return "", false
		}
		r.begin(now)
	}
	r.step()
	return r.lookup(id)
}

func (r *resolver) lookup(id uint64) (string, bool) {
	if p, ok := r.found[id]; ok {
		return p, true
	}
	p, ok := r.paths[id]
	return p, ok
}

// remember keeps what a handle told.
func (r *resolver) remember(id uint64, path string) {
	if r.paths == nil || len(r.paths) >= walkCap {
		r.paths = make(map[uint64]string)
	}
	r.paths[id] = path
}

func (r *resolver) begin(now int64) {
	r.next, r.visited = now+walkEvery, 0
	r.found = make(map[uint64]string, len(r.paths))
	r.todo = append(r.todo[:0], "/")
	if info, err := os.Stat(r.root); err == nil {
		if id := inode(info); id != 0 {
			r.found[id] = "/"
		}
	}
}

// step reads a few folders; the last step makes the walk the one to look into.
func (r *resolver) step() {
	for n := 0; n < walkStep && len(r.todo) > 0; n++ {
		last := len(r.todo) - 1
		dir := r.todo[last]
		r.todo = r.todo[:last]
		if r.visited++; r.visited <= walkCap {
			r.readFolder(dir)
		}
	}
	if len(r.todo) == 0 {
		r.paths, r.found = r.found, nil
	}
}

func (r *resolver) readFolder(dir string) {
	list, err := os.ReadDir(filepath.Join(r.root, dir))
	if err != nil {
		return // removed in the meantime, or not ours to see
	}
	for _, e := range list {
		if !e.IsDir() || len(r.todo) >= walkCap {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		if id := inode(info); id != 0 {
			sub := path.Join(dir, e.Name())
			r.found[id] = sub
			r.todo = append(r.todo, sub)
		}
	}
}
