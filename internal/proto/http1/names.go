package http1

import (
	"bytes"
	"hash/maphash"
	"strings"
	"unicode/utf8"
)

// The size of the table of names: enough for the hosts, agents and paths that
// are hot on one machine, in at most 256 KiB of text.
const (
	nameSlots = 1024
	maxName   = 256
)

// names turns bytes into strings without allocating the ones that recur. Each
// slot remembers the last string that fell on it, so the table is bounded and
// adapts by itself.
type names struct {
	seed  maphash.Seed
	slots [nameSlots]string
}

func newNames() *names { return &names{seed: maphash.MakeSeed()} }

// of is string(b), made valid UTF-8, which is what attributes must be.
func (n *names) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > maxName {
		return text(b)
	}
	slot := &n.slots[maphash.Bytes(n.seed, b)%nameSlots]
	if *slot != string(b) {
		*slot = text(b)
	}
	return *slot
}

func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}

// trim takes spaces and tabs from both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// is compares a field name or a token in any case; lower is in lower case.
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

// isToken tells whether all of b may stand in a method or field name
// (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
func isToken(b []byte) bool {
	for _, c := range b {
		if !tokenChar(c) {
			return false
		}
	}
	return true
}

func tokenChar(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c != 0 && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0
}
