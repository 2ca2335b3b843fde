package goruntime

import (
	"bytes"
	"io"
)

// Numbers of the ELF format (https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html).
const (
	headerSize  = 64
	segmentSize = 56
	sectionSize = 64

	machineAMD64 = 62
	machineARM64 = 183

	segmentLoad   = 1
	segmentInterp = 3
	segmentTLS    = 7

	sectionNoBits     = 8
	sectionCompressed = 0x800
)

// Bounds. The programs of this world have some ten segments and fewer than a hundred sections.
const (
	maxSegments = 64
	maxSections = 512
	maxNames    = 64 << 10
)

// elf is a 64-bit little-endian ELF file.
type elf struct {
	r        io.ReaderAt
	size     int64
	machine  uint16
	segments []segment
	sections []section
	names    []byte
}

// segment is a program header.
type segment struct {
	kind                       uint32
	offset, addr, inFile, size uint64
	align                      uint64
}

// section is a section header.
type section struct {
	name, kind          uint32
	flags, offset, size uint64
	link                uint32
}

// openELF reads the headers. Errors: ErrNotGo, and those of r.
func openELF(r io.ReaderAt, size int64) (*elf, error) {
	x := &elf{r: r, size: size}
	b, err := x.read(0, headerSize)
	if err != nil {
		return nil, err
	}
	// Class 64 bits, little-endian.
	if !bytes.HasPrefix(b, []byte("\x7fELF\x02\x01")) {
		return nil, ErrNotGo
	}
	c := newCursor(b)
	c.Seek(18)
	x.machine = c.u16()
	c.Seek(32)
	segments, sections := c.u64(), c.u64()
	c.Seek(54)
	segSize, segCount, secSize, secCount, nameIndex := c.u16(), c.u16(), c.u16(), c.u16(), c.u16()
	if x.machine != machineAMD64 && x.machine != machineARM64 ||
		segSize != segmentSize || secSize != sectionSize || segCount > maxSegments || secCount > maxSections || nameIndex >= secCount {
		return nil, ErrNotGo
	}
	if err := x.readSegments(segments, segCount); err != nil {
		return nil, err
	}
	if err := x.readSections(sections, secCount); err != nil {
		return nil, err
	}
	x.names, err = x.section(x.sections[nameIndex], maxNames)
	return x, err
}

func (x *elf) readSegments(offset uint64, count uint16) error {
	b, err := x.read(offset, uint64(count)*segmentSize)
	c := newCursor(b)
	for range count {
		s := segment{kind: c.u32()}
		c.Skip(4) // flags
		s.offset, s.addr = c.u64(), c.u64()
		c.Skip(8) // physical address
		s.inFile, s.size, s.align = c.u64(), c.u64(), c.u64()
		x.segments = append(x.segments, s)
	}
	return err
}

func (x *elf) readSections(offset uint64, count uint16) error {
	b, err := x.read(offset, uint64(count)*sectionSize)
	c := newCursor(b)
	for range count {
		s := section{name: c.u32(), kind: c.u32(), flags: c.u64()}
		c.Skip(8) // address
		s.offset, s.size, s.link = c.u64(), c.u64(), c.u32()
		c.Skip(20) // info, alignment, entry size
		x.sections = append(x.sections, s)
	}
	return err
}

// read reads exactly n bytes; callers bound n. Errors: ErrNotGo where the file
// ends before, and those of r.
func (x *elf) read(offset, n uint64) ([]byte, error) {
	size := uint64(x.size)
	if n > size || offset > size-n {
		return nil, ErrNotGo
	}
	b := make([]byte, n)
	if got, err := x.r.ReadAt(b, int64(offset)); got < len(b) {
		return nil, err
	}
	return b, nil
}

// section reads the bytes of a section as they are in the file, if there are no more than limit.
func (x *elf) section(s section, limit uint64) ([]byte, error) {
	if s.kind == sectionNoBits || s.size > limit {
		return nil, ErrNotGo
	}
	return x.read(s.offset, s.size)
}

// find looks a section up by name.
func (x *elf) find(name string) (section, bool) {
	for _, s := range x.sections {
		if uint64(s.name) >= uint64(len(x.names)) {
			continue
		}
		c := newCursor(x.names[s.name:])
		if string(c.text()) == name {
			return s, true
		}
	}
	return section{}, false
}

// segment finds the first segment of a kind.
func (x *elf) segment(kind uint32) (segment, bool) {
	for _, s := range x.segments {
		if s.kind == kind {
			return s, true
		}
	}
	return segment{}, false
}

// memory reads what a program finds at an address when it is loaded, relocations aside.
func (x *elf) memory(addr, n uint64) ([]byte, error) {
	for _, s := range x.segments {
		if s.kind == segmentLoad && addr >= s.addr && addr-s.addr < s.inFile && n <= s.inFile-(addr-s.addr) {
			return x.read(s.offset+(addr-s.addr), n)
		}
	}
	return nil, ErrNotGo
}
