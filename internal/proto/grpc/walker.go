package grpc

import "encoding/binary"

// prefix is the length of what every message begins with: a byte of flags and
// four of length.
const prefix = 5

// framing says which frames but messages a body has.
type framing uint8

const (
	// plain has none.
	plain framing = iota
	// trailed ends with a frame of trailers (gRPC-Web).
	trailed
	// enveloped ends with a frame of JSON (Connect).
	enveloped
)

// flags reads a frame's first byte; last is true for the frame that ends the body.
func (f framing) flags(b byte) (last, compressed, ok bool) {
	compressed = b&1 != 0
	switch {
	case b <= 1:
		return false, compressed, true
	case f == trailed && b&^1 == 0x80, f == enveloped && b&^1 == 2:
		return true, compressed, true
	}
	return false, false, false
}

// walker counts the messages of one direction, whose bytes come in any split,
// some of them not at all.
type walker struct {
	framing framing
	// known is true while the place of the next frame is known.
	known bool
	// text is true for base64.
	text  bool
	group base64Group
	// last is true inside the frame that ends the body, ended after it.
	last, ended bool
	// many is true once there was more than one message.
	many bool
	// have bytes of the head were seen; need bytes of the frame are to come.
	have uint8
	head [prefix]byte
	need int64
	// messages that are over, the first at time first (boot ns).
	messages int64
	first    int64
}

// start begins to count, if the body has messages at all.
func (w *walker) start(f framing, framed bool) { w.framing, w.known = f, framed }

// lose gives up: from here on nobody knows where frames begin.
func (w *walker) lose() { w.known = false }

// take walks over the next bytes; e takes what stands in the last frame, nil if there is none.
func (w *walker) take(b []byte, at int64, e *ending) {
	for len(b) > 0 && w.known && !w.ended {
		if w.need > 0 {
			n := min(int64(len(b)), w.need)
			if w.last {
				e.take(b[:n])
			}
			w.pass(n, at, e)
			b = b[n:]
			continue
		}
		n := copy(w.head[w.have:], b)
		b = b[n:]
		if w.have += uint8(n); w.have == prefix {
			w.begin(at, e)
		}
	}
}

// begin reads the head of a frame.
func (w *walker) begin(at int64, e *ending) {
	last, compressed, ok := w.framing.flags(w.head[0])
	if !ok {
		w.lose()
		return
	}
	w.have, w.last, w.need = 0, last, int64(binary.BigEndian.Uint32(w.head[1:]))
	if last {
		e.want(w.framing.text(), !compressed)
	}
	w.pass(0, at, e)
}

// pass moves on inside a frame, at most to its end.
func (w *walker) pass(n, at int64, e *ending) {
	if w.need -= n; w.need > 0 {
		return
	}
	if w.last {
		w.ended = true
		e.end()
		return
	}
	if w.messages++; w.messages == 1 {
		w.first = at
	}
	w.many = w.many || w.messages > 1
}

// skip says that n bytes were not captured; n is negative if their number is not known.
func (w *walker) skip(n, at int64, e *ending) {
	switch {
	case n == 0 || !w.known || w.ended:
	case n < 0 || w.text: // base64 may be padded anywhere
		w.lose()
	case n <= w.need:
		if w.last {
			e.skip()
		}
		w.pass(n, at, e)
	default:
		// What begins where we do not see it is another message, unless it may be the last frame.
		w.many = w.many || w.framing == plain && (w.messages > 0 || w.need > 0)
		w.lose()
	}
}
