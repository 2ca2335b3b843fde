package correlate

// processes learns the habits of processes. One that serves and sends no
// requests of its own is a leaf: nobody need know which of its threads reads, and the
// kernel can spare itself telling.
type processes struct {
	// leaf is told when a process has become one, or is one no more.
	leaf func(pid uint32, leaf bool)
}

const (
	// leafAfter is how many reads without a call make a leaf.
	leafAfter = 256
	// maxProcesses is how many processes are remembered; beyond it those that
	// hold nothing are forgotten.
	maxProcesses = 16384
)

// read notes that a process read a request.
func (ps *processes) read(h *hand) {
	if h == nil {
		return
	}
	h.reads++
	if h.reads >= leafAfter && h.calls == 0 && !h.leaf {
		h.leaf = true
		ps.leaf(h.pid, true)
	}
}

// called notes that a process, if it is one that serves, sent a request.
func (ps *processes) called(h *hand) {
	if h == nil {
		return
	}
	h.calls++
	if h.leaf {
		h.leaf = false
		ps.leaf(h.pid, false)
	}
}

// Forget drops what was learnt of a process, and what it had in hand: it has
// ended, or its number is another's now.
func (c *Correlator) Forget(pid uint32) {
	h := c.hands.find(ofProcess, processOf(pid))
	if h == nil {
		return
	}
	for len(h.conns) > 0 {
		c.letGo(h.conns[0])
	}
	if h.refs == 0 {
		c.hands.drop(h)
		return
	}
	h.reads, h.calls, h.leaf, h.program = 0, 0, false, new(program) // connections still refer to it
}

// Sweep forgets processes that hold nothing when there are too many. Who was told
// that one is a leaf is told otherwise: what it reads would stay unknown for ever.
func (c *Correlator) Sweep() {
	all := c.hands.by[ofProcess]
	if len(all) <= maxProcesses {
		return
	}
	for _, h := range all {
		if h.refs > 0 {
			continue
		}
		if h.leaf {
			c.processes.leaf(h.pid, false)
		}
		c.hands.drop(h)
	}
}
