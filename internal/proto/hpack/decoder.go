package hpack

import (
	"errors"
	"fmt"
)

// What is wrong with a block.
var (
	// ErrShort says that the bytes end within a representation: more have to follow.
	ErrShort = errors.New("read past the end of the header block")
	// ErrIndex: there is no entry with this index.
	ErrIndex = errors.New("index beyond the table")
	// ErrInteger: an integer has no end, or is larger than anything can be.
	ErrInteger = errors.New("integer out of range")
	// ErrUpdate: a size update stands behind a field.
	ErrUpdate = errors.New("table size update behind a field")
)

// Field is a field of a head.
type Field struct {
	// Name and Value stay as they are until the next block begins.
	Name, Value []byte
	// Known is false for a field whose name, or all of it, was indexed in a
	// table that was not seen. Name and Value are empty then.
	Known bool
}

// Size is what the field counts for in a list (RFC 9113, section 10.5.1).
func (f *Field) Size() int { return len(f.Name) + len(f.Value) + entryOverhead }

// Decoder reads the header blocks of one direction of a connection, in order. The zero
// value is for a connection that was open before: its table is not known. It is
// used from one goroutine.
type Decoder struct {
	table table
	// begun is true once the block under way has had a field.
	begun bool
}

// Reset begins with the table of a new connection, which is empty.
func (d *Decoder) Reset() {
	d.table.lose()
	d.table.limit, d.table.whole = DefaultSize, true
}

// Lose says that a block, or a part of one, passed unseen.
func (d *Decoder) Lose() { d.table.lose() }

// Begin says that the next field is the first one of a block.
func (d *Decoder) Begin() { d.begun = false }

// Held is how many bytes of memory the table takes.
func (d *Decoder) Held() int {
	const entrySize = 16
	return cap(d.table.text) + cap(d.table.entries)*entrySize
}

// Next reads one representation from the beginning of b (section 6), and
// gives how many bytes it takes. A size update gives no field: then ok is false.
//
// What f shows lies in s, in b or in constants. A nil s is for callers
// that do not want to know the field; then f stays as it is, and ok is false.
//
// ErrShort changes nothing: the caller may come back with more bytes. After another error what
// follows in the block has no meaning any more.
func (d *Decoder) Next(b []byte, s *Scratch, f *Field) (n int, ok bool, err error) {
	if d.table.limit == 0 && !d.table.whole {
		d.table.limit = DefaultSize // the zero value
	}
	if len(b) == 0 {
		return 0, false, ErrShort
	}
	switch c := b[0]; {
	case c&0x80 != 0:
		n, err = d.indexed(b, s, f)
	case c&0xc0 == 0x40:
		n, err = d.literal(b, 6, s, f)
	case c&0xe0 == 0x20:
		return d.update(b)
	default:
		n, err = d.literal(b, 4, s, f)
	}
	d.begun = d.begun || err == nil
	return n, err == nil && s != nil, err
}

// update is a table size update (section 6.3).
func (d *Decoder) update(b []byte) (int, bool, error) {
	size, n, err := integer(b, 5)
	switch {
	case err != nil:
		return 0, false, fmt.Errorf("read the table's size: %w", err)
	case d.begun && d.table.whole && d.table.size > 0: // with an empty table some encoders take it lightly
		return 0, false, ErrUpdate
	}
	d.table.resize(size)
	return n, false, nil
}

// indexed is a field of the table (section 6.1).
func (d *Decoder) indexed(b []byte, s *Scratch, f *Field) (int, error) {
	index, n, err := integer(b, 7)
	if err != nil {
		return 0, err
	}
	name, value, known, err := d.lookup(index)
	if err == nil && s != nil {
		*f = Field{}
		if known {
			*f = Field{Name: name, Value: value, Known: true}
			if index > uint64(len(staticTable)) { // where the table's text is, another's may be soon
				f.Name, f.Value = s.keep(name), s.keep(value)
			}
		}
	}
	return n, err
}

// lookup finds the entry with this index (section 2.3.3).
func (d *Decoder) lookup(index uint64) (name, value []byte, known bool, err error) {
	if index == 0 {
		return nil, nil, false, ErrIndex
	}
	if index--; index < uint64(len(staticTable)) {
		p := &staticTable[index]
		return p.name, p.value, true, nil
	}
	index -= uint64(len(staticTable)) - 1
	if name, value, known = d.table.get(index); known || d.table.exists(index) {
		return name, value, known, nil
	}
	return nil, nil, false, ErrIndex
}
