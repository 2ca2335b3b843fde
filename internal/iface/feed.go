//go:build linux && (amd64 || arm64)

package iface

import (
	"fmt"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// feed gives packets. All but stop belongs to one goroutine; close comes last.
type feed interface {
	// next fills in the next packet: os.ErrDeadlineExceeded when there is none
	// for now, io.EOF when there will be none.
	next(p *replay.Packet) error
	// doze makes the next one be waited for longer.
	doze()
	// stop lets no more packets in.
	stop() error
	close() error
}

// hooks is the feed's end at the interfaces. Its methods may be called from any
// goroutine, one at a time.
type hooks interface {
	attach(d *device) error
	detach(d *device) error
	// ignore lets no more packets of a flow in, if it can.
	ignore(t *replay.Tuple) error
	counters() (Counters, error)
}

// way opens one of the ways.
func (o *Options) open(w Way, links *links) (feed, hooks, error) {
	switch w {
	case WayTCX, WayClsact:
		r, err := openRing(o, w, links)
		return r, r, err
	case WayPacket:
		p, err := openPacket(o, links)
		return p, p, err
	}
	return nil, nil, fmt.Errorf("no such way: %q", w)
}

// Counters are what became of the packets before they were decoded.
type Counters struct {
	// Packets passed the interfaces and were looked at. With AF_PACKET: those
	// that the filter let through.
	Packets uint64
	// Records of them were copied, and Lost did not fit the ring.
	Records, Lost uint64
	// Other are neither TCP nor UDP nor what may carry them, Bare are
	// acknowledgements that carry nothing, Ignored are of flows of which nothing is wanted. With
	// AF_PACKET none of them is counted.
	Other, Bare, Ignored uint64
}
