package grpc

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Vocabulary is what the calls of one protocol share. It is used from one goroutine.
type Vocabulary struct {
	words *httpwords.Vocabulary
	// metadata gives the key of a captured field by the one that HTTP gives it.
	metadata map[string]string
}

// New makes a vocabulary on top of the HTTP parser's own, of the same configuration: the fields
// that it names as headers become metadata.
func New(c httpwords.Config, words *httpwords.Vocabulary) *Vocabulary {
	v := &Vocabulary{words: words, metadata: make(map[string]string)}
	for _, n := range c.RequestHeaders {
		n = strings.ToLower(n)
		v.metadata["http.request.header."+n] = "rpc.request.metadata." + n
	}
	for _, n := range c.ResponseHeaders {
		n = strings.ToLower(n)
		v.metadata["http.response.header."+n] = "rpc.response.metadata." + n
	}
	return v
}

// Marks gives the marks that a method gives away: exports of telemetry
// (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc), and health checks
// (https://github.com/grpc/grpc/blob/master/doc/health-checking.md).
func (c *Call) Marks() (m proto.Mark) {
	if strings.HasPrefix(c.Method, "opentelemetry.proto.") {
		m |= proto.MarkOTLP
	}
	if c.Method == "grpc.health.v1.Health/Check" {
		m |= proto.MarkHealthProbe
	}
	return m
}
