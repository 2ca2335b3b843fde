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
}

func byID(r *Request) *link      { return &r.id }
func byContext(r *Request) *link { return &r.context }

func newRepeats(at func(*Request) *link) repeats {
	return repeats{heads: make(map[uint64]*Request), at: at}
}

func (rs *repeats) add(r *Request, key uint64) {
	l := rs.at(r)
	*l = link{key: key, next: rs.heads[key], in: true}
	if l.next != nil {
		rs.at(l.next).prev = r
	}
	rs.heads[key] = r
}

func (rs *repeats) remove(r *Request) {
	l := rs.at(r)
	if !l.in {
		return
	}
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

// only gives the one request with this value that fits, or nil and how many do.
func (rs *repeats) only(key uint64, fits func(*Request) bool) (found *Request, n int) {
	for r := rs.heads[key]; r != nil; r = rs.at(r).next {
		if !fits(r) {
			continue
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
