package opaque

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// farewell holds back what may be no more than the end of a TLS connection (close_notify) and the
// answer to it: no turn. Until that is clear, the messages count as housekeeping.
type farewell struct {
	waits bool
	said  [2]saying
}

// saying is what one end has said.
type saying struct {
	// first is the segment of its first byte, without bytes; its account is the newest one's.
	first proto.Segment
	last  int64
	head  [recordHeader]byte
	n     int
	told  bool // the sink knows that it is housekeeping
	// unread: some of it passed unseen, as the tap leaves out what begins no turn.
	unread bool
}

const recordHeader = 5

// alertRecord is the type of TLS records with alerts in them; sealedAlert is how one begins in TLS 1.3, where
// it looks like data: by its length, which only two bytes of data have besides (RFC 8446, section 5.2).
const (
	alertRecord = 21
	sealedAlert = "\x17\x03\x03\x00\x13"
	sealedSize  = recordHeader + 0x13
	// alertSize is more than an alert takes before TLS 1.3: a nonce of 16 bytes, the alert, a
	// MAC of 48 bytes and a padding of 16 (RFC 5246, section 6.2.3).
	alertSize = recordHeader + 16 + 2 + 48 + 16
)

// add takes a segment.
func (f *farewell) add(dir proto.Dir, seg *proto.Segment) {
	s := &f.said[dir]
	if s.n == 0 {
		s.first = *seg
		s.first.Bytes = nil
	}
	s.first.Message = seg.Message
	if s.n < recordHeader {
		copy(s.head[s.n:], seg.Bytes)
	}
	s.n += len(seg.Bytes)
	s.last = seg.At
}

// pass takes n bytes that passed unseen, the last of them at time at, as part of the farewell; false
// when they cannot be.
func (f *farewell) pass(dir proto.Dir, at, n int64, facts *tlshello.Facts) bool {
	s := &f.said[dir]
	limit := int64(alertSize)
	if facts.Modern() {
		limit = sealedSize
	}
	if n > limit-int64(s.n) {
		return false
	}
	if s.n == 0 {
		s.first.At = at
	}
	s.n += int(n)
	s.last, s.unread = at, true
	return true
}

// plausible tells whether it may be a farewell yet.
func (f *farewell) plausible(facts *tlshello.Facts) bool {
	if !facts.Modern() {
		return f.said[proto.ToServer].head[0] == alertRecord
	}
	for i := range f.said {
		s := &f.said[i]
		if s.n > sealedSize || !s.unread && !bytes.HasPrefix([]byte(sealedAlert), s.head[:min(s.n, recordHeader)]) {
			return false
		}
	}
	return true
}

// complete tells, once, that an end has said its goodbye.
func (f *farewell) complete(dir proto.Dir, facts *tlshello.Facts) bool {
	s := &f.said[dir]
	if s.told || s.unread || s.n < recordHeader || facts.Modern() && s.n < sealedSize {
		return false
	}
	s.told = true
	return true
}

// answered tells whether the server has said something.
func (f *farewell) answered() bool { return f.said[proto.ToClient].n > 0 }

// take gives an exchange what was held back.
func (f *farewell) take(x *exchange) {
	for dir := range proto.Dir(2) {
		s := &f.said[dir]
		if s.n == 0 {
			continue
		}
		m := x.half(dir)
		if s.first.Message == nil { // no byte of it was seen
			miss(m, s.last, int64(s.n))
			continue
		}
		m.Take(&s.first, s.n)
		m.Last = s.last
	}
	x.Request.Whole = x.Response.Seen
}
