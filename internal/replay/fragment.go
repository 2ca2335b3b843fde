//go:build amd64 || arm64

package replay

import "slices"

// Bounds of reassembly: at most maxDatagrams of maxDatagram bytes are held, and
// none longer than fragmentTimeout (Linux: net.ipv4.ipfrag_time).
const (
	maxDatagrams    = 128
	maxDatagram     = 65535
	fragmentTimeout = int64(30e9)
)

// piece is what a fragment says of itself.
type piece struct {
	id     uint32
	next   byte // protocol of what the whole carries
	offset int
	more   bool
}

// fragmentKey names a datagram (RFC 791 section 2.3, RFC 8200 section 4.5).
type fragmentKey struct {
	src, dst [16]byte
	id       uint32
	family   uint8
	next     byte // IPv4 only
}

// span is a range of bytes.
type span struct{ from, to int }

// datagram is one that is being put together.
type datagram struct {
	data  []byte
	parts []span // in order, not touching
	size  int    // 0: the last piece was not seen
	next  byte
	time  int64
}

// fragments puts datagrams together. The zero value is ready.
type fragments struct {
	held map[fragmentKey]*datagram
	done uint64
}

// fragment takes a piece, and if it completes its datagram goes on with the whole.
func (d *decoder) fragment(at piece, data []byte, wire int, p *packet) Reason {
	if len(data) < wire {
		return Truncated
	}
	if wire <= 0 || at.offset+wire > maxDatagram || at.more && wire%8 != 0 {
		return Malformed
	}
	key := fragmentKey{src: p.src.addr, dst: p.dst.addr, id: at.id, family: p.family}
	if p.family == 4 {
		key.next = at.next
	}
	g := d.fragments.datagram(key, p.time)
	if !g.add(at, data[:wire]) {
		delete(d.fragments.held, key) // contradictions: as receivers do (RFC 5722)
		return Malformed
	}
	if !g.whole() {
		return Fragment
	}
	delete(d.fragments.held, key)
	d.fragments.done++
	if p.family == 4 {
		return d.transport(g.next, g.data, len(g.data), p)
	}
	return d.extensions(g.next, g.data, len(g.data), p)
}

// datagram finds or begins one, and makes room.
func (f *fragments) datagram(key fragmentKey, now int64) *datagram {
	g := f.held[key]
	if g != nil && now-g.time <= fragmentTimeout {
		return g
	}
	if f.held == nil {
		f.held = make(map[fragmentKey]*datagram)
	}
	if g == nil && len(f.held) >= maxDatagrams {
		f.evict()
	}
	g = &datagram{time: now}
	f.held[key] = g
	return g
}

// evict drops the oldest datagram.
func (f *fragments) evict() {
	var oldest fragmentKey
	first := true
	for k, g := range f.held {
		if first || g.time < f.held[oldest].time {
			oldest, first = k, false
		}
	}
	delete(f.held, oldest)
}

// add takes a piece; false if it contradicts what is held.
func (g *datagram) add(at piece, data []byte) bool {
	s := span{at.offset, at.offset + len(data)}
	if !at.more {
		if g.size != 0 && g.size != s.to || len(g.data) > s.to {
			return false
		}
		g.size = s.to
	}
	if g.size != 0 && s.to > g.size {
		return false
	}
	if at.offset == 0 {
		g.next = at.next
	}
	i, _ := slices.BinarySearchFunc(g.parts, s.from, func(p span, from int) int { return p.to - from - 1 })
	if i < len(g.parts) && g.parts[i].from < s.to {
		return g.parts[i].from <= s.from && g.parts[i].to >= s.to // a repetition
	}
	if len(g.data) < s.to {
		g.data = slices.Grow(g.data, s.to-len(g.data))[:s.to]
	}
	copy(g.data[s.from:], data)
	g.parts = slices.Insert(g.parts, i, s)
	g.join(i)
	return true
}

// join makes one of the part at i and those it touches.
func (g *datagram) join(i int) {
	if i+1 < len(g.parts) && g.parts[i].to == g.parts[i+1].from {
		g.parts[i].to = g.parts[i+1].to
		g.parts = slices.Delete(g.parts, i+1, i+2)
	}
	if i > 0 && g.parts[i-1].to == g.parts[i].from {
		g.parts[i-1].to = g.parts[i].to
		g.parts = slices.Delete(g.parts, i, i+1)
	}
}

// whole tells whether every byte is there.
func (g *datagram) whole() bool {
	return g.size != 0 && len(g.parts) == 1 && g.parts[0] == span{0, g.size}
}
