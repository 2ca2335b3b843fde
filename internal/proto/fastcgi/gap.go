package fastcgi

import (
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Gap implements proto.Parser.
func (p *parser) Gap(dir proto.Dir, at, n int64) {
	h := &p.halves[dir]
	if n <= 0 || h.state == over {
		return
	}
	h.gapped = true
	switch {
	case h.state == inBody && n <= int64(h.rec.left+h.rec.pad):
		h.pass(at, n)
		p.skip(h, int(n))
	case h.state == adrift:
		h.ending = ending{}
		h.pass(at, n)
	default:
		p.gapBetween(h, at, n)
	}
}

// skip passes over n bytes of the record under way.
func (p *parser) skip(h *half, n int) {
	content := min(n, h.rec.left)
	h.rec.left -= content
	h.rec.pad -= n - content
	if x := h.x; x != nil && content > 0 {
		x.miss(h.rec.kind, content)
	}
	p.arrive(h)
}

// miss notes that n bytes of a record's content passed unseen.
func (x *exchange) miss(k kind, n int) {
	switch k {
	case params:
		x.cut = x.cut || !x.announced
	case stdin:
		x.Request.Body += int64(n)
	case stdout:
		x.endHead(true)
		if x.Response.Body >= 0 {
			x.Response.Body += int64(n)
		}
	}
}

// gapBetween notes that bytes are missing of a record's header, or more than a record.
func (p *parser) gapBetween(h *half, at, n int64) {
	if h.dir == proto.ToServer && !p.uploading() {
		p.settleAdrift() // whoever goes on has had its response
	}
	p.loseTrack(h, proto.LostGap)
	h.pass(at, n)
}

// uploading tells whether a request is under way.
func (p *parser) uploading() bool {
	return slices.ContainsFunc(p.open.list, func(x *exchange) bool { return !x.Request.Whole })
}

// spill gives bytes that were held for a header, and are none, to the exchange
// under way.
func (h *half) spill() {
	if m := h.message(); h.state == inHeader && m != nil {
		m.Wire += int64(h.have)
	}
	h.have = 0
}

// loseTrack is called where the next record's beginning is no longer known.
func (p *parser) loseTrack(h *half, why proto.Lost) {
	if h.dir == proto.ToServer {
		p.loseRequests()
	} else {
		p.loseResponses()
	}
	h.disown(why)
	h.x = p.open.only(func(x *exchange) bool {
		m := x.message(h.dir)
		return m.Seen && !m.Whole
	})
	h.spill()
	h.state, h.guess, h.ending = adrift, false, ending{}
}

// loseRequests goes on with what has come of the requests.
func (p *parser) loseRequests() {
	for _, x := range p.open.list {
		if !x.Request.Whole {
			p.announce(x, true)
			x.Request.Body = -1
		}
	}
}

// loseResponses ends the exchanges whose response may have begun unseen, and
// goes on with what has come of the others'.
func (p *parser) loseResponses() {
	for i := 0; i < len(p.open.list); {
		x := p.open.list[i]
		if !x.Response.Seen {
			p.done(x, proto.NotObserved)
			continue
		}
		x.endHead(true)
		x.Response.Body = -1
		i++
	}
}
