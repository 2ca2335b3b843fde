package hpack

import (
	"fmt"

	"golang.org/x/net/http2/hpack"
)

// text is a string as it stands in a block.
type text struct {
	raw     []byte
	huffman bool
}

// str reads a string (section 5.2), and gives how many bytes it takes.
func str(b []byte) (t text, n int, err error) {
	length, n, err := integer(b, 7)
	if err != nil {
		return text{}, 0, err
	}
	if length > uint64(len(b)-n) {
		return text{}, 0, ErrShort
	}
	end := n + int(length)
	return text{raw: b[n:end], huffman: b[0]&0x80 != 0}, end, nil
}

// literal is a field with a value of its own (section 6.2), whose kind leaves so
// many bits for the index of the name. With six of them it goes into the table.
func (d *Decoder) literal(b []byte, bits uint, s *Scratch, f *Field) (n int, err error) {
	index, n, err := integer(b, bits)
	if err != nil {
		return 0, err
	}
	var own text
	if index == 0 {
		var m int
		if own, m, err = str(b[n:]); err != nil {
			return 0, err
		}
		n += m
	}
	value, m, err := str(b[n:])
	if err != nil {
		return 0, err
	}
	n += m
	insert := bits == 6
	if s == nil && !insert {
		if index > 0 {
			_, _, _, err = d.lookup(index)
		}
		return n, err
	}
	if s == nil {
		return n, d.takeUnwanted(index, own, value)
	}
	return n, d.take(index, own, value, insert, s, f)
}

// takeUnwanted is for a field that only the table is to have.
func (d *Decoder) takeUnwanted(index uint64, own, raw text) error {
	var s Scratch
	var f Field
	return d.take(index, own, raw, true, &s, &f)
}

// take makes a field of a literal's parts, for the caller and the table.
func (d *Decoder) take(index uint64, own, raw text, insert bool, s *Scratch, f *Field) error {
	var name []byte
	var err error
	known := true
	if index > 0 {
		if name, _, known, err = d.lookup(index); err != nil {
			return err
		}
		if index > uint64(len(staticTable)) {
			name = s.keep(name)
		}
	} else if name, err = s.decode(own); err != nil {
		return fmt.Errorf("decode a name: %w", err)
	}
	value, err := s.decode(raw)
	if err != nil {
		return fmt.Errorf("decode a value: %w", err)
	}
	if *f = (Field{}); known {
		*f = Field{Name: name, Value: value, Known: true}
	}
	if insert {
		d.table.insert(name, value, known)
	}
	return nil
}

// Scratch is where fields are put together, one block at a time. Decoders of one goroutine
// may share it.
type Scratch struct{ buf []byte }

// maxScratch is what is kept for the next block.
const maxScratch = 64 << 10

// Reset forgets the fields of a block.
func (s *Scratch) Reset() {
	if s.buf = s.buf[:0]; cap(s.buf) > maxScratch {
		s.buf = nil
	}
}

// Write implements io.Writer.
func (s *Scratch) Write(b []byte) (int, error) {
	s.buf = append(s.buf, b...)
	return len(b), nil
}

// keep copies b. What was copied before stays where it is, in older memory if
// this is full.
func (s *Scratch) keep(b []byte) []byte {
	at := len(s.buf)
	s.buf = append(s.buf, b...)
	return s.buf[at:len(s.buf):len(s.buf)]
}

// decode gives a string's bytes; plain ones are copied, too, as a block need not stay.
func (s *Scratch) decode(t text) ([]byte, error) {
	if !t.huffman {
		return s.keep(t.raw), nil
	}
	at := len(s.buf)
	if _, err := hpack.HuffmanDecode(s, t.raw); err != nil {
		return nil, err
	}
	return s.buf[at:len(s.buf):len(s.buf)], nil
}
