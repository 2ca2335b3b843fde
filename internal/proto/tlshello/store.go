package tlshello

import (
	"hash/maphash"
	"net/netip"
)

// Sizes of what a Store keeps: at most 128 KiB of names, and 64 hellos under way to be used again.
const (
	nameSlots  = 1024
	maxName    = 128
	listSlots  = 64
	maxList    = 128
	maxBuffers = 64
	bufferSize = 2 << 10
)

// Store is what all readers of one pipeline share: names that recur, and memory for hellos that
// are split. It is bounded, and belongs to one goroutine.
type Store struct {
	seed    maphash.Seed
	names   [nameSlots]string
	lists   [listSlots]list
	buffers [][]byte
	readers []*Reader
	scratch []byte
}

// list is what the bytes of a list of protocols mean.
type list struct {
	raw   string
	names []string
}

// NewStore makes an empty store.
func NewStore() *Store { return &Store{seed: maphash.MakeSeed()} }

// Text is b as a string. Each slot remembers the last one that fell on it, so that what
// recurs is allocated once.
func (s *Store) Text(b []byte) string {
	if len(b) > maxName {
		return string(b)
	}
	slot := &s.names[maphash.Bytes(s.seed, b)%nameSlots]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

// Address is an address as text, IPv4 without its IPv6 clothes.
func (s *Store) Address(a netip.Addr) string {
	s.scratch = a.Unmap().AppendTo(s.scratch[:0])
	return s.Text(s.scratch)
}

// protocols are the names in a list of ALPN.
func (s *Store) protocols(raw []byte) []string {
	if len(raw) > maxList {
		return s.readProtocols(raw)
	}
	slot := &s.lists[maphash.Bytes(s.seed, raw)%listSlots]
	if slot.raw != string(raw) {
		*slot = list{raw: string(raw), names: s.readProtocols(raw)}
	}
	return slot.names
}

// takeBuffer lends memory for a hello of n bytes.
func (s *Store) takeBuffer(n int) []byte {
	if k := len(s.buffers); k > 0 && n <= bufferSize {
		b := s.buffers[k-1]
		s.buffers = s.buffers[:k-1]
		return b
	}
	return make([]byte, 0, max(n, bufferSize))
}

// giveBuffer takes it back. Large ones are left to the garbage collector.
func (s *Store) giveBuffer(b []byte) {
	if cap(b) == bufferSize && len(s.buffers) < maxBuffers {
		s.buffers = append(s.buffers, b[:0])
	}
}

// Reader gives a reader for one connection, to be given back with Release.
func (s *Store) Reader() *Reader {
	if n := len(s.readers); n > 0 {
		r := s.readers[n-1]
		s.readers = s.readers[:n-1]
		return r
	}
	return &Reader{store: s}
}

func (s *Store) release(r *Reader) {
	for i := range r.streams {
		s.giveBuffer(r.streams[i].hello.buf)
	}
	*r = Reader{store: s}
	if len(s.readers) < maxBuffers {
		s.readers = append(s.readers, r)
	}
}
