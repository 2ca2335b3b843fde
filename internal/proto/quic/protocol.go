package quic

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// Name is the protocol's name in metrics and docs, and network.protocol.name.
const Name = "quic"

// maxFree is how many exchanges are kept for reuse.
const maxFree = 1024

// protocol is what all parsers share. It is used from one goroutine.
type protocol struct {
	store *tlshello.Store
	free  []*exchange
	// room is where packets are decrypted.
	room []byte
}

// New makes the protocol.
func New() proto.Protocol { return newProtocol() }

func newProtocol() *protocol { return &protocol{store: tlshello.NewStore()} }

// Name implements proto.Protocol.
func (*protocol) Name() string { return Name }

// Detect implements proto.Protocol.
func (*protocol) Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	return Detect(t, toServer, toClient)
}

// NewParser implements proto.Protocol.
func (o *protocol) NewParser(_ event.Transport, sink proto.Sink) proto.Parser {
	return &parser{owner: o, sink: sink, hand: &handshake{owner: o}}
}
