package tap

import (
	"time"

	"github.com/cilium/ebpf"
)

// Rung is how the tap learns which thread reads and writes a socket.
type Rung string

// The rungs of the ladder, best first.
const (
	// RungAuto takes the best that the kernel accepts.
	RungAuto Rung = ""
	// RungTracepoint is tp_btf on sock_recv_length and sock_send_length (Linux 6.3).
	RungTracepoint Rung = "tp_btf"
	// RungFexit is fexit on the protocols' recvmsg and sendmsg.
	RungFexit Rung = "fexit"
	// RungKprobe is kprobes on the same.
	RungKprobe Rung = "kprobe"
	// RungNone: spans are attributed by cgroup only.
	RungNone Rung = "none"
)

// Options say what to attach to and how much to copy.
type Options struct {
	// CgroupPath is the cgroup v2 folder whose sockets are read; the root of
	// the mount for the whole host.
	CgroupPath string
	// Window is how many bytes of each message's start are copied, 1 to 16384.
	Window int
	// RingBytes is the size of the ring, a power of two and a multiple of the page size.
	RingBytes int
	// Shed leaves out whole exchanges, of some connections, while the ring is more than half full: the
	// share that keeps it below three quarters. Counters.Shed counts their messages.
	Shed bool
	// Drain is how long a record may wait in a ring that is not filling up.
	Drain time.Duration
	// Owners forces one rung of the ladder; RungAuto climbs it.
	Owners Rung
	// Threads asks for who reads and who writes each message. Where the kernel
	// refuses, Report.Missing says so.
	Threads bool
	// TraceSelf leaves the collector's own sockets in; for tests that are
	// their own traffic.
	TraceSelf bool

	// alter changes the object before it is loaded; for tests.
	alter func(*ebpf.CollectionSpec)
}

// Report says what the kernel accepted. Missing names what it did not, with the
// error, in the order of trying.
type Report struct {
	// Owners is the rung that was reached.
	Owners Rung
	// States tells whether connect, failed connect and close are seen.
	States bool
	// OwnSockets tells whether the collector's own sockets are marked when
	// they are made (otherwise at their first read or write).
	OwnSockets bool
	// Frames tells whether the kernel walks the frames of HTTP/2. Otherwise the verdict Frames is
	// as All, and no connection gets it but by order.
	Frames bool
	// Readers and Writers tell whether Read events come, and whether messages say who writes them.
	Readers, Writers bool
	Missing          []Missing
}

// Missing is a feature that the kernel refused.
type Missing struct {
	Feature string
	Err     error
}
