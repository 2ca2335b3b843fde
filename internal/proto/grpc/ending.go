package grpc

// text says what stands in the last frame of a response, or in the body of an error.
type text uint8

const (
	noText text = iota
	// fields are trailers, one a line.
	fields
	// topLevel is JSON with the code at its top.
	topLevel
	// underError is JSON that has it in the member "error", if there is one.
	underError
)

// text is what a frame that ends the body holds.
func (f framing) text() text {
	switch f {
	case trailed:
		return fields
	case enveloped:
		return underError
	}
	return noText
}

// ending reads the code from a response's last bytes, which come in any split.
// It keeps one line, or one JSON string, of them at a time.
type ending struct {
	text text
	// readable is false when the text is compressed, or a part of JSON is missing.
	readable bool
	// over is true once all of it has passed.
	over bool
	// found is true once code was, failed once an error was that may have none.
	found, failed bool
	code          Code
	token         token
	json          jsonPlace
}

// token is the text under way; what is longer is none that we look for.
type token struct {
	buf [32]byte
	n   uint8
	// cut is true when some of it is missing.
	cut bool
}

func (t *token) reset() { t.n, t.cut = 0, false }

func (t *token) add(c byte) {
	if int(t.n) == len(t.buf) {
		t.cut = true
		return
	}
	t.buf[t.n] = c
	t.n++
}

// bytes is the whole text, nil if some is missing.
func (t *token) bytes() []byte {
	if t.cut {
		return nil
	}
	return t.buf[:t.n]
}

// want begins a text, if it is one that can be read.
func (e *ending) want(t text, readable bool) { e.text, e.readable = t, readable }

// take reads the next bytes.
func (e *ending) take(b []byte) {
	switch {
	case e == nil || !e.readable:
	case e.text == fields:
		e.takeFields(b)
	default:
		e.takeJSON(b)
	}
}

// skip says that some bytes were not captured.
func (e *ending) skip() {
	switch {
	case e == nil:
	case e.text == fields: // the next line can be read again
		e.token.cut = true
	default:
		e.readable = false
	}
}

// end says that the text is over.
func (e *ending) end() {
	if e == nil {
		return
	}
	if e.text == fields {
		e.field()
	}
	e.over = true
}
