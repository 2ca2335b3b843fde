package goruntime

import "bytes"

const (
	// gSize is the size of g's slot, and all of a Go program's own thread-local storage.
	gSize = 8
	// maxSymbols bounds the symbol table, in bytes.
	maxSymbols = 16 << 20
	// maxTLSSymbols bounds how many thread-local variables' names are read.
	maxTLSSymbols = 256

	symbolSize = 24
	symbolTLS  = 6
)

// checkPlace tells whether g is where the package comment says. Errors: ErrPlace.
func checkPlace(x *elf) error {
	tls, ok := x.segment(segmentTLS)
	if !ok {
		// Linked by Go, for itself alone. One that is loaded by the dynamic loader and has no
		// storage of its own has the runtime in a shared library.
		if _, dynamic := x.segment(segmentInterp); dynamic {
			return ErrPlace
		}
		return nil
	}
	if x.machine != machineAMD64 || !tls.plain() {
		return ErrPlace
	}
	at := uint64(0)
	if tls.size != gSize {
		if at, ok = x.tlsSymbol("runtime.tlsg"); !ok {
			return ErrPlace
		}
	}
	// The storage of the executable ends at fsbase ("variant II" in
	// https://www.akkadia.org/drepper/tls.pdf).
	if at > tls.size || tls.rounded()-at != gSize {
		return ErrPlace
	}
	return nil
}

// plain tells storage of a size and alignment for which all C libraries agree on
// where it begins.
func (s segment) plain() bool {
	return s.size >= gSize && s.size < maxSymbols && s.align&(s.align-1) == 0 && s.align <= 4096 &&
		(s.align <= 1 || s.addr%s.align == 0)
}

// rounded is the size, up to the alignment.
func (s segment) rounded() uint64 {
	align := max(s.align, 1)
	return (s.size + align - 1) / align * align
}

// tlsSymbol finds the position of a thread-local variable in the storage.
func (x *elf) tlsSymbol(name string) (uint64, bool) {
	s, ok := x.find(".symtab")
	if !ok || uint64(s.link) >= uint64(len(x.sections)) {
		return 0, false
	}
	table, err := x.section(s, maxSymbols)
	if err != nil {
		return 0, false
	}
	c := newCursor(table)
	for tried := 0; c.Remaining() >= symbolSize && tried < maxTLSSymbols; {
		at, info := c.u32(), c.U8()
		c.Skip(3) // visibility, section
		value := c.u64()
		c.Skip(8) // size
		if info&0xf != symbolTLS {
			continue
		}
		tried++
		if x.named(x.sections[s.link], at, name) {
			return value, true
		}
	}
	return 0, false
}

// named compares a name in a string table.
func (x *elf) named(strings section, at uint32, name string) bool {
	want := append([]byte(name), 0)
	if n := uint64(len(want)); n > strings.size || uint64(at) > strings.size-n || strings.offset > uint64(x.size) {
		return false
	}
	b, err := x.read(strings.offset+uint64(at), uint64(len(want)))
	return err == nil && bytes.Equal(b, want)
}
