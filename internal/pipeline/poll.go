//go:build linux && (amd64 || arm64)

package pipeline

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// polls follows the bodies that are longer than what is copied of them: the
// kernel counts them, and is asked for the count.
type polls struct {
	list []*session
	// asked are answers that must not be used before every record of their
	// time has been handled.
	asked []answer
	at    int64
}

type answer struct {
	session  *session
	progress tap.ProgressRecord
}

// pollInterval is how often, in nanoseconds, the kernel is asked.
const pollInterval = int64(50 * time.Millisecond)

// poll uses the answers of the last round, and asks anew.
func (e *Engine) poll(now int64, drained bool) {
	p := &e.polls
	if len(p.asked) > 0 && (drained || e.newest > p.at+tickInterval) {
		for i := range p.asked {
			p.asked[i].apply(e)
		}
		clear(p.asked)
		p.asked = p.asked[:0]
	}
	if len(p.list) == 0 || len(p.asked) > 0 || now-p.at < pollInterval {
		return
	}
	p.at = now
	kept := p.list[:0]
	for _, s := range p.list {
		if !s.curious() {
			s.polled = false
			continue
		}
		kept = append(kept, s)
		a := answer{session: s}
		if e.src.Progress(s.flow.Cookie, &a.progress) {
			p.asked = append(p.asked, a)
		}
	}
	clear(p.list[len(kept):])
	p.list = kept
}

// curious tells whether the kernel's count could tell the session anything.
// Whether the last record was cut is no matter: a window may end with a packet.
func (s *session) curious() bool {
	return s.flow != nil && s.state == parsing &&
		(s.parser.Wants(proto.ToServer) == proto.Rest || s.parser.Wants(proto.ToClient) == proto.Rest)
}

func (a *answer) apply(e *Engine) {
	if a.session.flow == nil {
		return
	}
	r := &a.progress
	tail := r.Tail[:]
	if n := int(r.TailLen); n < len(tail) {
		tail = tail[len(tail)-n:]
	}
	e.flows.Progress(a.session.flow, flow.Progress{
		Dir: event.Dir(r.Dir), Pos: int64(r.Pos), Time: int64(r.Time), Tail: tail,
	})
}
