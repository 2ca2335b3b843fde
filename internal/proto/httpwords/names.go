package httpwords

import (
	"hash/maphash"
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
