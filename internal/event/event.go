// Package event owns the Event, what one record of the tap says once it has
// been copied out of the ring and checked. Everything after this package works
// on Go memory of known length.
package event

import "net/netip"

// Kind is the kind of a record.
type Kind uint8

// The kinds, numbered as in bpf/abi.h (a test compares them).
const (
	// Data carries payload of one packet (or an announcement of it with no
	// bytes captured).
	Data Kind = 1 + iota
	// End says that one direction was finished: FIN, or RST for both.
	End
	// Owner says which process holds the socket now.
	Owner
	// Connect is a connect(2) that failed.
	Connect
	// Close is the end of the socket, with the final counts of both directions.
	Close
	// Read says that a thread began to read a message or, with Dir Egress, wrote one of
	// which no packet has left yet. Of such a record only
	// Dir, Transport, Role, Flags, Cookie, Time, Process.PID and Thread are given.
	Read
	// Passed tells how far both directions of a socket have come of whose payload nothing is
	// reported, and when the last of it passed: in Dir, as of Time, Pos and LastTime, in the
	// opposite one OtherPos and OtherTime.
	Passed
)

// Dir is the direction of a packet as its local socket sees it.
type Dir uint8

// The two directions.
const (
	Ingress Dir = iota
	Egress
)

// Flip is the other direction.
func (d Dir) Flip() Dir { return d ^ 1 }

// Role is what the handshake told about the local socket.
type Role uint8

// The roles. Unknown for sockets whose handshake nobody saw, and for UDP.
const (
	RoleUnknown Role = iota
	RoleClient
	RoleServer
)

// Flags mark what is special about a record.
type Flags uint16

// The flags, numbered as in bpf/abi.h.
const (
	// MsgStart: the direction flipped, a message begins with this payload.
	MsgStart Flags = 1 << iota
	// GapBefore: bytes before this payload were sent but not seen (loss in the
	// capture, or a segment that is late).
	GapBefore
	// Late: this payload lies before what was already seen; it fills a hole.
	Late
	// Listener: the socket was still the listener's, so Cookie is the
	// listener's and only the addresses name the connection.
	Listener
	// Reset: the direction ended by RST, not FIN.
	Reset
	// Cut: the bytes right before this payload were seen and left out on
	// purpose; they may be those of the message before.
	Cut
	// Blocking: the call that read would have waited for the bytes; the socket
	// is not one that an event loop is told about.
	Blocking
	// Shed: on Passed, whole exchanges are left out from here to the next Data, because there
	// are more than can be read.
	Shed
)

// Transport is the IP protocol number of the packet.
type Transport uint8

// The transports that the tap reads.
const (
	TCP Transport = 6
	UDP Transport = 17
)

// Process is who holds a socket, as the kernel told it. The zero value means
// unknown.
type Process struct {
	// PID is the process (thread group) id in the initial pid namespace.
	PID uint32
	// TID is the thread that was seen.
	TID uint32
	// Start is the start time of the process in nanoseconds since boot, the
	// kernel's start_boottime; it tells a reused PID from its predecessor. 0: unknown.
	Start uint64
	// Comm is the thread group leader's short name, at most 15 bytes.
	Comm string
	// Cgroup is the cgroup v2 id (the inode number of its folder).
	Cgroup uint64
	// NetNS is the inode number of the network namespace. 0: unknown.
	NetNS uint32
	// Home is the cgroup v2 id of the process itself: Cgroup is its socket's,
	// which is that of whoever made the socket. 0: unknown.
	Home uint64
}

// Thread is a thread and, in a Go program, the goroutine that it was running.
type Thread struct {
	// ID is unique until reboot, or nearly: the thread's number in the initial
	// pid namespace in the upper half, its start time in units of 1024 ns, as far as
	// 32 bits go, in the lower one. 0: unknown.
	ID uint64
	// Goroutine is the id of the goroutine, GoroutineParent that of the one that
	// started it; unique in their process. 0: unknown, or no Go program.
	Goroutine, GoroutineParent uint64
}

// TID is the thread's number.
func (t Thread) TID() uint32 { return uint32(t.ID >> 32) }

// Event is one record of the tap. Payload is valid until the next one is
// decoded into the same Event.
type Event struct {
	Kind      Kind
	Dir       Dir
	Transport Transport
	Role      Role
	Flags     Flags
	// Cookie names the socket (SO_COOKIE); unique until reboot.
	Cookie uint64
	// Time is CLOCK_BOOTTIME in nanoseconds, when the packet passed the socket.
	Time          int64
	Local, Remote netip.AddrPort
	// Seq and Ack are the TCP header's on the packet that carried Payload
	// (Seq moved on when a retransmitted head was trimmed).
	Seq, Ack uint32
	// Pos is the stream position of Payload[0], in bytes since the socket was
	// first seen in this direction. For End, Close and Passed: the position reached.
	Pos int64
	// Len is how many payload bytes the packet had, or, where it made several records, how many
	// lie between this one's start and the next one's; len(Payload) <= Len.
	Len     uint32
	Payload []byte
	// OtherPos and OtherTime tell how far the opposite direction has come and
	// when its last payload passed (0: none yet).
	OtherPos  int64
	OtherTime int64
	// LastTime is when the last payload in this direction passed (End, Close, Passed).
	LastTime int64
	// Process holds the socket. On Data records only PID, TID and Cgroup are
	// given; Owner and Connect records fill all of it.
	Process Process
	// Thread began to read the message (Read), or writes it (Data, egress, with
	// MsgStart; unknown when the packet left later than its system call).
	Thread Thread
	// ReadTime is when a thread began to read this socket's newest ingress
	// message, boot ns. 0: not seen.
	ReadTime int64
	// Lost is how many records of the whole host did not fit the ring so far, and how many requests were
	// left out, given with MsgStart and Read: between two events with the same number nothing was missed.
	Lost uint32
	// Again is how many segments this end has had to send again so far.
	Again uint32
	// ConnectTime is how long connect took in nanoseconds. 0: not seen.
	ConnectTime int64
	// Errno is the socket error of a failed connect. 0: unknown.
	Errno uint32
}
