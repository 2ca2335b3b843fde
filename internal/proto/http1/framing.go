package http1

import (
	"bytes"
	"math"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// framing gathers what a head says of the length of its body
// (https://www.rfc-editor.org/rfc/rfc9112#section-6.3).
type framing struct {
	// length is the Content-Length, -1 when there is none.
	length int64
	// invalid is true when a Content-Length is no number, or there are two.
	invalid bool
	// coded is true when there is a Transfer-Encoding, chunked when its last
	// coding is chunked.
	coded, chunked bool
}

// extent is how a body ends.
type extent uint8

const (
	noBody extent = iota
	byLength
	byChunks
	byClose
	unknownExtent
)

// contentLength takes a field's value. Repetitions of one number count as it
// (https://www.rfc-editor.org/rfc/rfc9110#section-8.6).
func (f *framing) contentLength(value []byte) {
	for more := true; more && !f.invalid; {
		var one []byte
		one, value, more = bytes.Cut(value, []byte{','})
		n, ok := number(httpwords.Trim(one))
		f.invalid = !ok || f.length >= 0 && f.length != n
		f.length = n
	}
}

func number(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if !digit(c) || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(b) > 0
}

// transferEncoding takes a field's value; of several the last one counts.
func (f *framing) transferEncoding(value []byte) {
	last := value
	if i := bytes.LastIndexByte(value, ','); i >= 0 {
		last = value[i+1:]
	}
	coding, _, _ := bytes.Cut(last, []byte{';'})
	if coding = httpwords.Trim(coding); httpwords.Is(coding, "identity") { // withdrawn, meant nothing
		return
	}
	f.coded, f.chunked = true, httpwords.Is(coding, "chunked")
}

// request tells how a request's body ends. A request cannot be ended by
// close, so one with a faulty head has no end that we could know.
func (f *framing) request() extent {
	switch {
	case f.chunked:
		return byChunks
	case f.coded || f.invalid:
		return unknownExtent
	case f.length > 0:
		return byLength
	}
	return noBody
}

// response tells how the body of a final response ends.
func (f *framing) response(status int, method string) extent {
	switch {
	case method == "HEAD" || status == 204 || status == 304:
		return noBody
	case f.chunked:
		return byChunks
	case f.coded:
		return byClose
	case f.invalid:
		return unknownExtent
	case f.length == 0:
		return noBody
	case f.length > 0:
		return byLength
	}
	return byClose
}
