package correlate

// loss knows when records of the host were last lost.
type loss struct {
	count uint32 // event.Event.Lost as it was last told
	at    int64  // since when it is that, boot ns
	told  bool
}

// tell takes the count that came with a record of this time. What was lost before
// the first one was nothing that we could have seen.
func (l *loss) tell(count uint32, at int64) {
	if count == l.count && l.told {
		return
	}
	if l.told {
		l.at = at
	}
	l.count, l.told = count, true
}

// quiet tells whether nothing was lost for as long as values are remembered: who is
// the only one that was seen is then the only one.
func (l *loss) quiet(now int64) bool { return l.at == 0 || now-l.at > memoryTime }
