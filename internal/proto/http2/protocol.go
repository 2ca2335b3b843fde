package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
	"github.com/beylareceiver/beylareceiver/internal/proto/hpack"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Name is the protocol's name in metrics and docs.
const Name = "http2"

// Defaults of the limits in Config.
const (
	DefaultMaxHead     = 64 << 10
	DefaultMaxOpen     = 10_000
	DefaultMaxHeld     = 4 << 20
	DefaultMaxBuffered = 16 << 20
)

// Config says what the spans carry beyond the defaults, and bounds memory. The
// zero value is the default.
type Config struct {
	// Words is what all protocols share that carry HTTP.
	Words httpwords.Config
	// Contexts says how requests tell where they come from.
	Contexts tracecontext.Config

	// MaxHead is how many bytes of a head are kept, compressed or not; what is longer is truncated.
	MaxHead int
	// MaxOpen is how many streams of one connection may be open.
	MaxOpen int
	// MaxHeld is how many bytes of text their requests may hold.
	MaxHeld int
	// MaxBuffered is how many bytes of unfinished header blocks all connections
	// together may hold; beyond it, heads are truncated.
	MaxBuffered int
}

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	set := func(limit *int, value int) {
		if *limit <= 0 {
			*limit = value
		}
	}
	set(&c.MaxHead, DefaultMaxHead)
	set(&c.MaxOpen, DefaultMaxOpen)
	set(&c.MaxHeld, DefaultMaxHeld)
	set(&c.MaxBuffered, DefaultMaxBuffered)
	return c
}

// Protocol is what all parsers share. It is used from one goroutine.
type Protocol struct {
	config Config
	words  *httpwords.Vocabulary
	rpc    *grpc.Vocabulary
	// contexts reads where requests come from, one head at a time.
	contexts *tracecontext.Reader

	// scratch, field and gathered are those of the head that is being read.
	scratch  hpack.Scratch
	field    hpack.Field
	gathered gathered

	free    httpwords.Pool[exchange]
	buffers httpwords.Buffers
	// buffered is the size of what the buffers in use hold.
	buffered int
}

var _ proto.Protocol = (*Protocol)(nil)

// New makes the protocol.
func New(c Config) *Protocol {
	words := httpwords.New(c.Words)
	return &Protocol{
		config: c.withDefaults(), words: words, rpc: grpc.New(c.Words, words), contexts: tracecontext.NewReader(c.Contexts),
	}
}

// Name implements proto.Protocol.
func (*Protocol) Name() string { return Name }

// Detect implements proto.Protocol.
func (*Protocol) Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	return Detect(t, toServer, toClient)
}

// NewParser implements proto.Protocol.
func (o *Protocol) NewParser(_ event.Transport, sink proto.Sink) proto.Parser {
	return newParser(o, sink)
}

// Upgraded makes the parser of a connection that began in HTTP/1 (h2c,
// https://www.rfc-editor.org/rfc/rfc7540#section-3.2): the request that asked for it is stream 1,
// and is over. It is a proto.Next for handovers of this protocol's name.
func (o *Protocol) Upgraded(h proto.Handover) proto.Parser {
	p := newParser(o, h.Sink)
	p.fresh()
	p.last = 1
	for dir := range p.halves {
		p.halves[dir].maxFrame = anyFrame // the settings came in a field of HTTP/1
	}
	if h.First == nil {
		return p
	}
	x := o.newExchange()
	x.id, x.handed = 1, h.First
	x.Request.Seen, x.Request.Whole = true, true
	p.open.insert(x)
	return p
}
