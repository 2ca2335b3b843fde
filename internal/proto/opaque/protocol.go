package opaque

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// Name is the protocol's name in metrics and docs.
const Name = "opaque"

// Mode says what is an exchange.
type Mode uint8

// The modes.
const (
	// Connection: a whole connection.
	Connection Mode = iota
	// Turn: what the client says, and what the server says to it.
	Turn
)

// String is the mode as spans and the configuration spell it.
func (m Mode) String() string { return [...]string{"connection", "turn"}[m] }

// Config says what an exchange is.
type Config struct{ Mode Mode }

// maxFree is how many exchanges are kept for reuse.
const maxFree = 4096

// protocol is what all parsers share. It is used from one goroutine.
type protocol struct {
	config Config
	store  *tlshello.Store
	free   []*exchange
}

// New makes the protocol. Its parsers are proto.Provisional.
func New(c Config) proto.Protocol { return newProtocol(c) }

func newProtocol(c Config) *protocol { return &protocol{config: c, store: tlshello.NewStore()} }

// Name implements proto.Protocol.
func (*protocol) Name() string { return Name }

// Detect implements proto.Protocol.
func (*protocol) Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	return Detect(t, toServer, toClient)
}

// NewParser implements proto.Protocol. The parser is a proto.Provisional.
func (o *protocol) NewParser(_ event.Transport, sink proto.Sink) proto.Parser {
	c := conn{owner: o, sink: sink, reader: o.store.Reader()}
	if o.config.Mode == Turn {
		return &turns{conn: c}
	}
	return &connection{conn: c}
}
