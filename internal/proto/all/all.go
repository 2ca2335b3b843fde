// Package all is the registry: one line per protocol, asked in this order.
package all

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/dns"
	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
)

// Config is the configuration of every protocol.
type Config struct {
	HTTP http1.Config
	DNS  dns.Config
}

// Protocols makes the protocols for one pipeline; they share nothing with
// another one's.
func Protocols(c Config) []proto.Protocol {
	return []proto.Protocol{
		http1.New(c.HTTP),
		dns.New(c.DNS),
	}
}
