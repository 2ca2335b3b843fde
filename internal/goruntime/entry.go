package goruntime

// Numbers of the DWARF format that matter here.
const (
	tagCompileUnit = 0x11
	tagStructType  = 0x13

	attrName     = 0x03
	attrLocation = 0x38 // DW_AT_data_member_location
)

// entry is what is wanted of a debugging information entry. tag is 0 for the null
// entry that ends a list of children.
type entry struct {
	tag      uint64
	children bool
	name     []byte // only where it stands in the entry itself, as Go's linker has it
	location uint64
}

// next reads one entry. False: the unit is over, damaged, or took too much work.
func (u *unit) next() (entry, bool) {
	if u.Remaining() == 0 {
		return entry{}, false
	}
	code := u.uleb()
	if code == 0 {
		return entry{}, u.abb.work(1) && u.Err() == nil
	}
	a, ok := u.codes[code]
	if !ok || !u.abb.work(1+len(a.attrs)) {
		return entry{}, false
	}
	e := entry{tag: a.tag, children: a.children}
	for _, attr := range a.attrs {
		switch {
		case attr.name == attrName && attr.form == formString:
			e.name = u.text()
		case attr.name == attrLocation && attr.form == formUdata:
			e.location = u.uleb()
		default:
			ok = u.forms.skip(&u.cursor, attr.form)
		}
		if !ok || u.Err() != nil {
			return entry{}, false
		}
	}
	return e, true
}
