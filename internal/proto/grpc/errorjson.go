package grpc

// maxDepth is how deep JSON may nest.
const maxDepth = 64

// jsonPlace is where in a JSON text we are. The text is not validated: of
// what is no JSON nothing will be found.
type jsonPlace struct {
	depth uint8
	// objects has a bit for each open level, the innermost lowest: 1 for an object.
	objects uint64
	// inString and escaped are of the string under way; key tells that a string here is a member's name.
	inString, escaped, key bool
	// member tells the members that matter.
	atError, atCode bool
}

// takeJSON looks for the code of an error
// (https://connectrpc.com/docs/protocol#error-end-stream).
func (e *ending) takeJSON(b []byte) {
	for _, c := range b {
		if e.json.inString {
			e.inString(c)
			continue
		}
		if !e.structure(c) {
			e.readable = false
			return
		}
	}
}

// inString takes a character of a string.
func (e *ending) inString(c byte) {
	p := &e.json
	switch {
	case p.escaped: // neither names nor codes need escapes
		p.escaped, e.token.cut = false, true
	case c == '\\':
		p.escaped = true
	case c == '"':
		p.inString = false
		e.string()
	default:
		e.token.add(c)
	}
}

// string reads the string that has been collected.
func (e *ending) string() {
	p := &e.json
	s := string(e.token.bytes()) // does not allocate: never longer than 32 bytes, and it stays here
	switch {
	case p.key && p.depth == 1:
		p.atError = e.text == underError && s == "error"
		p.atCode = e.text == topLevel && s == "code"
	case p.key && p.depth == 2 && p.atError:
		p.atCode = s == "code"
	case p.key:
		// of no interest
	case p.atCode && p.depth == e.level():
		e.code, e.found, e.failed = parseConnect(e.token.bytes()), true, true
	}
}

// level is the depth at which the code stands.
func (e *ending) level() uint8 {
	if e.text == topLevel {
		return 1
	}
	return 2
}

// structure takes a character between strings; it returns false for what nests too deeply or is no object.
func (e *ending) structure(c byte) bool {
	p := &e.json
	switch c {
	case '"':
		p.inString = true
		e.token.reset()
	case '{', '[':
		if p.depth == maxDepth || p.depth == 0 && c == '[' {
			return false
		}
		p.depth++
		p.objects <<= 1
		if p.key = c == '{'; p.key {
			p.objects |= 1
			e.failed = e.failed || p.depth == 2 && p.atError
		}
	case '}', ']':
		if p.depth == 0 {
			return false
		}
		p.depth--
		p.objects >>= 1
		p.key = false
	case ',':
		p.key = p.objects&1 != 0
	case ':':
		p.key = false
	}
	return true
}
