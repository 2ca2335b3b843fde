package goruntime

// abbrevs are the abbreviations of all units, and the work that may still be
// done for this file: attributes and entries to read.
type abbrevs struct {
	table []byte
	left  int
	last  uint64
	codes map[uint64]abbrev
}

// abbrev says how an entry is written.
type abbrev struct {
	tag      uint64
	children bool
	attrs    []attribute
}

type attribute struct{ name, form uint64 }

// work takes n steps off what may be done.
func (a *abbrevs) work(n int) bool {
	a.left -= n
	return a.left >= 0
}

// at reads the abbreviations that begin at a position of the table. The last ones
// are kept, as Go's linker has all units share them.
func (a *abbrevs) at(offset uint64) (map[uint64]abbrev, bool) {
	if a.codes != nil && a.last == offset {
		return a.codes, true
	}
	if offset > uint64(len(a.table)) {
		return nil, false
	}
	c := newCursor(a.table[offset:])
	codes := make(map[uint64]abbrev)
	for code := c.uleb(); code != 0; code = c.uleb() {
		one, ok := a.one(&c)
		if !ok {
			return nil, false
		}
		codes[code] = one
	}
	a.last, a.codes = offset, codes
	return codes, c.Err() == nil
}

// one reads an abbreviation behind its code.
func (a *abbrevs) one(c *cursor) (abbrev, bool) {
	b := abbrev{tag: c.uleb(), children: c.U8() != 0}
	for {
		attr := attribute{name: c.uleb(), form: c.uleb()}
		if c.Err() != nil || !a.work(1) {
			return b, false
		}
		if attr.form == formImplicitConst {
			c.uleb() // signed, but only to be passed over
		}
		if attr == (attribute{}) {
			return b, true
		}
		b.attrs = append(b.attrs, attr)
	}
}
