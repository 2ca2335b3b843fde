package explain

import (
	"net/netip"
	"time"
)

// Snapshot is a moment's view of the connections. It is shared: nobody changes it.
type Snapshot struct {
	// Time is when it was taken.
	Time time.Time
	// Opened is how many connections there were since the start, WithSpans how many of
	// them made at least one span, Without how many made none so far, by reason.
	Opened, WithSpans uint64
	Without           []Count
	// Connections are those that are remembered, in no order.
	Connections []Connection
	// Unlisted is how many live connections are not among them, Forgotten how many ended ones.
	Unlisted, Forgotten uint64
}

// Count is how often something happened.
type Count struct {
	// What is a low-cardinality word.
	What string
	N    uint64
}

// Connection is what is known of one connection, as one local socket sees it (for UDP:
// one socket and one peer). Its JSON keys are described in docs/explain.md.
type Connection struct {
	State     State          `json:"state"`
	Transport string         `json:"transport"` // tcp or udp
	Role      Role           `json:"role"`
	Local     netip.AddrPort `json:"local"`
	Remote    netip.AddrPort `json:"remote"`
	// Opened is when its first message was seen, LastSeen when its newest was.
	Opened   time.Time `json:"opened"`
	LastSeen time.Time `json:"last_seen"`

	// Service, Executable, Container and PID are of the local process; empty or 0 if not known.
	Service    string `json:"service"`
	Executable string `json:"executable"`
	Container  string `json:"container_id"`
	PID        uint32 `json:"pid"`

	// Protocol is empty until one has been recognised.
	Protocol string  `json:"protocol"`
	Verdict  Verdict `json:"verdict"`
	// Received came in at the local socket, Sent left it: up to when the connection was ignored.
	Received Traffic `json:"received"`
	Sent     Traffic `json:"sent"`

	// Spans is how many spans were made, Spanless how many exchanges became none.
	Spans    uint32 `json:"spans"`
	Spanless uint32 `json:"exchanges_without_span"`
	// Reason is why something of this connection became no span, the last one if there
	// were several; empty if everything became one.
	Reason Reason `json:"reason"`
	// Looks is what the bytes look like when no parser knows them: tls, ssh; else empty.
	Looks string `json:"looks_like"`
	// Parent is how the newest span came by its parent, or why it has none; empty without spans.
	Parent      string `json:"parent"`
	ParentFound bool   `json:"parent_found"`
}

// Traffic is what one direction of a connection carried.
type Traffic struct {
	Messages uint32 `json:"messages"`
	Bytes    uint64 `json:"bytes"`
}

// State is whether a connection still exists.
type State string

// The states.
const (
	Live  State = "live"
	Ended State = "ended"
)

// Role is what the local socket is.
type Role string

// The roles.
const (
	Server  Role = "server"
	Client  Role = "client"
	Unknown Role = "unknown"
)

// Verdict is what the receiver makes of a connection.
type Verdict string

// The verdicts.
const (
	// Selected connections are read.
	Selected Verdict = "selected"
	// Unselected ones were left out by the include and exclude rules.
	Unselected Verdict = "unselected"
	// Undecided: the rules ask for what is not known yet.
	Undecided Verdict = "undecided"
	// Ignored: they were read until a reason not to was found.
	Ignored Verdict = "ignored"
)
