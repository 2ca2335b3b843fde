// Package all is the registry: one line per protocol, asked in this order.
package all

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/dns"
	"github.com/beylareceiver/beylareceiver/internal/proto/fastcgi"
	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Config is the configuration of every protocol.
type Config struct {
	HTTP http1.Config
	DNS  dns.Config
	// FastCGI carries HTTP requests: what is not set is as for HTTP.
	FastCGI fastcgi.Config
	// Hasher is what all protocols make Exchange.RequestID with, unless theirs is set; the
	// zero value stands for a new one.
	Hasher tracecontext.Hasher
}

// Protocols makes the protocols for one pipeline; they share nothing with
// another one's.
func Protocols(c Config) []proto.Protocol {
	if c.Hasher == (tracecontext.Hasher{}) {
		c.Hasher = tracecontext.NewHasher()
	}
	if c.HTTP.Hasher == (tracecontext.Hasher{}) {
		c.HTTP.Hasher = c.Hasher
	}
	return []proto.Protocol{
		http1.New(c.HTTP),
		dns.New(c.DNS),
		fastcgi.New(likeHTTP(c.FastCGI, c.HTTP)),
	}
}

// likeHTTP fills in what FastCGI's configuration leaves to HTTP's.
func likeHTTP(c fastcgi.Config, h http1.Config) fastcgi.Config {
	words := h.Words()
	like(&c.Words.Routes, words.Routes)
	like(&c.Words.RequestHeaders, words.RequestHeaders)
	like(&c.Words.ResponseHeaders, words.ResponseHeaders)
	like(&c.Words.RedactQuery, words.RedactQuery)
	if c.Contexts.Formats == nil {
		c.Contexts.Formats = h.Formats
	}
	if c.Contexts.RequestIDHeaders == nil {
		c.Contexts.RequestIDHeaders = h.RequestIDHeaders
	}
	if c.Contexts.Hasher == (tracecontext.Hasher{}) {
		c.Contexts.Hasher = h.Hasher
	}
	return c
}

// like sets a list that is not set.
func like(list *[]string, value []string) {
	if *list == nil {
		*list = value
	}
}
