package quic

import "slices"

// Bounds of what is held of an end's hello: bytes, and pieces that do not touch.
const (
	maxHello  = 16 << 10
	maxPieces = 64
)

// assembly puts the beginning of a stream of CRYPTO frames together, in whatever order it comes.
type assembly struct {
	buf    []byte
	pieces []piece // in order, none touching the next
	read   int     // of the bytes at the beginning
}

// piece is a run of bytes that are there.
type piece struct{ from, to int }

// add puts bytes in their place. What is beyond the bounds is left out.
func (a *assembly) add(offset uint64, data []byte) {
	if len(data) == 0 || offset > maxHello || int(offset)+len(data) > maxHello {
		return
	}
	p := piece{int(offset), int(offset) + len(data)}
	first, _ := slices.BinarySearchFunc(a.pieces, p.from, func(have piece, from int) int { return have.to - from })
	last := first
	for ; last < len(a.pieces) && a.pieces[last].from <= p.to; last++ {
		p.from, p.to = min(p.from, a.pieces[last].from), max(p.to, a.pieces[last].to)
	}
	if first == last && len(a.pieces) >= maxPieces {
		return
	}
	a.pieces = slices.Replace(a.pieces, first, last, p)
	if n := p.to - len(a.buf); n > 0 {
		a.buf = append(a.buf, make([]byte, n)...)
	}
	copy(a.buf[offset:], data)
}

// next gives the next handshake message that is there whole: its type and its body.
func (a *assembly) next() (kind byte, body []byte, ok bool) {
	const head = 4
	if len(a.pieces) == 0 || a.pieces[0].from > 0 {
		return 0, nil, false
	}
	b := a.buf[a.read:a.pieces[0].to]
	if len(b) < head {
		return 0, nil, false
	}
	n := head + int(b[1])<<16 + int(b[2])<<8 + int(b[3])
	if len(b) < n {
		return 0, nil, false
	}
	a.read += n
	return b[0], b[head:n], true
}
