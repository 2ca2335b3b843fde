package correlate

import "github.com/beylareceiver/beylareceiver/internal/event"

// kind is what a hand belongs to.
type kind uint8

const (
	ofThread kind = iota
	ofGoroutine
	ofProcess
	kinds
)

// owner names a hand: a thread by its id, a goroutine by process and id, a
// process by its number. Both are as wide, so that it hashes as one piece.
type owner struct{ pid, id uint64 }

func threadOf(t event.Thread) owner               { return owner{id: t.ID} }
func goroutineOf(pid uint32, number uint64) owner { return owner{uint64(pid), number} }
func processOf(pid uint32) owner                  { return owner{pid: uint64(pid)} }

// hand is what a thread, a goroutine or a process has in hand: connections on
// which a message was read and nothing was sent back. Mostly that is none or one.
type hand struct {
	kind  kind
	owner owner
	conns []*Conn
	refs  int // connections that were last read by this owner
	// pid is the process that it belongs to.
	pid uint32
	// newest is the connection that was read last, which may be gone since; loops is
	// what that showed: see Conn.watch.
	newest *Conn
	loops  bool
	// program is what a process runs, and how it was seen to work.
	program *program
	// What is known of a process's habits: see processes.
	reads, calls int
	leaf         bool
}

// hands are all that there are, by owner.
type hands struct {
	by    [kinds]map[owner]*hand
	spare []*hand
}

func newHands() (hs hands) {
	for k := range hs.by {
		hs.by[k] = make(map[owner]*hand)
	}
	return hs
}

func (hs *hands) find(k kind, o owner) *hand { return hs.by[k][o] }

func (hs *hands) get(k kind, o owner, pid uint32) *hand {
	if h := hs.by[k][o]; h != nil {
		return h
	}
	var h *hand
	if n := len(hs.spare); n > 0 {
		h, hs.spare = hs.spare[n-1], hs.spare[:n-1]
	} else {
		h = new(hand)
	}
	*h = hand{kind: k, owner: o, pid: pid, conns: h.conns[:0]}
	hs.by[k][o] = h
	return h
}

// maxSpareConns is how long a list a hand may keep while it is spare.
const maxSpareConns = 64

// drop forgets a hand that nobody refers to. Processes stay until they end.
func (hs *hands) drop(h *hand) {
	delete(hs.by[h.kind], h.owner)
	if len(hs.spare) < maxSpare && cap(h.conns) <= maxSpareConns {
		hs.spare = append(hs.spare, h)
	}
}

// assign makes the connection that of its reader, and of its process. What a thread
// reads for a goroutine is the goroutine's: the thread runs another one soon.
func (c *Correlator) assign(k *Conn) {
	switch {
	case k.reader.Goroutine != 0:
		k.hands[ofGoroutine] = c.hands.get(ofGoroutine, goroutineOf(k.pid, k.reader.Goroutine), k.pid)
	case k.reader.ID != 0:
		k.hands[ofThread] = c.hands.get(ofThread, threadOf(k.reader), k.pid)
	}
	if k.pid != 0 {
		h := c.hands.get(ofProcess, processOf(k.pid), k.pid)
		if h.program == nil {
			h.program = c.programs.of(c.host.Program(k.pid))
		}
		k.hands[ofProcess] = h
	}
	for _, h := range k.hands {
		if h != nil {
			h.refs++
		}
	}
}

func (c *Correlator) unassign(k *Conn) {
	for i, h := range k.hands {
		if h == nil {
			continue
		}
		k.hands[i] = nil
		if h.refs--; h.refs == 0 && h.kind != ofProcess {
			c.hands.drop(h)
		}
	}
}

// hold puts the connection into the hands of its reader.
func (c *Correlator) hold(k *Conn) {
	k.held = true
	for i, h := range k.hands {
		if h != nil {
			k.slots[i] = len(h.conns)
			h.conns = append(h.conns, k)
		}
	}
}

// letGo takes it out again.
func (c *Correlator) letGo(k *Conn) {
	if !k.held {
		return
	}
	k.held = false
	for i, h := range k.hands {
		if h == nil {
			continue
		}
		last := len(h.conns) - 1
		moved := h.conns[last]
		h.conns[k.slots[i]], moved.slots[i] = moved, k.slots[i]
		h.conns[last] = nil
		h.conns = h.conns[:last]
	}
}

// only gives the one connection in hand, or nil and how many there are.
func (h *hand) only() (*Conn, int) {
	if h == nil {
		return nil, 0
	}
	if len(h.conns) != 1 {
		return nil, len(h.conns)
	}
	return h.conns[0], 1
}
