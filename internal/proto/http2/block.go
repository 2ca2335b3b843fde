package http2

import (
	"errors"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/hpack"
)

// what says what a header block is.
type what uint8

const (
	// noHead is one that belongs to nobody. It is read for the sake of the table.
	noHead what = iota
	requestHead
	responseHead
	trailers
)

// block is a header block (https://www.rfc-editor.org/rfc/rfc9113#section-4.3): HEADERS or
// PUSH_PROMISE, and the CONTINUATION frames that follow.
type block struct {
	// open is true until the last of its frames, all of this stream, has come.
	open   bool
	stream uint32
	what   what
	// x is whose it is, nil for noHead; maybe is true while it is not certain that this is a
	// request at all; then the bytes are nobody's yet.
	x     *exchange
	maybe bool
	// wire is how many bytes have come since it began.
	wire  int64
	why   proto.Lost
	began start
	// ends is true when the stream's half ends with the block.
	ends bool

	// buf is what has come and was not read yet.
	buf []byte
	// begun is true once some of it was read; then fields is not to be filled any more.
	begun bool
	// cut is true when fields are missing, broken when what follows cannot be read.
	cut, broken bool
}

// owner is whose bytes these are.
func (k *block) owner() *exchange {
	if k.maybe {
		return nil
	}
	return k.x
}

// fragment takes bytes of a block. One that comes in one piece is read where it lies.
func (p *parser) fragment(h *half, b []byte) {
	k, o := &h.block, p.owner
	limit := o.config.MaxHead
	switch {
	case k.broken:
		return
	case len(k.buf) == 0 && h.frame.left == 0 && h.frame.has(endHeaders) && !k.begun && len(b) <= limit:
		if p.decode(h, b) < len(b) {
			p.breakBlock(h)
		}
		return
	}
	for len(b) > 0 && !k.broken {
		n := min(len(b), limit-len(k.buf))
		if o.buffered+n > o.config.MaxBuffered {
			p.breakBlock(h)
			return
		}
		if k.buf == nil {
			k.buf = o.buffers.Take()
		}
		k.buf = append(k.buf, b[:n]...)
		o.buffered += n
		if b = b[n:]; len(k.buf) == limit {
			p.drain(h, len(b) > 0 || h.frame.left > 0 || !h.frame.has(endHeaders))
		}
	}
}

// drain reads what is in the buffer, and keeps the beginning of a field that is not whole. One that
// is longer than all of the buffer cannot be read.
func (p *parser) drain(h *half, more bool) {
	k := &h.block
	n := p.decode(h, k.buf)
	if n < len(k.buf) && (n == 0 || !more) {
		p.breakBlock(h)
	}
	k.cut = k.cut || more
	p.owner.buffered -= n
	k.buf = k.buf[:copy(k.buf, k.buf[n:])]
}

// decode reads the fields at the beginning of b, and gives how many bytes they take. Those that are
// read first make the head; those that come later, in a block that is too long, are read for the table's sake.
func (p *parser) decode(h *half, b []byte) (n int) {
	k, o := &h.block, p.owner
	var to *hpack.Scratch
	if !k.begun {
		h.table.Begin()
		if k.x != nil {
			to = &o.scratch
			to.Reset()
		}
	}
	list := 0
	for n < len(b) {
		m, ok, err := h.table.Next(b[n:], to, &o.field)
		if errors.Is(err, hpack.ErrShort) {
			break
		}
		if err != nil {
			k.spoil(h)
			n = len(b)
			break
		}
		n += m
		if !ok {
			continue
		}
		if list += o.field.Size(); list > o.config.MaxHead {
			k.cut, to = true, nil
			continue
		}
		p.field(h, &o.field)
	}
	if !k.begun && k.x != nil {
		p.fieldsRead(h)
	}
	k.begun = true
	return n
}

// breakBlock gives up what is left of the block, and goes on with what has come of it.
func (p *parser) breakBlock(h *half) {
	k := &h.block
	if k.broken {
		return
	}
	if !k.begun {
		p.decode(h, k.buf)
	}
	k.spoil(h)
}

// spoil notes that the rest of the block cannot be read, so that what it inserts into the
// table is not known.
func (k *block) spoil(h *half) {
	k.cut, k.broken = true, true
	h.unsound()
}

// endBlock acts on a block that is over.
func (p *parser) endBlock(h *half) {
	k := &h.block
	if !k.broken && (len(k.buf) > 0 || !k.begun) {
		p.drain(h, false)
	}
	if k.x != nil {
		switch k.what {
		case requestHead:
			p.requestOver(h, k)
		case responseHead:
			p.responseOver(k)
		case trailers:
			k.x.unknown = k.x.unknown || k.cut
		}
	}
	x, begins, ends := k.x, k.what == requestHead, k.ends
	p.dropBlock(h)
	if x != nil && ends {
		p.ends(x, h.dir)
	}
	if x != nil && begins && x.id > p.refused {
		p.done(x, p.refusal)
	}
}

// loseBlock ends a block whose rest will not be seen, or comes too late.
func (p *parser) loseBlock(h *half) {
	k := &h.block
	if !k.open {
		return
	}
	stream := k.stream
	p.breakBlock(h)
	p.endBlock(h)
	h.block = block{open: true, stream: stream, broken: true, why: proto.LostOpaque}
}

// dropBlock forgets the block.
func (p *parser) dropBlock(h *half) {
	k := &h.block
	p.owner.buffered -= len(k.buf)
	p.owner.buffers.Give(k.buf)
	*k = block{}
}
