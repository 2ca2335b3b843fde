package dns

import (
	"hash/maphash"
	"net/netip"
	"sync/atomic"
)

// Sizes of the table of known texts: at most 256 KiB of them.
const (
	internSlots = 2048
	internMax   = 128
)

// interner keeps the texts that come again and again (the names that a host
// asks for, its resolvers' addresses), so that each is allocated once. A text
// enters at its second appearance in a row in its slot: names that are used once
// push nothing out. It is bounded and safe for use from several goroutines.
type interner struct {
	seed  maphash.Seed
	slots [internSlots]internSlot
}

type internSlot struct {
	missed atomic.Uint64
	text   atomic.Pointer[string]
}

func newInterner() *interner { return &interner{seed: maphash.MakeSeed()} }

// text is b as a string.
func (t *interner) text(b []byte) string {
	if len(b) > internMax {
		return string(b)
	}
	hash := maphash.Bytes(t.seed, b)
	slot := &t.slots[hash%internSlots]
	if known := slot.text.Load(); known != nil && *known == string(b) {
		return *known
	}
	s := string(b)
	if slot.missed.Swap(hash) == hash {
		kept := s
		slot.text.Store(&kept)
	}
	return s
}

// addr is an address as text, IPv4 addresses without their IPv6 clothes.
func (t *interner) addr(a netip.Addr) string {
	var room [64]byte
	return t.text(a.Unmap().AppendTo(room[:0]))
}
