package dns

import (
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// prefixSize is the length that precedes each message over TCP (RFC 1035 section 4.2.2).
const prefixSize = 2

// keepBuffer is the largest buffer that outlives its message.
const keepBuffer = 4096

// stream is one direction of a TCP connection, cut into messages.
type stream struct {
	start start
	// size is the length of the message under way, prefix included; 0 until the prefix is there.
	size int
	// seen is how many bytes of it have passed.
	seen int
	// prefix is the first byte of the length, when seen is 1.
	prefix byte
	// buf is what came of the message, less its prefix, unless all came at once.
	buf []byte
	// judged: the message's head was read, for better or worse.
	judged bool
	// mute: no further byte of the message is kept.
	mute bool
	// cut: bytes of the message passed unseen.
	cut bool
	// outline is the message's, once judged and found good.
	outline outline

	// ordinal is that of the last segment.
	ordinal uint32
	// lost: it is not known where the next message begins, before the ordinal
	// changes. told: the sink knows why what comes until then is not used.
	lost, told bool
	// probing: a message begins here only if the ordinal told the truth.
	probing bool
}

// aligned tells whether the segment's bytes can be told into messages.
func (s *stream) aligned(seg *proto.Segment) bool {
	if s.lost && seg.Origin.Ordinal != s.ordinal {
		s.lost, s.probing = false, true
	}
	s.ordinal = seg.Origin.Ordinal
	return !s.lost
}

// measure tells how many bytes of b belong to the message under way.
func (s *stream) measure(b []byte) int {
	if s.size == 0 {
		switch {
		case s.seen == 1:
			s.size = prefixSize + int(s.prefix)<<8 + int(b[0])
		case len(b) >= prefixSize:
			s.size = prefixSize + int(binary.BigEndian.Uint16(b))
		default:
			s.prefix = b[0]
			return 1
		}
	}
	return min(len(b), s.size-s.seen)
}

// gather takes bytes that measure has told to belong to the message, and gives
// the message as far as it is here. What came all at once is not copied.
func (s *stream) gather(b []byte) []byte {
	prefix := min(max(prefixSize-s.seen, 0), len(b))
	atOnce := s.seen == 0 && len(b) == s.size
	s.seen += len(b)
	if atOnce {
		return b[prefix:]
	}
	if !s.mute {
		s.buf = append(s.buf, b[prefix:]...)
	}
	return s.buf
}

func (s *stream) whole() bool { return s.size > 0 && s.seen == s.size }

// next begins another message.
func (s *stream) next() {
	buf := s.buf[:0]
	if cap(buf) > keepBuffer {
		buf = nil
	}
	*s = stream{buf: buf, ordinal: s.ordinal, lost: s.lost, probing: s.probing}
}

// lose gives up until the ordinal changes.
func (s *stream) lose(told bool) {
	s.next()
	s.lost, s.told = true, told
}
