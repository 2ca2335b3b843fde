package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Name is the protocol's name in metrics and docs.
const Name = "http"

// Caps of what the protocol keeps for reuse.
const (
	maxFree    = 4096
	maxBuffers = 64
	minBuffer  = 4 << 10
)

// protocol is what all parsers share. It is used from one goroutine.
type protocol struct {
	config   Config
	routes   []route
	redact   map[string]bool
	request  []wanted // fields to capture
	response []wanted
	names    *names
	// contexts reads where requests come from, one head at a time.
	contexts *tracecontext.Reader

	free    []*exchange
	buffers [][]byte
	// buffered is the size of the buffers in use by parsers.
	buffered int
	// spare takes the heads of messages that become no exchange.
	spare *exchange
	// scratch is for text under construction.
	scratch []byte
}

// New makes the protocol. The configuration is one that Validate accepts; what
// it would refuse is left out.
func New(c Config) proto.Protocol { return newProtocol(c) }

func newProtocol(c Config) *protocol {
	c = c.withDefaults()
	o := &protocol{
		config:   c,
		routes:   compileRoutes(c.Routes),
		redact:   make(map[string]bool, len(c.RedactQuery)),
		request:  compileHeaders("http.request.header.", c.RequestHeaders),
		response: compileHeaders("http.response.header.", c.ResponseHeaders),
		names:    newNames(),
		contexts: tracecontext.NewReader(c.contexts()),
	}
	for _, q := range c.RedactQuery {
		o.redact[q] = true
	}
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

// buffer lends memory for an unfinished head.
func (o *protocol) buffer() []byte {
	if n := len(o.buffers); n > 0 {
		b := o.buffers[n-1]
		o.buffers = o.buffers[:n-1]
		return b
	}
	return make([]byte, 0, minBuffer)
}

// reclaim takes a lent buffer back. Large ones are left to the collector.
func (o *protocol) reclaim(b []byte) {
	if cap(b) > 0 && cap(b) <= 4*minBuffer && len(o.buffers) < maxBuffers {
		o.buffers = append(o.buffers, b[:0])
	}
}
