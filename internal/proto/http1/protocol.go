package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Name is the protocol's name in metrics and docs.
const Name = "http"

// protocol is what all parsers share. It is used from one goroutine.
type protocol struct {
	config Config
	words  *httpwords.Vocabulary
	// contexts reads where requests come from, one head at a time.
	contexts *tracecontext.Reader

	rpc *grpc.Vocabulary
	// asked is the call that the head under way may be of; calls are spare ones.
	asked grpc.Call
	calls httpwords.Pool[grpc.Call]

	free    httpwords.Pool[exchange]
	buffers httpwords.Buffers
	// buffered is the size of the buffers in use by parsers.
	buffered int
	// spare takes the heads of messages that become no exchange.
	spare *exchange
}

// New makes the protocol. The configuration is one that Validate accepts; what
// it would refuse is left out.
func New(c Config) proto.Protocol { return newProtocol(c) }

func newProtocol(c Config) *protocol {
	c = c.withDefaults()
	o := &protocol{
		config:   c,
		words:    httpwords.New(c.Words()),
		contexts: tracecontext.NewReader(c.contexts()),
	}
	o.rpc = grpc.New(c.Words(), o.words)
	o.spare = o.newExchange()
	return o
}

// Name implements proto.Protocol.
func (*protocol) Name() string { return Name }

// Detect implements proto.Protocol.
func (*protocol) Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	return Detect(t, toServer, toClient)
}

// NewParser implements proto.Protocol.
func (o *protocol) NewParser(_ event.Transport, sink proto.Sink) proto.Parser {
	return newParser(o, sink)
}
