// Package ledger accounts for every message that the tap reported: it ends
// either in a span or in a counter with a reason, exactly once.
//
//	kernel:   messages begun = received + lost to a full ring + left out before it is full
//	here:     received = used + dropped (by reason) + filtered (by reason) + held
//	spans:    built = accepted + refused
//
// At rest held is zero; tests hold the equation under overload.
package ledger

import "sync/atomic"

// Reason says why a message (or exchange) became no span.
type Reason uint8

// The reasons, in three families: internal (we could not), filtered (we were
// told not to), and downstream (nobody wanted the span).
const (
	// Used is no loss: the message is part of a span.
	Used Reason = iota
	// UnknownProtocol: no parser claimed the connection.
	UnknownProtocol
	// FlowTable: the flow table was full.
	FlowTable
	// Inflight: the cap of exchanges in flight was reached.
	Inflight
	// Gap: bytes were missing where the parser could not do without.
	Gap
	// ParserGaveUp: the bytes stopped making sense in a protocol already known.
	ParserGaveUp
	// NoRequest: a response whose request was not seen.
	NoRequest
	// NoResponse: a request whose response was not seen, where the design emits no span.
	NoResponse
	// Opaque: what follows an upgrade or CONNECT on the same connection.
	Opaque
	// ListenerExpired: data of a handshake whose connection never showed up.
	ListenerExpired
	// Malformed: the record or packet failed a length check.
	Malformed
	// Duplicate: the message's first record held nothing that was not seen before.
	Duplicate
	// Unselected: the include and exclude rules left the flow out.
	Unselected
	// OTLPExport: another process's telemetry export.
	OTLPExport
	// HealthProbe: a health probe, with http.drop_health_probes on.
	HealthProbe
	// ProtocolOff: a protocol that the configuration switched off.
	ProtocolOff
	// Doubled: seen on an interface, and at a socket that tells it.
	Doubled
	// NotSampled: the sampler left the trace out.
	NotSampled
	// Housekeeping: the protocol's own (HTTP/2's SETTINGS, PING, WINDOW_UPDATE), of which there is
	// nothing to tell.
	Housekeeping
	// Reasons is how many there are.
	Reasons
)

var names = [Reasons]string{
	"used", "unknown_protocol", "flow_table_full", "inflight_full", "gap", "parser_gave_up",
	"no_request", "no_response", "opaque", "listener_expired", "malformed", "duplicate", "unselected", "otlp_export",
	"health_probe", "protocol_off", "doubled", "not_sampled", "housekeeping",
}

// String is the reason as the metrics spell it.
func (r Reason) String() string { return names[r] }

// Filtered tells whether the reason is the user's own choice.
func (r Reason) Filtered() bool { return r >= Unselected && r < Reasons }

// Ledger counts. One goroutine writes; any may read.
type Ledger struct {
	received atomic.Uint64
	ended    [Reasons]atomic.Uint64
	free     []*Message
}

// Message is the account of one message: claimed by the exchanges that it
// carried, and closed when the next one in its direction begins. A Message is
// owned by the goroutine that runs the pipeline.
type Message struct {
	book   *Ledger
	claims int32
	used   bool
	closed bool
	reason Reason
}

// Open accounts for a message that has begun. Until someone claims it, it
// would end with the given reason.
func (l *Ledger) Open(unless Reason) *Message {
	l.received.Add(1)
	var m *Message
	if n := len(l.free); n > 0 {
		m, l.free = l.free[n-1], l.free[:n-1]
	} else {
		m = new(Message)
	}
	*m = Message{book: l, reason: unless}
	return m
}

// Drop accounts for a message that nobody will ever hold.
func (l *Ledger) Drop(r Reason) {
	l.received.Add(1)
	l.ended[r].Add(1)
}

// Claim says that an exchange stands on this message.
func (m *Message) Claim() {
	if m != nil {
		m.claims++
	}
}

// Because sets the reason with which the message ends unless it is used. The
// last word counts.
func (m *Message) Because(r Reason) {
	if m != nil {
		m.reason = r
	}
}

// Resolve takes back one claim: r is Used, or why the exchange became no span.
func (m *Message) Resolve(r Reason) {
	if m == nil {
		return
	}
	m.claims--
	if r == Used {
		m.used = true
	} else {
		m.reason = r
	}
	m.settle()
}

// Release takes back one claim, and leaves it to others what the message ends with.
func (m *Message) Release() {
	if m == nil {
		return
	}
	m.claims--
	m.settle()
}

// Close says that no more bytes of this message will come.
func (m *Message) Close() {
	if m == nil || m.closed {
		return
	}
	m.closed = true
	m.settle()
}

func (m *Message) settle() {
	if !m.closed || m.claims > 0 {
		return
	}
	r := m.reason
	if m.used {
		r = Used
	}
	m.book.ended[r].Add(1)
	if len(m.book.free) < 4096 {
		m.book.free = append(m.book.free, m)
	}
}

// Received is how many messages were handed to user space.
func (l *Ledger) Received() uint64 { return l.received.Load() }

// Ended is how many of them ended for this reason.
func (l *Ledger) Ended(r Reason) uint64 { return l.ended[r].Load() }

// Held is how many have not ended yet. A reader beside the writing goroutine
// may see it off by what is under way.
func (l *Ledger) Held() int64 {
	var sum uint64
	for r := range l.ended {
		sum += l.ended[r].Load()
	}
	return int64(l.received.Load()) - int64(sum)
}
