package http1

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// headEnd finds the end of a head: the length up to and with the empty line,
// or -1. The search begins at from, and next is where it goes on once b has
// grown, so that no byte is looked at twice.
func headEnd(b []byte, from int) (end, next int) {
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return -1, len(b)
		}
		at := from + i
		switch {
		case at+1 == len(b):
			return -1, at
		case b[at+1] == '\n':
			return at + 2, 0
		case b[at+1] == '\r' && at+2 == len(b):
			return -1, at
		case b[at+1] == '\r' && b[at+2] == '\n':
			return at + 3, 0
		}
		from = at + 1
	}
}

// cutLine takes the first line off b, without its end. Of a head that was cut
// the last line may have no end: then whole is false and line is what there is.
func cutLine(b []byte) (line, rest []byte, whole bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil, false
	}
	line, rest = b[:i], b[i+1:]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	return line, rest, true
}

// fields goes through the field lines of a head, the start line being off.
type fields []byte

// next gives the next field. Lines that are none are passed over, and so is a
// last line without an end: half a value is worse than none.
func (f *fields) next() (name, value []byte, ok bool) {
	for {
		line, rest, whole := cutLine(*f)
		if !whole || len(line) == 0 {
			return nil, nil, false
		}
		*f = rest
		colon := bytes.IndexByte(line, ':')
		if httpwords.Blank(line[0]) || colon <= 0 {
			continue
		}
		name, value = httpwords.Trim(line[:colon]), httpwords.Trim(line[colon+1:])
		if len(rest) > 0 && httpwords.Blank(rest[0]) {
			value = f.unfold(value)
		}
		return name, value, true
	}
}

// unfold joins the lines that begin with white space to the field before them
// (obs-fold, https://www.rfc-editor.org/rfc/rfc9112#section-5.2).
func (f *fields) unfold(value []byte) []byte {
	value = bytes.Clone(value)
	for len(*f) > 0 && httpwords.Blank((*f)[0]) {
		line, rest, whole := cutLine(*f)
		if !whole {
			break
		}
		*f = rest
		if line = httpwords.Trim(line); len(line) > 0 {
			value = append(append(value, ' '), line...)
		}
	}
	return httpwords.Trim(value)
}
