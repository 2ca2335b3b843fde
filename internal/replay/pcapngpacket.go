//go:build amd64 || arm64

package replay

import (
	"math"
	"math/bits"

	"github.com/gopacket/gopacket/layers"
)

// ngIface is an interface of a pcapng section.
type ngIface struct {
	link layers.LinkType
	snap uint32
	// units is how many timestamp units a second has; 0: a resolution that
	// does not fit into 64 bits, so that the times are not known.
	units uint64
	// offset is added to timestamps, in seconds.
	offset int64
}

// Options of an interface description block.
const (
	optEnd        = 0
	optResolution = 9
	optOffset     = 14
)

// addIface takes an interface description: link type (2), reserved (2), snap
// length (4), options.
func (s *ngSource) addIface() error {
	if len(s.body) < 8 {
		return errBlockLength
	}
	if len(s.ifaces) == maxIfaces {
		return errIfaces
	}
	i := ngIface{link: layers.LinkType(s.order.Uint16(s.body)), snap: s.order.Uint32(s.body[4:]), units: 1e6}
	for o := s.body[8:]; len(o) >= 4; {
		code, n := s.order.Uint16(o), int(s.order.Uint16(o[2:]))
		o = o[4:]
		if code == optEnd || n > len(o) {
			break
		}
		switch {
		case code == optResolution && n == 1:
			i.units = unitsPerSecond(o[0])
		case code == optOffset && n == 8:
			i.offset = int64(s.order.Uint64(o))
		}
		o = o[min((n+3)&^3, len(o)):]
	}
	s.ifaces = append(s.ifaces, i)
	return nil
}

// unitsPerSecond reads if_tsresol: a negative power of ten, or of two when the
// top bit is set. 0 when it does not fit.
func unitsPerSecond(resolution byte) uint64 {
	e := int(resolution & 0x7f)
	if resolution&0x80 != 0 {
		if e > 63 {
			return 0
		}
		return 1 << e
	}
	if e > 19 {
		return 0
	}
	u := uint64(1)
	for range e {
		u *= 10
	}
	return u
}

// nanos converts a timestamp to Unix nanoseconds; false when it cannot.
func (i *ngIface) nanos(stamp uint64) (int64, bool) {
	if i.units == 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(stamp%i.units, 1e9)
	fraction, _ := bits.Div64(hi, lo, i.units)
	const most = math.MaxInt64/1_000_000_000 - 1
	seconds := stamp / i.units
	if seconds > most || i.offset > most || i.offset < -most {
		return 0, false
	}
	total := int64(seconds) + i.offset
	if total < 0 || total > most {
		return 0, false
	}
	return total*1e9 + int64(fraction), true
}

// packet fills f from a packet block's content; what makes no sense is marked bad.
func (s *ngSource) packet(kind uint32, f *frame) {
	*f = frame{bad: true}
	if kind == blockSimple {
		s.simple(f)
		return
	}
	b := s.body
	if len(b) < 20 {
		return
	}
	index := s.order.Uint32(b)
	if kind == blockPacket {
		index = uint32(s.order.Uint16(b))
	}
	caught, wire := s.order.Uint32(b[12:]), s.order.Uint32(b[16:])
	if uint64(index) >= uint64(len(s.ifaces)) || uint64(caught) > uint64(len(b)-20) || caught > maxFrame {
		return
	}
	i := &s.ifaces[index]
	*f = frame{data: b[20 : 20+caught], wire: int(max(wire, caught)), link: i.link}
	f.time, f.timed = i.nanos(uint64(s.order.Uint32(b[4:]))<<32 | uint64(s.order.Uint32(b[8:])))
}

// simple reads a simple packet block: the length on the wire, then the data.
// It belongs to the first interface and has no time.
func (s *ngSource) simple(f *frame) {
	if len(s.body) < 4 || len(s.ifaces) == 0 {
		return
	}
	i := &s.ifaces[0]
	wire := s.order.Uint32(s.body)
	caught := min(wire, uint32(len(s.body)-4))
	if i.snap != 0 {
		caught = min(caught, i.snap)
	}
	if caught > maxFrame {
		return
	}
	*f = frame{data: s.body[4 : 4+caught], wire: int(wire), link: i.link}
}
