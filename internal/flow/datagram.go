package flow

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// peer names a UDP flow: an unconnected socket talks to many.
type peer struct {
	cookie uint64
	remote netip.AddrPort
}

// socket is what the flows of one UDP socket share.
type socket struct {
	head *Flow
	// process is what the last Owner record said.
	process event.Process
	// several: there has been more than one peer.
	several bool
}

// siblings links the flows of one UDP socket.
type siblings struct{ prev, next *Flow }

// datagram takes the payload of a UDP packet: a message of its own, in the
// order in which it came. The tap's positions count the whole socket's bytes,
// so they say nothing of one peer's.
func (t *Table) datagram(ev *event.Event) {
	f := t.udp[peer{ev.Cookie, ev.Remote}]
	if f == nil {
		if f = t.meet(ev); f == nil {
			t.count.refused.Add(1)
			t.drop(ev, ledger.FlowTable)
			return
		}
	}
	f.learn(ev)
	f.remember(ev)
	if f.state&ignoring != 0 {
		t.settle(f)
		t.drop(ev, f.ignored)
		return
	}
	var p piece
	p.fill(ev)
	p.pos = f.dirs[ev.Dir].next
	p.account = t.account(ev)
	p.starts = true
	f.heading = headingOf(ev.Dir)
	t.emit(f, ev.Dir, &p)
}

// meet opens the flow of a socket and a peer that it has not talked to. Nil:
// the table is full.
func (t *Table) meet(ev *event.Event) *Flow {
	f := t.open(ev)
	if f == nil {
		return nil
	}
	t.udp[peer{f.Cookie, f.Remote}] = f
	s := t.sockets[f.Cookie]
	if s == nil {
		s = t.newSocket()
		t.sockets[f.Cookie] = s
	}
	f.Process = s.process
	f.siblings.next = s.head
	if s.head != nil {
		s.head.siblings.prev = f
		s.several = true
	}
	s.head = f
	return f
}

// part takes a flow out of its socket's list.
func (t *Table) part(f *Flow) {
	delete(t.udp, peer{f.Cookie, f.Remote})
	prev, next := f.siblings.prev, f.siblings.next
	if next != nil {
		next.siblings.prev = prev
	}
	if prev != nil {
		prev.siblings.next = next
		return
	}
	s := t.sockets[f.Cookie]
	if s.head = next; next == nil {
		delete(t.sockets, f.Cookie)
		*s = socket{}
		if len(t.spare) < 1024 {
			t.spare = append(t.spare, s)
		}
	}
}

func (t *Table) newSocket() *socket {
	n := len(t.spare)
	if n == 0 {
		return new(socket)
	}
	s := t.spare[n-1]
	t.spare = t.spare[:n-1]
	return s
}

// socketEvent takes what concerns all flows of a UDP socket.
func (t *Table) socketEvent(ev *event.Event) {
	s := t.sockets[ev.Cookie]
	if s == nil {
		return
	}
	switch ev.Kind {
	case event.Owner:
		learn(&s.process, &ev.Process)
	case event.Passed:
		t.socketPassed(s, ev)
		return
	}
	for f := s.head; f != nil; {
		next := f.siblings.next // finish takes f out of the list
		switch ev.Kind {
		case event.Owner:
			learn(&f.Process, &ev.Process)
		case event.Close, event.End:
			t.finish(f, Gone)
		}
		f = next
	}
}
