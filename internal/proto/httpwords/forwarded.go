package httpwords

import "bytes"

// ClientOf is the address of the client that the first proxy saw: the first
// "for" of Forwarded (https://www.rfc-editor.org/rfc/rfc7239#section-4), else the
// first of X-Forwarded-For. It is empty when neither names one; names that a proxy
// made up to hide the client ("unknown", "_x") are no address.
func ClientOf(forwarded, forwardedFor []byte) []byte {
	if a := firstFor(forwarded); a != nil {
		return a
	}
	first, _, _ := bytes.Cut(forwardedFor, []byte{','})
	return node(Trim(first))
}

func firstFor(forwarded []byte) []byte {
	element, _, _ := bytes.Cut(forwarded, []byte{','})
	for len(element) > 0 {
		var pair []byte
		pair, element, _ = bytes.Cut(element, []byte{';'})
		name, value, _ := bytes.Cut(pair, []byte{'='})
		if Is(Trim(name), "for") {
			return node(bytes.Trim(Trim(value), `"`))
		}
	}
	return nil
}

// node takes brackets and port off an address.
func node(b []byte) []byte {
	if len(b) == 0 || b[0] == '_' || Is(b, "unknown") {
		return nil
	}
	if b[0] == '[' {
		end := bytes.IndexByte(b, ']')
		if end < 0 {
			return nil
		}
		return b[1:end]
	}
	if i := bytes.IndexByte(b, ':'); i >= 0 && bytes.LastIndexByte(b, ':') == i {
		b = b[:i]
	}
	return b
}
