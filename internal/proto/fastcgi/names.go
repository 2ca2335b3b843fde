package fastcgi

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// The size of the table of names: enough for the hosts, agents, scripts and
// paths that are hot on one machine, in at most 256 KiB of text.
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
		return valid(b)
	}
	slot := &n.slots[maphash.Bytes(n.seed, b)%nameSlots]
	if *slot != string(b) {
		*slot = valid(b)
	}
	return *slot
}

func valid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}

// address is an address as text, IPv4 without its IPv6 clothes.
func (o *protocol) address(addr netip.Addr) string {
	o.scratch = addr.Unmap().AppendTo(o.scratch[:0])
	return o.names.of(o.scratch)
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

// is compares a token in any case; lower is in lower case.
func is(b []byte, lower string) bool {
	rest, ok := cutFold(b, lower)
	return ok && len(rest) == 0
}

// cutFold takes a prefix off, in any case; lower is in lower case.
func cutFold(b []byte, lower string) (rest []byte, ok bool) {
	if len(b) < len(lower) {
		return nil, false
	}
	for i := range len(lower) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return nil, false
		}
	}
	return b[len(lower):], true
}
