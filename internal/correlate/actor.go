package correlate

import "github.com/beylareceiver/beylareceiver/internal/proto"

// caller is who sent a request, and the hands that are known of it; each may be nil.
type caller struct {
	Sender
	thread, process *hand
}

// caller looks the sender up. A thread belongs to one process for life, while the holder
// of a socket that is new, or was handed on, becomes known only after the first write.
func (c *Correlator) caller(from Sender) caller {
	t := c.hands.find(ofThread, threadOf(from.Thread))
	if t != nil {
		from.PID = t.pid
	}
	return caller{Sender: from, thread: t, process: c.hands.find(ofProcess, processOf(from.PID))}
}

// byActor asks what the thread, or the goroutine, that sent x had in hand.
func (c *Correlator) byActor(x *proto.Exchange, from *caller) (*Request, Outcome) {
	if !c.threads || from.process == nil || len(from.process.conns) == 0 {
		return nil, NothingInHand
	}
	if from.Thread.ID == 0 {
		return nil, ThreadUnknown
	}
	h, how := from.thread, ByThread
	if from.Thread.Goroutine != 0 {
		h, how = c.hands.find(ofGoroutine, goroutineOf(from.PID, from.Thread.Goroutine)), ByGoroutine
	}
	k, n := h.only()
	switch {
	case n == 0:
		return nil, OtherThread
	case n > 1:
		return nil, SeveralInHand
	case h.loops, how == ByThread && !k.blocking:
		return nil, EventLoop
	}
	r := k.inHandFor(x)
	switch {
	case r == nil || k.pid != from.PID:
		return nil, SeveralInHand
	case from.process.program.handsOver, how == ByThread && from.process.program.multiplexes:
		return nil, HandedOver
	case from.process.program.agreed < c.agreements:
		return nil, Unproven
	case r.lost != from.Lost: // what was answered may look as if it were not
		return nil, RecordsLost
	}
	return r, how
}
