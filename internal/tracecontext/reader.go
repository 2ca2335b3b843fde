package tracecontext

import (
	"bytes"
	"slices"
	"strings"
)

// Reader finds the context and the request id in the fields of a head. It
// serves one head at a time and is used from one goroutine.
type Reader struct {
	formats []candidate
	hasher  Hasher
	ids     int // how many request id fields there are

	// letters has, for each length of a name, the first letters that a wanted
	// name of that length may have, in any case; names has those names. The last
	// length stands for all above it.
	letters [lengths]uint32
	names   [lengths][]wanted

	// Of the head under way:
	seen   set
	clash  set // seen twice, and not the same
	values values
	joined []byte // the values of several tracestate fields
}

const lengths = 32

// candidate is a format to be tried.
type candidate struct {
	codec
	needs, uses set
}

// NewReader makes a reader. The configuration is one that Validate accepts;
// what it would refuse is left out.
func NewReader(c Config) *Reader {
	c = c.withDefaults()
	r := &Reader{hasher: c.Hasher}
	for _, f := range inOrder(c.Formats) {
		for _, k := range codecs() {
			if k.format == f {
				r.try(k)
			}
		}
	}
	for _, name := range c.RequestIDHeaders {
		if isToken(name) && r.ids < MaxRequestIDs {
			r.want(strings.ToLower(name), firstRequestID+field(r.ids))
			r.ids++
		}
	}
	return r
}

// inOrder puts W3C's format first, each format once.
func inOrder(formats []Format) (out []Format) {
	if slices.Contains(formats, W3C) {
		out = append(out, W3C)
	}
	for _, f := range formats {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (r *Reader) try(k codec) {
	c := candidate{codec: k, needs: k.fields[0].field.bit()}
	for _, w := range k.fields {
		c.uses |= w.field.bit()
		r.want(w.name, w.field)
	}
	r.formats = append(r.formats, c)
}

func (r *Reader) want(name string, f field) {
	n := min(len(name), lengths-1)
	r.letters[n] |= 1 << (name[0] & 31)
	r.names[n] = append(r.names[n], wanted{name, f})
}

// Field takes the next field of the head. The name may be in any case, the
// value comes without surrounding white space. Both must stay as they are until Take.
func (r *Reader) Field(name, value []byte) {
	if len(name) == 0 || r.letters[min(len(name), lengths-1)]>>(name[0]&31)&1 == 0 {
		return
	}
	r.match(name, value)
}

func (r *Reader) match(name, value []byte) {
	for _, w := range r.names[min(len(name), lengths-1)] {
		if is(name, w.name) {
			r.put(w.field, value)
		}
	}
}

func (r *Reader) put(f field, value []byte) {
	bit, v := f.bit(), &r.values[f]
	switch {
	case r.seen&bit == 0:
		r.seen |= bit
		*v = value
	case f == traceState:
		r.joined = append(append(append(r.joined[:0], *v...), ','), value...)
		*v = r.joined
	case f == traceParent || !bytes.Equal(*v, value): // two traceparents are too many even if they agree
		r.clash |= bit
	}
}

// Take ends the head and gives what it says: the context by the first format that has a valid
// one, and the request id's number, 0 for none. The reader is ready for the next head.
func (r *Reader) Take() (c Context, requestID uint64) {
	if r.seen == 0 {
		return Context{}, 0
	}
	for i := range r.formats {
		f := &r.formats[i]
		if r.seen&f.needs == 0 || r.clash&f.uses != 0 {
			continue
		}
		if got, ok := f.parse(&r.values); ok {
			c, c.Format = got, f.format
			break
		}
	}
	requestID = r.requestID()
	for f := field(0); r.seen != 0; f++ {
		if r.seen&f.bit() != 0 {
			r.values[f] = nil
			r.seen &^= f.bit()
		}
	}
	r.clash = 0
	return c, requestID
}

// requestID is the number of the first request id that is there.
func (r *Reader) requestID() uint64 {
	for i := range r.ids {
		f := firstRequestID + field(i)
		switch {
		case len(r.values[f]) == 0 && r.clash&f.bit() == 0:
		case r.clash&f.bit() != 0:
			return 0
		default:
			return r.hasher.Hash(r.values[f])
		}
	}
	return 0
}

// is compares a field name in any case; lower is in lower case.
func is(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
