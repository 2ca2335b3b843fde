package iface

import (
	"errors"
	"fmt"
	"path"
	"time"
)

// Way is how packets are got hold of.
type Way string

// The ways, best first.
const (
	// WayAuto takes the best that works.
	WayAuto Way = ""
	// WayTCX is programs in each interface's own list (Linux 6.6).
	WayTCX Way = "tcx"
	// WayClsact is programs as classifiers of the clsact queueing discipline.
	WayClsact Way = "clsact"
	// WayPacket is an AF_PACKET socket.
	WayPacket Way = "af_packet"
)

// ErrPermission says that the process may go none of the ways.
var ErrPermission = errors.New("missing privilege: the interface source needs CAP_BPF and CAP_NET_ADMIN, or CAP_NET_RAW; run as root, add them, or use capture.source: pcap")

// Options say what to read.
type Options struct {
	// Interfaces are names, or patterns as of path.Match, of the interfaces to
	// read. Empty: all but loopback.
	Interfaces []string
	// Loopback reads loopback, too, where Interfaces is empty.
	Loopback bool
	// Way forces one of the ways; WayAuto takes the best.
	Way Way
	// RingBytes is the size of the ring between kernel and process: a power of
	// two and a multiple of 1 MiB.
	RingBytes int
	// Drain is how long a packet may wait in a ring that is not filling up.
	Drain time.Duration
	// Window is how many bytes of each message's start are given.
	Window int
	// MaxConnections is how many connections are followed at a time.
	MaxConnections int
}

// Validate checks the patterns.
func (o *Options) Validate() error {
	for _, pattern := range o.Interfaces {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("interface %q: %w", pattern, err)
		}
	}
	return nil
}

// Report says how the source reads, and what.
type Report struct {
	Way Way
	// Interfaces are those that are up and chosen, in the order of their indices.
	Interfaces []Interface
	// Missing are the better ways that could not be gone, and why.
	Missing []Missing
}

// Interface is one that is read, or would be were it not for Err.
type Interface struct {
	Name  string
	Index int
	Err   error
}

// Missing is a way that could not be gone.
type Missing struct {
	Way Way
	Err error
}
