// Package all is the registry: one line per protocol, asked in this order.
package all

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/dns"
	"github.com/beylareceiver/beylareceiver/internal/proto/fastcgi"
	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
	"github.com/beylareceiver/beylareceiver/internal/proto/http2"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/proto/inner"
	"github.com/beylareceiver/beylareceiver/internal/proto/opaque"
	"github.com/beylareceiver/beylareceiver/internal/proto/quic"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Config is the configuration of every protocol.
type Config struct {
	HTTP http1.Config
	DNS  dns.Config
	// HTTP2 and FastCGI carry HTTP requests: what is not set is as for HTTP.
	HTTP2   http2.Config
	FastCGI fastcgi.Config
	// Opaque is for connections that cannot be read, QUIC among them; nil: they are nobody's.
	Opaque *opaque.Config
	// Hasher is what all protocols make Exchange.RequestID with, unless theirs is set; the
	// zero value stands for a new one.
	Hasher tracecontext.Hasher
}

// Protocols makes the protocols for one pipeline; they share nothing with
// another one's. The last one, if connections that cannot be read are wanted, takes those
// that nobody claims: its Name is opaque.Name.
func Protocols(c Config) []proto.Protocol {
	if c.Hasher == (tracecontext.Hasher{}) {
		c.Hasher = tracecontext.NewHasher()
	}
	if c.HTTP.Hasher == (tracecontext.Hasher{}) {
		c.HTTP.Hasher = c.Hasher
	}
	c.like(&c.HTTP2.Words, &c.HTTP2.Contexts)
	c.like(&c.FastCGI.Words, &c.FastCGI.Contexts)
	var inside inner.Registry
	c.HTTP.Next = inside.Next
	list := []proto.Protocol{http1.New(c.HTTP), http2.New(c.HTTP2), dns.New(c.DNS), fastcgi.New(c.FastCGI)}
	if c.Opaque != nil {
		inside.Opaque = opaque.New(*c.Opaque)
		list = append(list, quic.New(), inside.Opaque)
	}
	inside.Protocols = list
	return list
}

// like fills in what the configuration of another carrier of HTTP leaves to HTTP's.
func (c *Config) like(w *httpwords.Config, from *tracecontext.Config) {
	words := c.HTTP.Words()
	like(&w.Routes, words.Routes)
	like(&w.RequestHeaders, words.RequestHeaders)
	like(&w.ResponseHeaders, words.ResponseHeaders)
	like(&w.RedactQuery, words.RedactQuery)
	if from.Formats == nil {
		from.Formats = c.HTTP.Formats
	}
	if from.RequestIDHeaders == nil {
		from.RequestIDHeaders = c.HTTP.RequestIDHeaders
	}
	if from.Hasher == (tracecontext.Hasher{}) {
		from.Hasher = c.HTTP.Hasher
	}
}

// like sets a list that is not set.
func like(list *[]string, value []string) {
	if *list == nil {
		*list = value
	}
}
