package dns

import (
	"sync"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Name is the protocol's name in metrics and docs.
const Name = "dns"

// Config bounds what is held. The zero value means the defaults.
type Config struct {
	// MaxAnswers is how many answers of one response are shown. Default 32.
	MaxAnswers int
	// MaxOutstanding is how many queries of one connection may wait for their
	// response; further ones are counted as lost (proto.LostCap). Default 256.
	MaxOutstanding int
	// Timeout is after how long a query counts as unanswered. Default 30 s,
	// longer than any common resolver keeps trying.
	Timeout time.Duration
}

// The defaults of Config.
const (
	defaultAnswers     = 32
	defaultOutstanding = 256
	defaultTimeout     = 30 * time.Second
)

// New makes the protocol. It may be shared by any number of connections and goroutines.
func New(c Config) proto.Protocol {
	if c.MaxAnswers <= 0 {
		c.MaxAnswers = defaultAnswers
	}
	if c.MaxOutstanding <= 0 {
		c.MaxOutstanding = defaultOutstanding
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	return &protocol{config: c, texts: newInterner()}
}

type protocol struct {
	config Config
	texts  *interner
	pool   sync.Pool // of *exchange
	lists  sync.Pool // of *answerList
}

// Name implements proto.Protocol.
func (*protocol) Name() string { return Name }

// Detect implements proto.Protocol.
func (*protocol) Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	return Detect(t, toServer, toClient)
}

// NewParser implements proto.Protocol.
func (p *protocol) NewParser(t event.Transport, sink proto.Sink) proto.Parser {
	if t == event.TCP {
		return newConnection(p, sink)
	}
	return newDatagrams(p, sink)
}
