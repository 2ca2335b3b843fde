package correlate

import (
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// link is a request's place in a list of those with the same value.
type link struct {
	key        uint64
	prev, next *Request
	in         bool
}

// repeats finds requests in hand by a value that came with them: a request id,
// or the span id of a context.
type repeats struct {
	heads map[uint64]*Request
	at    func(*Request) *link
	// gone are the values, by process, that requests had which are in hand no more.
	gone memory
}

func byID(r *Request) *link      { return &r.id }
func byContext(r *Request) *link { return &r.context }

func newRepeats(at func(*Request) *link) repeats {
	return repeats{heads: make(map[uint64]*Request), at: at, gone: newMemory()}
}

func (rs *repeats) add(r *Request, key uint64) {
	l := rs.at(r)
	*l = link{key: key, next: rs.heads[key], in: true}
	if l.next != nil {
		rs.at(l.next).prev = r
	}
	rs.heads[key] = r
}

// remove takes out a request that is over, of a process as far as that is known.
func (rs *repeats) remove(r *Request, pid uint32, now int64) {
	l := rs.at(r)
	if !l.in {
		return
	}
	rs.gone.add(ofPID(l.key, pid), now)
	if l.next != nil {
		rs.at(l.next).prev = l.prev
	}
	switch {
	case l.prev != nil:
		rs.at(l.prev).next = l.next
	case l.next != nil:
		rs.heads[l.key] = l.next
	default:
		delete(rs.heads, l.key)
	}
	*l = link{}
}

// ofPID is a value as one process had it.
func ofPID(key uint64, pid uint32) uint64 { return key ^ uint64(pid)*0x9e3779b97f4a7c15 }

// before tells whether a request of the process, or of one unknown, had this value
// and is over. The process may still be at work for it.
func (rs *repeats) before(key uint64, pid uint32) bool {
	return rs.gone.has(ofPID(key, pid)) || rs.gone.has(ofPID(key, 0))
}

// fit is whether a request may be the one that is looked for.
type fit uint8

const (
	no fit = iota
	maybe
	yes
)

// maxRepeats is how many requests with the same value are looked at. Where there
// are more, none is the only one.
const maxRepeats = 64

// only gives the one request with this value that fits, or nil and how many do. One
// that may fit makes every other ambiguous.
func (rs *repeats) only(key uint64, fits func(*Request) fit) (found *Request, n int) {
	looked := 0
	for r := rs.heads[key]; r != nil; r = rs.at(r).next {
		if looked++; looked > maxRepeats {
			return nil, looked
		}
		switch fits(r) {
		case no:
			continue
		case maybe:
			return nil, 2
		}
		if n++; n > 1 {
			return nil, n
		}
		found = r
	}
	return found, n
}

// spanKey is what a request's context is found by.
func spanKey(x *proto.Exchange) uint64 { return binary.BigEndian.Uint64(x.Context.SpanID[:]) }
