package http2

import "github.com/beylareceiver/beylareceiver/internal/proto"

// patience is how many exchanges may begin while one is open that may have ended unseen.
const patience = 256

// Gap implements proto.Parser.
func (p *parser) Gap(dir proto.Dir, at, n int64) {
	h := &p.halves[dir]
	if n <= 0 || h.state == over {
		return
	}
	p.at = at
	switch h.state {
	case inPrefix, inContent, inPadding:
		here := min(n, int64(h.frame.size()))
		p.skip(h, int(here))
		if n -= here; n == 0 {
			return
		}
	}
	if h.state != over {
		p.loseTrack(h, proto.LostGap)
		h.message.at = never
	}
}

// never is the time of no packet: the next bytes begin one.
const never = -1 << 63

// skip passes over n bytes of the frame under way.
func (p *parser) skip(h *half, n int) {
	f := &h.frame
	p.pass(h, n)
	if h.state == inPrefix || h.state == inContent && f.kind != data {
		p.unreadable(h)
		h.state = inPadding
	}
	content := min(n, f.left)
	f.left -= content
	f.pad -= n - content
	if h.x != nil && content > 0 {
		p.skipped(h, h.x, int64(content))
	}
	p.advance(h)
}

// loseTrack is called where the next frame's beginning is not known any more.
func (p *parser) loseTrack(h *half, why proto.Lost) {
	p.loseBlock(h)
	h.block = block{}
	h.unsound()
	h.seek(why)
	if h.dir == proto.ToServer {
		p.hidden = true
	}
	p.missing(h)
	p.settleLossy()
}

// missing marks the exchanges of which something may have passed unseen: bytes, an end, a reset.
func (p *parser) missing(h *half) {
	for _, x := range p.open.list {
		m := x.message(h.dir)
		if !x.response().Whole {
			p.open.doubt(x, p.born)
		}
		if m.Whole {
			continue
		}
		p.skipped(h, x, -1)
		if h.dir == proto.ToServer {
			x.lossy = true
		} else {
			x.gapped = true
		}
	}
}

// settleLossy ends what was answered, and whose request may have ended unseen.
func (p *parser) settleLossy() {
	for i := len(p.open.list) - 1; i >= 0; i-- {
		if x := p.open.list[i]; x.lossy && x.response().Whole {
			p.done(x, proto.NoFault)
		}
	}
}

// forget lets go of exchanges that nothing was seen of since they may have ended.
func (p *parser) forget() {
	if p.open.doubtful == 0 || p.born%(patience/4) != 0 {
		return
	}
	for i := len(p.open.list) - 1; i >= 0; i-- {
		if x := p.open.list[i]; x.doubtful && p.born-x.since > patience {
			p.done(x, proto.NotObserved)
		}
	}
}
