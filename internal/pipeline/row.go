//go:build linux && (amd64 || arm64)

package pipeline

import (
	"container/list"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/explain"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/selection"
)

// row is what is remembered of a connection. All of its methods may be called on nil: most
// receivers remember none.
type row struct {
	x *explainer
	// in is the list that the row is in, at its place there; nil once it is forgotten.
	in *list.List
	at *list.Element

	// session is nil once the connection is over; then ended is what it was.
	session *session
	ended   *explain.Connection

	first, last int64     // when it was first seen, and its newest bytes, boot ns
	bytes       [2]uint64 // by event.Dir
	messages    [2]uint32
	udp         bool

	spans, spanless uint32
	open            uint32 // exchanges under way
	reason          ledger.Reason
	outcome         correlate.Outcome
	looks           look
}

// pending is the reason of a connection that has neither spans nor a reason for having none.
const pending = ledger.Reasons

// none is the reason of a connection of which everything became spans.
const none = ledger.Used

// reasonName is the reason as the explain page spells it: like the metrics.
func reasonName(r ledger.Reason) explain.Reason {
	switch r {
	case pending:
		return explain.Pending
	case none:
		return ""
	}
	return explain.Reason(r.String())
}

// home moves the row to the front of a list.
func (r *row) home(to *list.List) {
	if r.in != nil {
		r.in.Remove(r.at)
	}
	r.in, r.at = to, to.PushFront(r)
}

// took counts bytes.
func (r *row) took(seg *flow.Segment) {
	if r == nil {
		return
	}
	r.seen(seg.At)
	r.bytes[seg.Dir] += uint64(len(seg.Bytes))
	if seg.Ordinal >= r.messages[seg.Dir] {
		r.messages[seg.Dir] = seg.Ordinal + 1
		if r.looks == nothing {
			r.looks = lookAt(seg.Bytes)
		}
	}
}

// passed counts bytes that were not read.
func (r *row) passed(d event.Dir, at, n int64) {
	if r == nil {
		return
	}
	r.seen(at)
	r.bytes[d] += uint64(n)
}

func (r *row) seen(at int64) { r.last = max(r.last, at) }

// began counts an exchange that is under way.
func (r *row) began() {
	if r != nil {
		r.open++
	}
}

// settled takes how an exchange ended.
func (r *row) settled(why ledger.Reason) {
	if r == nil {
		return
	}
	r.open--
	if why != ledger.Used {
		r.spanless++
		r.because(why)
	}
	r.conclude()
}

// emitted counts a span. The first one takes the connection from those without.
func (r *row) emitted(p *correlate.Place) {
	if r == nil {
		return
	}
	r.outcome = p.Outcome
	r.spans++
	if r.spans > 1 {
		return
	}
	r.x.without[r.reason]--
	r.x.withSpans++
	if r.reason == pending {
		r.reason = none
	}
	if r.in == r.x.endedWithout {
		r.home(r.x.endedWith)
		r.x.forget(r.x.endedWith)
	}
}

// because notes why something of the connection became no span. A response whose request
// lies in a gap is without a span for the gap.
func (r *row) because(why ledger.Reason) {
	if r == nil || why == ledger.NoRequest && r.reason == ledger.Gap {
		return
	}
	if r.spans == 0 {
		r.x.without[r.reason]--
		r.x.without[why]++
	}
	r.reason = why
}

// over is the end of the connection. Exchanges of it may still wait.
func (r *row) over() {
	if r == nil {
		return
	}
	c := r.describe(r.session)
	r.ended, r.session = &c, nil
	r.conclude()
	ended := r.x.endedWithout
	if r.spans > 0 {
		ended = r.x.endedWith
	}
	r.home(ended)
	r.x.forget(ended)
}

// conclude finds the reason of a connection that is over without one: as in the ledger,
// it is that nobody has claimed its messages.
func (r *row) conclude() {
	if r.reason == pending && r.session == nil && r.open == 0 {
		r.because(ledger.UnknownProtocol)
	}
}

// connection is the row as it is shown.
func (r *row) connection() explain.Connection {
	var c explain.Connection
	if r.ended != nil {
		c = *r.ended
	} else {
		c = r.describe(r.session)
	}
	clock := r.x.e.clock
	c.Opened, c.LastSeen = time.Unix(0, int64(clock.Unix(r.first))), time.Unix(0, int64(clock.Unix(r.last)))
	c.Transport, c.Looks = "tcp", r.looks.String()
	if r.udp {
		c.Transport = "udp"
	}
	c.Received = explain.Traffic{Messages: r.messages[event.Ingress], Bytes: r.bytes[event.Ingress]}
	c.Sent = explain.Traffic{Messages: r.messages[event.Egress], Bytes: r.bytes[event.Egress]}
	c.Spans, c.Spanless, c.Reason = r.spans, r.spanless, reasonName(r.reason)
	if r.spans > 0 {
		c.Parent, c.ParentFound = r.outcome.String(), r.outcome.Found()
	}
	switch {
	case r.reason == ledger.Unselected:
		c.Verdict = explain.Unselected
	case r.spans > 0 && c.Verdict == explain.Undecided: // the rules are asked again for each exchange
		c.Verdict = explain.Selected
	}
	return c
}

// describe is what the session tells.
func (r *row) describe(s *session) explain.Connection {
	c := explain.Connection{State: explain.Live, Role: explain.Unknown, Local: s.local, Remote: s.remote}
	if s.flow == nil {
		c.State = explain.Ended
	}
	if s.certain {
		c.Role = explain.Client
		if s.server() {
			c.Role = explain.Server
		}
	}
	if s.protocol != nil {
		c.Protocol = s.protocol.Name()
	}
	switch {
	case s.state == deaf:
		c.Verdict = explain.Ignored
	case s.choice == selection.Selected:
		c.Verdict = explain.Selected
	default:
		c.Verdict = explain.Undecided
	}
	who := s.holder()
	res := r.x.e.procs.Lookup(who)
	c.PID, c.Executable, c.Container = who.PID, res.Executable, res.ContainerID
	c.Service = knownService(who, res)
	return c
}
