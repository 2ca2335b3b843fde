package correlate

import "github.com/beylareceiver/beylareceiver/internal/proto"

// whose puts the process right: a thread belongs to one for life, while the
// holder of a socket that is new, or was handed on, becomes known only after the first write.
func (c *Correlator) whose(from Sender) Sender {
	if h := c.hands.find(ofThread, owner{id: from.Thread.ID}); h != nil {
		from.PID = h.pid
	}
	return from
}

// byActor asks what the thread, or the goroutine, that sent x had in hand.
func (c *Correlator) byActor(x *proto.Exchange, from Sender) (*Request, Outcome) {
	process := c.hands.find(ofProcess, owner{pid: from.PID})
	if !c.threads || process == nil || len(process.conns) == 0 {
		return nil, NothingInHand
	}
	if from.Thread.ID == 0 {
		return nil, ThreadUnknown
	}
	h, how := c.hands.find(ofThread, owner{id: from.Thread.ID}), ByThread
	if from.Thread.Goroutine != 0 {
		h, how = c.hands.find(ofGoroutine, owner{from.PID, from.Thread.Goroutine}), ByGoroutine
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
	case process.handsOver:
		return nil, HandedOver
	case r.lost != from.Lost: // what was answered may look as if it were not
		return nil, RecordsLost
	}
	return r, how
}
