//go:build amd64 || arm64

package replay

// Reason says why a packet gave no record.
type Reason uint8

// The reasons.
const (
	// NotIP: ARP, LLC and whatever else is neither IPv4 nor IPv6.
	NotIP Reason = iota
	// Fragment: a piece of an IP datagram. The piece that completes one is
	// not counted here but as the whole that it makes (Stats.Reassembled).
	Fragment
	// Malformed: headers that contradict themselves or their packet.
	Malformed
	// Truncated: the snap length cut into the headers, or into a fragment.
	Truncated
	// LinkType: captured on a link type that is not decoded.
	LinkType
	// OtherTransport: neither TCP nor UDP, or inside of too many tunnels.
	OtherTransport
	// OutOfWindow: a TCP segment with a sequence number far from its stream.
	OutOfWindow
	// AfterClose: payload on a TCP connection that was over.
	AfterClose
	// Retransmit: a TCP segment with nothing in it that was not seen before.
	Retransmit
	// Duplicate: seen before at another place (Packet.Via).
	Duplicate
	// Ignored: of a connection of which nothing is wanted.
	Ignored
	// BrokenFile: the packet in which the file breaks off.
	BrokenFile
	// Reasons is how many there are.
	Reasons
)

var reasonNames = [Reasons]string{
	"not_ip", "fragment", "malformed", "truncated", "link_type", "other_transport", "out_of_window",
	"after_close", "retransmit", "duplicate", "ignored", "truncated_file",
}

// String is the reason as logs and metrics spell it.
func (r Reason) String() string { return reasonNames[r] }

// Stats is what was read so far, of a file or a live stream. Every packet is counted once:
//
//	Packets = Used + Empty + the sum of Skipped
type Stats struct {
	// Packets is the number of packets.
	Packets uint64
	// Used is how many of them gave payload records.
	Used uint64
	// Empty is how many were understood and carried no payload.
	Empty uint64
	// Skipped is how many gave nothing, by reason.
	Skipped [Reasons]uint64
	// Bytes is the payload that Used packets had on the wire, captured or
	// not, without what had been seen before.
	Bytes uint64
	// Records is the number of records given, of all kinds.
	Records uint64
	// Messages is how many of them began a message.
	Messages uint64
	// Connections is the number of cookies given.
	Connections uint64
	// Evicted is how many connections left a full table before their end.
	Evicted uint64
	// Idle is how many connections of a live stream were forgotten for their silence.
	Idle uint64
	// Reassembled is the number of datagrams put together from fragments.
	Reassembled uint64
	// FileError says why reading stopped before the file's end; nil if it did not.
	FileError error
}

// PayloadPackets is the number of TCP and UDP packets that carried payload,
// used or not.
func (s *Stats) PayloadPackets() uint64 {
	return s.Used + s.Skipped[OutOfWindow] + s.Skipped[AfterClose] + s.Skipped[Retransmit] +
		s.Skipped[Duplicate] + s.Skipped[Ignored]
}
