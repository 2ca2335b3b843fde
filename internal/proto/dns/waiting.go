package dns

import (
	"math"
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// waiting holds the exchanges of one connection that are not done, oldest
// first. There are few, nearly always one or two, so a slice is searched.
type waiting struct {
	home *protocol
	sink proto.Sink
	// list carries the id beside the pointer: most are told by it alone.
	list []candidate
	room [2]candidate
	// passing are the exchanges whose messages are under way (TCP).
	passing [2]*exchange
	// deadline is the earliest time at which one of them may be overdue.
	deadline int64
}

type candidate struct {
	id uint16
	x  *exchange
}

func (w *waiting) init(home *protocol, sink proto.Sink) {
	w.home, w.sink, w.deadline = home, sink, math.MaxInt64
	w.list = w.room[:0]
}

func (w *waiting) full() bool { return len(w.list) >= w.home.config.MaxOutstanding }

// add puts a new exchange last and marks the earlier attempts at the same.
func (w *waiting) add(x *exchange, h *head) {
	for _, c := range w.list {
		if c.id == h.id && c.x.asks(h) {
			c.x.retried = true
		}
	}
	w.list = append(w.list, candidate{x.id, x})
	w.deadline = min(w.deadline, x.Request.First+int64(w.home.config.Timeout))
}

// match finds whom a response answers: the latest attempt that waits. It stays in
// the list until done.
func (w *waiting) match(h *head) *exchange {
	for i := len(w.list) - 1; i >= 0; i-- {
		if c := w.list[i]; c.id == h.id && c.x.op == h.op() && c.x.asks(h) {
			return c.x
		}
	}
	return nil
}

// done ends an exchange and hands it over.
func (w *waiting) done(x *exchange, fault proto.Fault) {
	for i := len(w.list) - 1; i >= 0; i-- {
		if w.list[i].x == x {
			w.list = slices.Delete(w.list, i, i+1)
			break
		}
	}
	if len(w.list) == 0 {
		w.deadline = math.MaxInt64
	}
	w.hand(x, fault)
}

// hand gives an exchange away; it is not ours any more.
func (w *waiting) hand(x *exchange, fault proto.Fault) {
	for dir, current := range w.passing {
		if current == x {
			w.passing[dir] = nil
		}
	}
	x.Fault = fault
	w.sink.Done(&x.Exchange)
}

// expire ends what nobody has answered for too long.
func (w *waiting) expire(now int64) {
	if now < w.deadline {
		return
	}
	limit := int64(w.home.config.Timeout)
	kept := w.list[:0]
	w.deadline = math.MaxInt64
	for _, c := range w.list {
		if now-c.x.active() >= limit {
			w.hand(c.x, c.x.overdue())
			continue
		}
		w.deadline = min(w.deadline, c.x.active()+limit)
		kept = append(kept, c)
	}
	clear(w.list[len(kept):])
	w.list = kept
}

// end ends all of them, oldest first: the connection is over.
func (w *waiting) end(how proto.Ending) {
	for _, c := range w.list {
		w.hand(c.x, c.x.ended(how))
	}
	clear(w.list)
	w.list, w.deadline = w.list[:0], math.MaxInt64
}

// hole notes that bytes towards the client were lost.
func (w *waiting) hole() {
	for _, c := range w.list {
		c.x.holed = true
	}
}
