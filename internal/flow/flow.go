// Package flow puts the tap's events in order: which connection they belong
// to, which end is the client, which byte comes next, what is missing.
package flow

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// Flow is one connection as one local socket sees it (for UDP: one socket and
// one peer). It belongs to the goroutine that runs the pipeline.
type Flow struct {
	// Cookie names the socket.
	Cookie        uint64
	Transport     event.Transport
	Local, Remote netip.AddrPort
	// Role is what the handshake told; RoleUnknown leaves it to the bytes.
	Role event.Role
	// Process holds the socket; the zero value until the kernel has told.
	Process event.Process
	// ConnectTime is how long connect took, ns; 0 when not seen.
	ConnectTime int64
	// Session is what the stage above hangs on the flow.
	Session any

	dirs     [2]direction
	lastSeen int64
	state    state
}

// Segment is a run of payload of one direction, in order. Bytes are valid
// during the call that hands it over.
type Segment struct {
	Dir   event.Dir
	At    int64
	Bytes []byte
	// Seq and Ack are those of the first packet of the message that the bytes belong to.
	Seq, Ack uint32
	// Ordinal numbers the messages of this direction from 0.
	Ordinal uint32
	// Message is the ledger's account of it.
	Message *ledger.Message
	// First is true for the first bytes of a message.
	First bool
	// ReadTID, ReadTime, WriteTID, WriteTime as in event.Event.
	ReadTID, WriteTID   uint32
	ReadTime, WriteTime int64
}

// Ending is how a direction ended.
type Ending uint8

// The endings.
const (
	FIN Ending = iota
	RST
	Gone
	Expired
)

// Sink takes what the table makes of the events.
type Sink interface {
	// Segment hands over the next bytes of a direction.
	Segment(f *Flow, s *Segment)
	// Gap says that n bytes of a direction will not come; the last of them passed at time at.
	Gap(f *Flow, d event.Dir, at, n int64)
	// End says that a direction is over; last is when its last payload passed.
	End(f *Flow, d event.Dir, last int64, how Ending)
	// Gone says that the flow leaves the table (both directions have ended before).
	Gone(f *Flow)
}
