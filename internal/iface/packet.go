//go:build linux && (amd64 || arm64)

package iface

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/gopacket/gopacket/afpacket"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// packetSocket is the way with an AF_PACKET socket: one for all interfaces, with
// a memory-mapped ring of blocks (TPACKET_V3). A tag that the kernel has taken off a frame
// stands beside it and is not needed.
// https://docs.kernel.org/networking/packet_mmap.html
type packetSocket struct {
	socket  *afpacket.TPacket
	links   *links
	chosen  map[int]*device
	stopped atomic.Bool
	quiet   int // timeouts since it was stopped
	// offset is boot time less wall time, ns, measured last at the packet time synced.
	offset, synced int64
}

// blockSize is that of a block of the ring, in bytes; one packet, whole, with
// whatever segmentation offload made of it, fits many times.
const blockSize = 1 << 20

func openPacket(o *Options, links *links) (*packetSocket, error) {
	// A block is handed over when it is full or as old as this.
	retire := max(o.Drain-time.Millisecond, time.Millisecond)
	s, err := afpacket.NewTPacket(
		afpacket.SocketRaw, afpacket.TPacketVersion3,
		afpacket.OptFrameSize(blockSize/16), afpacket.OptBlockSize(blockSize),
		afpacket.OptNumBlocks(max(o.RingBytes/blockSize, 2)),
		afpacket.OptBlockTimeout(retire), afpacket.OptPollTimeout(max(o.Drain, time.Millisecond)),
	)
	if err != nil {
		return nil, fmt.Errorf("open an AF_PACKET socket: %w", err)
	}
	p := &packetSocket{socket: s, links: links, chosen: make(map[int]*device)}
	if err := p.filter(); err != nil {
		s.Close()
		return nil, err
	}
	return p, nil
}

// filter lets through what is worth reading of the interfaces that are chosen.
func (s *packetSocket) filter() error {
	program, err := filter(s.chosen)
	if err != nil {
		return err
	}
	if err := s.socket.SetBPF(program); err != nil {
		return fmt.Errorf("attach the socket filter: %w", err)
	}
	return nil
}

// attach implements hooks.
func (s *packetSocket) attach(d *device) error {
	if s.chosen[d.index] != nil {
		return nil
	}
	c := *d
	s.chosen[d.index] = &c
	return s.filter()
}

// detach implements hooks.
func (s *packetSocket) detach(d *device) error {
	delete(s.chosen, d.index)
	return s.filter()
}

// ignore implements hooks: a filter cannot be told, replay.Live leaves the flow out.
func (*packetSocket) ignore(*replay.Tuple) error { return nil }

// next implements feed.
func (s *packetSocket) next(p *replay.Packet) error {
	for range 1024 {
		data, info, err := s.socket.ZeroCopyReadPacketData()
		switch {
		case err == nil:
		case errors.Is(err, afpacket.ErrTimeout):
			return s.timeout()
		case errors.Is(err, afpacket.ErrPoll): // an interface went down
			return os.ErrDeadlineExceeded
		default:
			return fmt.Errorf("read the AF_PACKET socket: %w", err)
		}
		index := uint32(info.InterfaceIndex)
		link, chosen := s.links.get(index)
		if !chosen { // came before the filter did
			continue
		}
		at, err := s.boot(info.Timestamp.UnixNano())
		if err != nil {
			return err
		}
		*p = replay.Packet{Time: at, Data: data, Wire: info.Length, Link: link, Via: index << 1}
		return nil
	}
	return os.ErrDeadlineExceeded
}

// timeout is when nothing came. After stop a block may yet be handed over, once.
func (s *packetSocket) timeout() error {
	if !s.stopped.Load() {
		return os.ErrDeadlineExceeded
	}
	if s.quiet++; s.quiet > 3 {
		return io.EOF
	}
	return os.ErrDeadlineExceeded
}

// boot turns the wall clock's time of a packet into boot time. The distance of the
// two is measured once a second.
func (s *packetSocket) boot(wall int64) (int64, error) {
	if wall-s.synced >= int64(time.Second) || wall < s.synced {
		now, err := boot()
		if err != nil {
			return 0, err
		}
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_REALTIME, &ts); err != nil {
			return 0, fmt.Errorf("read the wall clock: %w", err)
		}
		s.offset, s.synced = now-ts.Nano(), wall
	}
	return wall + s.offset, nil
}

// doze implements feed: the socket wakes its reader whenever a block is full or
// old, and waits no longer than the drain interval otherwise.
func (*packetSocket) doze() {}

// counters implements hooks.
func (s *packetSocket) counters() (Counters, error) {
	_, st, err := s.socket.SocketStats()
	if err != nil {
		return Counters{}, fmt.Errorf("read the statistics of the AF_PACKET socket: %w", err)
	}
	n, lost := uint64(st.Packets()), uint64(st.Drops())
	return Counters{Packets: n, Records: n - min(lost, n), Lost: lost}, nil
}

// stop implements feed.
func (s *packetSocket) stop() error {
	clear(s.chosen)
	err := s.filter()
	s.stopped.Store(true)
	return err
}

// close implements feed.
func (s *packetSocket) close() error {
	s.socket.Close()
	return nil
}
