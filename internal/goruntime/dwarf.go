package goruntime

import (
	"bufio"
	"compress/zlib"
	"io"
)

// Bounds of the DWARF data that are looked at. The runtime's unit lies in the first
// few MiB, as units are in the order of their code; the rest is never read.
const (
	maxInfo   = 16 << 20 // .debug_info, before and after it is decompressed
	maxUnit   = 8 << 20
	maxAbbrev = 1 << 20
	maxWork   = 1 << 21 // entries and their attributes
	maxUnits  = 1 << 14
	// peeked is how much of a unit shows whose it is.
	peeked = 4 << 10
)

// fromDWARF looks for the layout in the program's own debugging data
// (https://dwarfstd.org/doc/DWARF5.pdf): the struct type runtime.g in the unit "runtime". False: none, or out of bounds.
func fromDWARF(x *elf) (Offsets, bool) {
	info, err := x.debug(".debug_info", maxInfo)
	if err != nil {
		return Offsets{}, false
	}
	abbrev, err := x.debug(".debug_abbrev", maxAbbrev)
	if err != nil {
		return Offsets{}, false
	}
	table, err := io.ReadAll(abbrev)
	if err != nil {
		return Offsets{}, false
	}
	return scan(info, &abbrevs{table: table, left: maxWork})
}

// scan goes through the units until one has the layout.
func scan(info io.Reader, abb *abbrevs) (Offsets, bool) {
	in := bufio.NewReaderSize(info, peeked)
	for abb.left >= 0 {
		body, err := nextUnit(in, abb)
		if err != nil {
			return Offsets{}, false
		}
		if u, ok := openUnit(body, abb); ok {
			if o, ok := u.layout(); ok {
				return o, true
			}
		}
	}
	return Offsets{}, false
}

// debug opens a debugging section, decompressed; limit bounds what comes out and what goes in.
func (x *elf) debug(name string, limit int64) (io.Reader, error) {
	s, ok := x.find(name)
	if !ok || s.kind == sectionNoBits || s.offset > uint64(x.size) || s.size > uint64(x.size)-s.offset {
		return nil, ErrNotGo
	}
	raw := io.NewSectionReader(x.r, int64(s.offset), min(int64(s.size), limit))
	if s.flags&sectionCompressed == 0 {
		return raw, nil
	}
	header := make([]byte, 24) // Elf64_Chdr
	if _, err := io.ReadFull(raw, header); err != nil {
		return nil, err
	}
	c := newCursor(header)
	if c.u32() != 1 { // ELFCOMPRESS_ZLIB
		return nil, ErrNotGo
	}
	z, err := zlib.NewReader(raw)
	if err != nil {
		return nil, err
	}
	return io.LimitReader(z, limit), nil
}

// unit is a compilation unit, its cursor before the first entry.
type unit struct {
	cursor
	forms sizes
	codes map[uint64]abbrev
	abb   *abbrevs
}

// nextUnit passes over one unit. If it is one of the runtime's, of which there are
// several, it gives all of it; of others, nothing.
func nextUnit(in *bufio.Reader, abb *abbrevs) ([]byte, error) {
	start, _ := in.Peek(peeked) // an error comes again below, if it matters
	c := newCursor(start)
	length := uint64(c.u32()) + 4
	if c.Err() != nil || length > maxUnit {
		return nil, ErrNotGo // the end, or the 64-bit format
	}
	if !abb.work(1) {
		return nil, ErrNotGo
	}
	if u, ok := openUnit(start[:min(uint64(len(start)), length)], abb); !ok || !u.isRuntime() {
		_, err := in.Discard(int(length))
		return nil, err
	}
	whole := make([]byte, length)
	_, err := io.ReadFull(in, whole)
	return whole, err
}

// openUnit reads a unit's header, and its abbreviations.
func openUnit(b []byte, abb *abbrevs) (*unit, bool) {
	c := newCursor(b)
	c.Skip(4) // length
	version, at := c.u16(), uint64(0)
	switch version {
	case 2, 3, 4:
		at = uint64(c.u32())
		c.Skip(1) // address size, 8
	case 5:
		if c.U8() != 1 { // DW_UT_compile
			return nil, false
		}
		c.Skip(1)
		at = uint64(c.u32())
	default:
		return nil, false
	}
	codes, ok := abb.at(at)
	return &unit{cursor: c, forms: sizes{refAddr: refAddrSize(version)}, codes: codes, abb: abb}, ok && c.Err() == nil
}

// isRuntime tells the unit by its first entry. It works on a copy of the cursor.
func (u *unit) isRuntime() bool {
	c := *u
	e, ok := c.next()
	return ok && e.tag == tagCompileUnit && string(e.name) == "runtime"
}

// layout finds the type and in it the fields.
func (u *unit) layout() (Offsets, bool) {
	for {
		e, ok := u.next()
		if !ok {
			return Offsets{}, false
		}
		if e.tag == tagStructType && e.children && string(e.name) == "runtime.g" {
			return u.fields()
		}
	}
}

// fields reads the members of a struct up to the null entry that ends it.
func (u *unit) fields() (Offsets, bool) {
	var o Offsets
	for {
		e, ok := u.next()
		if !ok || e.children {
			return Offsets{}, false
		}
		if e.tag == 0 {
			return o, o.sound()
		}
		switch at := uint32(min(e.location, maxG)); string(e.name) {
		case "goid":
			o.Goid = at
		case "parentGoid":
			o.ParentGoid = at
		}
	}
}

// maxG is more than any g has bytes.
const maxG = 4096

// sound tells offsets that words in a g could have.
func (o Offsets) sound() bool {
	return o.Goid != 0 && o.Goid%8 == 0 && o.ParentGoid%8 == 0 && max(o.Goid, o.ParentGoid) < maxG
}
