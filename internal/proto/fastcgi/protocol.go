package fastcgi

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Name is the protocol's name in metrics and docs, and network.protocol.name.
const Name = "fastcgi"

// Defaults of the limits in Config.
const (
	DefaultMaxHead     = 64 << 10
	DefaultMaxOpen     = 256
	DefaultMaxHeld     = 1 << 20
	DefaultMaxBuffered = 16 << 20
)

// Config says what is read and shown, and bounds memory. The zero value is the default.
type Config struct {
	// Contexts says in which parameters HTTP_* the request's context and id are
	// looked for, by the names of the header fields that they stand for.
	Contexts tracecontext.Config
	// Words is what the spans carry beyond the defaults, of fields as they are named in HTTP.
	Words httpwords.Config

	// MaxHead is how many bytes of a request's parameters and of a response's
	// head are read; what is longer is truncated.
	MaxHead int
	// MaxOpen is how many requests of one connection may be in flight.
	MaxOpen int
	// MaxHeld is how many bytes of text those requests may hold.
	MaxHeld int
	// MaxBuffered is how many bytes of unfinished heads all connections
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

// protocol is what all parsers share. It is used from one goroutine.
type protocol struct {
	config Config
	words  *httpwords.Vocabulary
	// contexts reads where requests come from, one head at a time.
	contexts *tracecontext.Reader

	free    httpwords.Pool[exchange]
	buffers httpwords.Buffers
	// buffered is the size of what the buffers in use hold.
	buffered int
}

// New makes the protocol.
func New(c Config) proto.Protocol { return newProtocol(c) }

func newProtocol(c Config) *protocol {
	return &protocol{
		config: c.withDefaults(), words: httpwords.New(c.Words), contexts: tracecontext.NewReader(c.Contexts),
	}
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

// keep appends to an unfinished head as much of b as the limits allow.
func (o *protocol) keep(head, b []byte) []byte {
	room := min(o.config.MaxHead-len(head), o.config.MaxBuffered-o.buffered)
	if b = b[:max(0, min(len(b), room))]; len(b) == 0 {
		return head
	}
	if head == nil {
		head = o.buffers.Take()
	}
	o.buffered += len(b)
	return append(head, b...)
}

// drop takes back what keep has given. Large buffers are left to the collector.
func (o *protocol) drop(head []byte) {
	o.buffered -= len(head)
	o.buffers.Give(head)
}
