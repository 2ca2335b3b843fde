// Package span is the neutral model of a finished span, and the one place
// where an exchange becomes one. It knows no pdata.
package span

import (
	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/process"
)

// Kind is the span kind.
type Kind uint8

// The kinds in use.
const (
	Server Kind = iota
	Client
	Internal
)

// Span is one finished span. Times are Unix nanoseconds.
type Span struct {
	TraceID    [16]byte
	SpanID     [8]byte
	Parent     [8]byte
	TraceState string
	// Flags are the OTLP span flags: the trace-flags byte, and 0x100/0x200 for a remote parent.
	Flags      uint32
	Name       string
	Kind       Kind
	Start, End uint64
	// Error sets the status to Error; otherwise it stays unset.
	Error bool
	// Attrs holds each key once.
	Attrs    attr.List
	Resource *process.Resource
	// Links are what the span may have to do with; seldom any.
	Links []correlate.Link
}

// ParentEvidence is the attribute that says for what reason the parent was
// believed (correlate.Evidence). Spans without a parent go without it.
const ParentEvidence = "beyla.parent.evidence"

// What the tap tells of an exchange beyond its protocol. Times are nanoseconds.
const (
	// PeerService is service.name of the other end, when that is on this host.
	PeerService = "service.peer.name"
	// Connect is how long the TCP handshake took, on the first request of a connection (client).
	Connect = "beyla.timing.connect"
	// Queue is from the request's arrival to the application's first read of it (server).
	Queue = "beyla.timing.queue"
	// FirstByte is from the request's first byte to the response's.
	FirstByte = "beyla.timing.first_byte"
	// Transfer is from the response's first byte to its last.
	Transfer = "beyla.timing.transfer"
	// Network is how much longer the client waited for the first byte than the
	// server took for it: both ways through the network (server, when the client is on this host).
	Network = "beyla.timing.network"
	// Retransmissions is how many segments this end had to send again meanwhile.
	Retransmissions = "beyla.tcp.retransmissions"
)

// What is said of an exchange that is told of more than once.
const (
	// StreamOpen is true while it goes on.
	StreamOpen = "beyla.stream.open"
	// StreamPart numbers the spans after the first one, which is their parent.
	StreamPart = "beyla.stream.part"
)

// LinkEvidence is the attribute of a link that says on what it stands.
const LinkEvidence = "beyla.link.evidence"
