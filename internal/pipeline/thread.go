//go:build linux && (amd64 || arm64)

package pipeline

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// connection is what the correlator knows of the session's connection.
func (s *session) connection() *correlate.Conn {
	if s.conn == nil {
		s.conn = s.e.correlate.Open()
	}
	return s.conn
}

// disconnect lets go of it.
func (s *session) disconnect() {
	if s.conn != nil {
		s.e.correlate.Drop(s.conn)
		s.conn = nil
	}
}

// read takes a record of who reads, or has written what no packet carries yet.
func (e *Engine) read(ev *event.Event) {
	f := e.flows.Find(ev.Cookie)
	if f == nil {
		return
	}
	s := (*flowSink)(e).session(f)
	s.orient()
	if s.state == deaf || s.verdict == tap.Totals || s.certain && !s.server() {
		return
	}
	if ev.Dir == event.Egress {
		e.correlate.Wrote(s.connection(), ev.Thread)
		return
	}
	e.correlate.Read(s.connection(), ev)
}

// notice takes what a segment tells of who sends it.
func (s *session) notice(seg *flow.Segment) {
	s.again = max(s.again, seg.Again) // what waited behind a hole tells an older count
	if seg.Dir != event.Egress {
		if seg.First {
			s.arrivedLost = seg.Lost
		}
		return
	}
	s.readTime, s.sent = seg.ReadTime, seg.Ordinal+1
	if !seg.First {
		return
	}
	s.sender = correlate.Sender{Thread: seg.Writer, At: seg.At, Lost: seg.Lost}
	if s.conn != nil {
		s.e.correlate.Wrote(s.conn, seg.Writer)
	}
}

// hostView is the engine as the correlator asks it.
type hostView Engine

var _ correlate.Host = (*hostView)(nil)

// Keeps implements correlate.Host.
func (h *hostView) Keeps(x *proto.Exchange) bool {
	e := (*Engine)(h)
	st := x.Stage.(*stage)
	return !st.refused && st.session.choose(false) == selection.Selected && e.unwanted(x) == ledger.Used
}

// PID implements correlate.Host.
func (h *hostView) PID(x *proto.Exchange) uint32 { return x.Stage.(*stage).session.holder().PID }

// Program implements correlate.Host.
func (h *hostView) Program(pid uint32) string {
	r := h.known[pid].resource
	if r == nil || r.Provisional || strings.HasPrefix(r.Service, process.UnknownService) {
		return "" // one name for many programs
	}
	return r.Service + "\x00" + r.Executable
}

// Leaf implements correlate.Host.
func (h *hostView) Leaf(pid uint32, leaf bool) {
	e := (*Engine)(h)
	k, ok := e.known[pid]
	if !ok {
		return // the kernel takes it for no leaf
	}
	k.Leaf = leaf
	e.know(pid, k)
}

// known is what the kernel was told of a process.
type known struct {
	tap.Process
	start uint64
	// resource is what the process was found to be; nil when it was not looked up.
	resource *process.Resource
}

// maxKnown is how many processes the kernel is told of; beyond it all are told anew.
const maxKnown = 8192

// meet takes a process that took hold of a socket: the kernel is told what it
// needs to know to tell goroutines apart.
func (e *Engine) meet(p event.Process, r *process.Resource) {
	k, ok := e.known[p.PID]
	if !ok || k.start != p.Start { // the number is another process's now
		e.correlate.Forget(p.PID)
		k = known{}
	}
	want := known{start: p.Start, resource: r, Process: tap.Process{Goid: r.Go.Goid, GoidParent: r.Go.ParentGoid, Leaf: k.Leaf}}
	if want != k {
		e.know(p.PID, want)
	}
}

func (e *Engine) know(pid uint32, k known) {
	if _, ok := e.known[pid]; !ok && len(e.known) >= maxKnown {
		for pid := range e.known {
			e.order(e.src.Know(pid, tap.Process{}))
		}
		clear(e.known)
	}
	e.known[pid] = k
	e.order(e.src.Know(pid, k.Process))
}
