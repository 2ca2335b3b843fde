package correlate

// loss knows when records of the host were last lost.
type loss struct {
	count uint32 // event.Event.Lost as it was last told; the tap begins at 0
	at    int64  // since when it is that, boot ns
}

// tell takes the count that came with a record of this time.
func (l *loss) tell(count uint32, at int64) {
	if count != l.count {
		l.count, l.at = count, at
	}
}

// quiet tells whether nothing was lost for as long as values are remembered: who is
// the only one that was seen is then the only one.
func (l *loss) quiet(now int64) bool { return l.at == 0 || now-l.at > memoryTime }
