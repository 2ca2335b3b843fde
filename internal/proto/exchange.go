package proto

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Lost says why a parser could not use a message.
type Lost uint8

// Why a message was lost to the parser.
const (
	// LostGap: bytes were missing where they mattered.
	LostGap Lost = iota
	// LostSyntax: the bytes were not this protocol's.
	LostSyntax
	// LostNoRequest: a response whose request was not seen.
	LostNoRequest
	// LostCap: a cap of the parser's was reached.
	LostCap
	// LostOpaque: bytes after an upgrade or inside a tunnel.
	LostOpaque
	// LostControl: the protocol's own housekeeping, which is of no exchange.
	LostControl
)

// Exchange is a request and its response, as seen at one end of a connection.
// A parser embeds it in a type of its own that implements Semantics.
type Exchange struct {
	// Protocol is Protocol.Name of the parser.
	Protocol string
	Request  Message
	Response Message
	// Context is what the request carried on the wire; zero if nothing valid.
	Context tracecontext.Context
	// RequestID is a hash of the id that the request carried in a header such as
	// x-request-id, equal for equal ids within one run; zero when there is none.
	RequestID uint64
	// Fault says what was not observed, when the exchange is not whole.
	Fault Fault
	// Mark marks exchanges that filters ask about.
	Mark Mark
	// Concurrent: others may be under way on the same connection at the same time, so
	// that who reads from it or writes to it next need not do so for this one. Its
	// Request.Origin is then that of the byte that it begins with, and Request.Index is 0.
	Concurrent bool
	// Undirected: which end is the client's is not known. Set by the sink in Open; of
	// protocols that can be recognised without knowing (opaque ones) only.
	Undirected bool
	// Semantics turns the exchange into names and attributes.
	Semantics Semantics
	// Stage is for the sink's own bookkeeping between Open and Done.
	Stage any
}

// Message is one half of an exchange.
type Message struct {
	// Seen is true once the first byte was.
	Seen bool
	// Whole is true once the last byte passed (captured or not).
	Whole bool
	// Truncated is true when the head was longer than what was captured.
	Truncated bool
	// First and Last are when the first and the last byte passed, boot ns.
	First, Last int64
	// Body is the number of body bytes on the wire as framed (chunk framing
	// excluded), -1 when not known.
	Body int64
	// Wire is the number of bytes of the whole message, head and framing included.
	Wire int64
	// Origin names the message of its first byte.
	Origin Origin
	// Index numbers the requests (or responses) that began in that same
	// message, from 0: pipelined requests differ in it.
	Index uint32
	// Accounts are the ledger's accounts of the messages that it used.
	Accounts []Account
}

// Take notes that the segment's bytes belong to this half, and claims its
// account once.
func (m *Message) Take(seg *Segment, n int) {
	if !m.Seen {
		m.Seen, m.First, m.Origin = true, seg.At, seg.Origin
	}
	m.Last = seg.At
	m.Wire += int64(n)
	if seg.Message == nil {
		return
	}
	if k := len(m.Accounts); k > 0 && m.Accounts[k-1] == seg.Message {
		return
	}
	seg.Message.Claim()
	m.Accounts = append(m.Accounts, seg.Message)
}

// Reset empties the half and keeps its memory.
func (m *Message) Reset() {
	accounts := m.Accounts[:0]
	clear(m.Accounts)
	*m = Message{Accounts: accounts, Body: -1}
}

// Fault says what part of an exchange was not observed. The words are
// low-cardinality and go into error.type where the conventions want one.
type Fault string

// The faults.
const (
	// NoFault: all of it was seen.
	NoFault Fault = ""
	// ConnectionReset: RST before the response was whole.
	ConnectionReset Fault = "connection_reset"
	// ConnectionClosed: the connection ended before the response was whole.
	ConnectionClosed Fault = "connection_closed"
	// NotObserved: the response may have existed; we stopped waiting or lost its bytes.
	NotObserved Fault = "response_not_observed"
	// Timeout: the protocol's own time limit passed without an answer (DNS).
	Timeout Fault = "timeout"
	// Void: there was no exchange, as the bytes turned out to be another protocol's. There is no span.
	Void Fault = "void"
)

// Mark is a bit set of what filters ask about.
type Mark uint8

// The marks.
const (
	// MarkOTLP: a telemetry export request.
	MarkOTLP Mark = 1 << iota
	// MarkHealthProbe: kubelet's or a load balancer's probe.
	MarkHealthProbe
	// MarkStream: how long the exchange lasts says nothing of how long anybody worked (an
	// upgrade, a tunnel, an event stream, a streaming call). Once it is told as
	// Sink.Streams, a span may be made of it before it is done.
	MarkStream
)

// Side is the end of the connection that a span speaks for.
type Side uint8

// The sides.
const (
	Server Side = iota
	Client
)

// Endpoints are the socket addresses of a connection.
type Endpoints struct {
	Client, Server netip.AddrPort
}

// Description is what the semantic conventions say of an exchange.
type Description struct {
	// Name is the span name.
	Name string
	// Error is true when the span's status is Error; otherwise it stays unset.
	Error bool
	// Internal is true for exchanges that are neither client nor server work.
	Internal bool
	Attrs    attr.List
}

// Reset empties the description and keeps its memory.
func (d *Description) Reset() {
	d.Attrs.Reset()
	*d = Description{Attrs: d.Attrs}
}

// Semantics turns an exchange into what the conventions say, and takes its
// memory back.
type Semantics interface {
	// Describe fills d (already reset), no key twice. It may be called for
	// either side, and twice.
	Describe(side Side, e Endpoints, d *Description)
	// Release gives the exchange's memory back to its parser's protocol.
	Release()
}
