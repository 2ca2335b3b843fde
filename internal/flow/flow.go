// Package flow puts the tap's events in order: which connection they belong
// to, which end is the client, which byte comes next, what is missing.
//
// A Table takes one event after the other and calls its Sink with the bytes of
// each direction of each connection, in order, with a gap wherever bytes were
// cut, lost or never seen. TCP is put in order by the tap's stream positions,
// which it derives from sequence numbers (RFC 9293, section 3.4); UDP comes
// as it came, one datagram one message.
//
// # Positions
//
// The tap counts positions from the first byte that it saw on a socket. The
// table need not have seen the same beginning: records may have been lost, or the
// flow may have been forgotten while it was idle. So the first record with
// positions that a flow shows sets where both directions begin (Pos for its own,
// OtherPos for the opposite one) and no gap is made of what lay before: the kernel
// has counted it. From there on every position not delivered is a Gap.
//
// # Messages and the ledger
//
// A message begins with a record flagged event.MsgStart; such a record is
// opened or dropped in the ledger exactly once, whatever becomes of it. When that
// record was lost, the change of direction still begins a message, without an account.
package flow

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// Flow is one connection as one local socket sees it (for UDP: one socket and
// one peer). It belongs to the goroutine that runs the pipeline. Its memory is
// used again after Sink.Gone: who keeps a pointer to it lets go of it there.
type Flow struct {
	// What every record touches comes first: with many flows, reaching this
	// memory is most of a record's cost.

	// Cookie names the socket.
	Cookie    uint64
	Transport event.Transport
	// Role is what the handshake told; RoleUnknown leaves it to the bytes.
	Role     event.Role
	state    state
	heading  heading
	ignored  ledger.Reason
	lastSeen int64
	// ConnectTime is how long connect took, ns; 0 when not seen.
	ConnectTime int64
	// Session is what the stage above hangs on the flow.
	Session any
	// Process holds the socket; the zero value until the kernel has told.
	Process event.Process
	dirs    [2]direction

	Local, Remote netip.AddrPort
	opened        int64
	timer         timer
	siblings      siblings
}

// state is a bit set of what became of a flow.
type state uint8

const (
	// live: the flow is in the table.
	live state = 1 << iota
	// ignoring: the stage above wants nothing of the flow any more.
	ignoring
	// retired: it is to be forgotten before long.
	retired
)

// heading is the direction of the newest payload.
type heading uint8

const (
	nowhere heading = iota
	inward
	outward
)

func headingOf(d event.Dir) heading { return inward + heading(d) }

// Segment is a run of payload of one direction, in order. Bytes are valid
// during the call that hands it over.
type Segment struct {
	Dir event.Dir
	// At is when the bytes were there to be read, boot ns: when their packet
	// passed the socket, or, if it overtook another, when that one did. It never
	// decreases within a direction.
	At    int64
	Bytes []byte
	// Seq and Ack are those of the first packet of the message that the bytes belong to.
	Seq, Ack uint32
	// ByteSeq is the sequence number of the first of the bytes, PacketAck the
	// acknowledgement number of the packet that brought it: both ends of the connection see the
	// same two, wherever their messages begin.
	ByteSeq, PacketAck uint32
	// Ordinal numbers the messages of this direction from 0.
	Ordinal uint32
	// Message is the ledger's account of it. It is nil when the record that
	// began the message was lost.
	Message *ledger.Message
	// First is true for the first bytes of a message that were captured.
	First bool
	// Writer is who writes the message, given with its first bytes at the sender's end only.
	Writer event.Thread
	// ReadTime, Lost and Again as in event.Event.
	ReadTime    int64
	Lost, Again uint32
	// Shed, in a segment without bytes: from here to the next one whole exchanges are left out, in both
	// directions. Their bytes are gaps.
	Shed bool
}

// Ending is how a direction ended.
type Ending uint8

// The endings.
const (
	FIN Ending = iota
	RST
	// Gone: the socket was closed, and how is not known.
	Gone
	// Expired: the table had no room or no time left.
	Expired
	// Idle: nothing passed for the idle timeout.
	Idle
)

// Sink takes what the table makes of the events. It may call Ignore on the flow
// that it is handed, and nothing of the Table.
type Sink interface {
	// Segment hands over the next bytes of a direction.
	Segment(f *Flow, s *Segment)
	// Gap says that n bytes of a direction will not come; the last of them passed at time at.
	Gap(f *Flow, d event.Dir, at, n int64)
	// End says that a direction is over; last is when its last payload passed,
	// 0 when it had none. It is called once per direction.
	End(f *Flow, d event.Dir, last int64, how Ending)
	// Gone says that the flow leaves the table (both directions have ended before).
	Gone(f *Flow)
}

// Ignore tells the table that nothing of this flow is wanted any more: from
// now on no Segment and no Gap is handed over, only End and Gone. Messages that
// begin later, and those under way that are not used, end with reason r in the
// ledger.
func (f *Flow) Ignore(r ledger.Reason) {
	f.state |= ignoring
	f.ignored = r
	for d := range f.dirs {
		f.dirs[d].message.Because(r)
	}
}
