package correlate

// program is what several processes run, one after the other or side by side,
// and what was learnt of the way that it works.
type program struct {
	// agreed is how many requests were answered by whoever had read them.
	agreed int
	// handsOver: one was not, see Conn.compare, or was left for the next one, see Conn.watch.
	handsOver bool
	// multiplexes: it serves several requests at once on one connection (HTTP/2), so that a thread
	// may be at work on one that it is not known to have in hand.
	multiplexes bool
}

// programs are those that were seen, by name.
type programs struct{ by map[string]*program }

// maxPrograms is how many are remembered; beyond it learning starts anew.
const maxPrograms = 4096

// of gives the program of a name; a process whose program is not known has one of its own.
func (ps *programs) of(name string) *program {
	if name == "" {
		return new(program)
	}
	if p := ps.by[name]; p != nil {
		return p
	}
	if len(ps.by) >= maxPrograms {
		clear(ps.by)
	}
	p := new(program)
	ps.by[name] = p
	return p
}

// Multiplexes notes that a process answers several requests of one connection at the same time.
func (c *Correlator) Multiplexes(pid uint32) {
	if h := c.hands.find(ofProcess, processOf(pid)); h != nil {
		h.program.multiplexes = true
	}
}
