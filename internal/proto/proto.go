// Package proto says what a protocol is to the pipeline: something that can
// tell its own bytes from others (Protocol), and something that turns the bytes
// of one connection into exchanges (Parser). It holds types only; each protocol
// lives in a folder of its own, and internal/proto/all lists them.
package proto

import "github.com/beylareceiver/beylareceiver/internal/event"

// Dir is a direction in the protocol's terms, whichever end we look from.
type Dir uint8

// The two directions.
const (
	ToServer Dir = iota
	ToClient
)

// Flip is the other direction.
func (d Dir) Flip() Dir { return d ^ 1 }

// Verdict is the answer of Detect.
type Verdict uint8

// The verdicts. NeedMore means that the bytes could still become this protocol.
const (
	No Verdict = iota
	NeedMore
	Yes
)

// Protocol is one line in the registry. One pipeline shares it between all its
// connections and uses it from one goroutine, so that it may keep pools and interned names.
type Protocol interface {
	// Name is the protocol's name in metrics and docs ("http", "dns").
	Name() string
	// Detect looks at the first bytes seen of each direction (either may be
	// empty; a capture may begin in the middle of a connection). It is pure
	// and cheap, and answers Yes only on evidence that no other protocol gives.
	Detect(t event.Transport, toServer, toClient []byte) Verdict
	// NewParser makes the parser of one connection (for UDP: of one socket and
	// one peer). It reports to sink from inside Feed, Gap and Close.
	NewParser(t event.Transport, sink Sink) Parser
}

// Parser turns the bytes of one connection into exchanges. It is used from one
// goroutine, never blocks, bounds what it holds, and gives the same exchanges
// however the same bytes are split.
type Parser interface {
	// Feed takes the next bytes of one direction. For UDP one call is one datagram.
	// The segment and its bytes are valid during the call only.
	Feed(dir Dir, seg *Segment)
	// Gap says that n bytes of this direction passed unseen or were not
	// captured, the last of them at time at (boot ns). n is exact for what the
	// tap cut, and what sequence numbers tell for what was lost.
	Gap(dir Dir, at int64, n int64)
	// Close says that this direction has ended, the last payload byte having
	// passed at time last (boot ns). Called at most once per direction.
	Close(dir Dir, last int64, how Ending)
	// Wants tells what the parser waits for in this direction.
	Wants(dir Dir) Want
}

// Provisional is a Parser that takes bytes which another protocol may claim yet.
type Provisional interface {
	Parser
	// Void says that one has: what is open is done with the fault Void, and the
	// parser is not used any more.
	Void()
}

// Skipper is a Parser of a protocol with one exchange after the other, which can do without some.
type Skipper interface {
	Parser
	// Skip says that the client has begun another request, which is left out with its response, and so
	// may be others: what is open is over. The next bytes of either direction begin a message. It
	// answers false when the parser cannot do without: then the Gaps of what is left out follow, else
	// none do.
	Skip() bool
}

// Want is what a parser would like to see next in a direction.
type Want uint8

// What a parser can want. The pipeline turns it into polling of the tap's
// progress counters and into verdicts for the kernel.
const (
	// Heads: the start of each message is enough.
	Heads Want = iota
	// Rest: a body longer than the window is under way; its byte count matters, its bytes do not.
	Rest
	// All: every byte matters (pipelining was seen).
	All
	// Frames: every HTTP/2 frame matters, of a long DATA frame only the start.
	Frames
	// Turns: when a message begins, and how long each was; of bytes the first 64 at most.
	Turns
	// Totals: how many bytes have passed, now and then, and when the last one did.
	Totals
	// Nothing: the parser has given up on this connection for good.
	// No further byte will be used (upgraded, tunnelled or not this protocol after all).
	Nothing
)

// Ending is how a direction came to its end.
type Ending uint8

// The endings.
const (
	// FIN is an orderly end.
	FIN Ending = iota
	// RST is a reset connection.
	RST
	// Gone: the socket was closed and how is not known.
	Gone
	// Expired: we stopped listening; the connection may well live on.
	Expired
	// Idle: nothing passed in either direction for as long as the flow table
	// waits (30 s for UDP, 10 min for TCP); the connection may live on.
	Idle
)

// Segment is a run of bytes of one direction, in order.
type Segment struct {
	// At is when the packet passed the socket, boot ns.
	At    int64
	Bytes []byte
	// Seq is the TCP sequence number of Bytes[0], Ack the acknowledgement number of the
	// packet that brought it. Both ends see the same two, wherever their messages begin.
	Seq, Ack uint32
	// Origin identifies the message that the bytes belong to.
	Origin Origin
	// Message is the ledger's account of it; may be nil in tests.
	Message Account
}

// Account is the part of ledger.Message that a parser's exchanges use.
type Account interface {
	Claim()
}

// Origin identifies a message: both ends of a TCP connection on one host see
// the same Seq and Ack on its first packet.
type Origin struct {
	Seq, Ack uint32
	// Ordinal numbers the messages of a direction of this connection, from 0.
	Ordinal uint32
}

// Sink takes exchanges from a parser.
type Sink interface {
	// Open is called once the request's head has been parsed (or, for a
	// response whose request was never seen, not at all).
	Open(x *Exchange)
	// Streams is called at most once between Open and Done, for an exchange with MarkStream whose
	// response has begun. Until Done the sink may call Describe at any time outside the parser's
	// calls, to report on what is still open; the parser keeps the exchange true.
	Streams(x *Exchange)
	// Done is called when the exchange is complete or will never be. The
	// parser does not touch x after it: the sink owns it and calls
	// x.Semantics.Release once its span is built.
	Done(x *Exchange)
	// Lost says that bytes which looked like the start of a message were not
	// used, and why; the account may be nil.
	Lost(m Account, why Lost)
}
