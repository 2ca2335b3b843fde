package proto

import "github.com/beylareceiver/beylareceiver/internal/event"

// Handover says how a connection goes on, from some byte on, in another protocol
// than the one that it began in.
type Handover struct {
	// Name is the protocol that the two ends agreed upon, as Protocol.Name; empty when
	// they did not say (a tunnel).
	Name      string
	Transport event.Transport
	Sink      Sink
	// First is the request that brought the change about, if its response comes in the new protocol (h2c); else nil.
	First Handed
}

// Next makes the parser of what follows; nil when nobody reads it. The parser that hands
// over stays the connection's parser to the pipeline, and passes everything on.
type Next func(Handover) Parser

// Handed is an exchange whose request came in one protocol and whose response
// comes in another. It belongs to the parser of the request.
type Handed interface {
	// Response is the half to be filled in.
	Response() *Message
	// Field takes a field of the response's head, ":status" among them; the memory stays the caller's.
	Field(name, value []byte)
	// Done ends the exchange; nothing of it may be used afterwards.
	Done(f Fault)
}
