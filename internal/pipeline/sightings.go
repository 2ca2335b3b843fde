//go:build linux && (amd64 || arm64)

package pipeline

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// sightings are the requests that sockets have shown of late. One that the wire shows
// as well is left to them: they know whose it is.
type sightings struct {
	young, old map[sighting]struct{}
	turned     int64
}

// sighting names a request wherever it is seen: by the TCP numbers of its message,
// which no translation changes, or, of datagrams, by addresses.
type sighting struct {
	seq, ack, index uint32
	ends            proto.Endpoints
}

const (
	// sightingAge is how long one is remembered at least, ns.
	sightingAge = int64(5e9)
	// maxSightings is how many are remembered in that time.
	maxSightings = 1 << 18
	// wireWait is how long, in nanoseconds, an exchange on the wire waits for
	// sockets to show theirs: as long as a record may wait to be read, and more.
	wireWait = int64(250e6)
)

func (s *session) sighting(x *proto.Exchange) sighting {
	m := &x.Request
	seen := sighting{seq: m.Origin.Seq, ack: m.Origin.Ack, index: m.Index}
	if s.udp {
		ends := s.endpoints()
		seen.ends = proto.Endpoints{Client: plain(ends.Client), Server: plain(ends.Server)}
	}
	return seen
}

// plain is an address without its zone, which only a socket knows.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().WithZone(""), a.Port())
}

func (ss *sightings) add(s sighting, now int64) {
	if ss.young == nil || now-ss.turned > sightingAge || len(ss.young) >= maxSightings {
		ss.young, ss.old, ss.turned = make(map[sighting]struct{}), ss.young, now
	}
	ss.young[s] = struct{}{}
}

func (ss *sightings) has(s sighting) bool {
	if _, ok := ss.young[s]; ok {
		return true
	}
	_, ok := ss.old[s]
	return ok
}

// joins tells whether two sources are read.
func (e *Engine) joins() bool { return e.tap != nil && e.wire != nil }

// wireCookie tells whether a connection is one of the wire.
func (e *Engine) wireCookie(cookie uint64) bool {
	return e.wire != nil && (!e.joins() || cookie&wireBit != 0)
}
