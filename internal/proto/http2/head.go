package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
	"github.com/beylareceiver/beylareceiver/internal/proto/hpack"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// gathered is what is needed of a head's fields while they are read. The values are the
// decoder's, and stay until the head was read.
type gathered struct {
	host, contentType, forwarded, forwardedFor, prefer []byte
}

// field takes a field of the block under way.
func (p *parser) field(h *half, f *hpack.Field) {
	k := &h.block
	x := k.x
	switch {
	case x == nil:
	case !f.Known:
		x.unknown = true
	case len(f.Name) == 0:
	case k.what == requestHead:
		x.requestField(&p.owner.gathered, f.Name, f.Value)
	case k.what == responseHead:
		p.responseField(h, k, f.Name, f.Value)
	default:
		x.trailer(h.dir, f.Name, f.Value)
	}
}

// fieldsRead acts on the fields of the block under way once they were read.
func (p *parser) fieldsRead(h *half) {
	k, g := &h.block, &p.owner.gathered
	switch k.what {
	case requestHead:
		k.x.endRequestHead(g)
	case responseHead:
		k.x.endResponseHead(g)
	}
	*g = gathered{}
}

// requestField takes a field of a request.
func (g *gathered) requestField(x *exchange, name, value []byte) {
	switch len(name) { // most fields are none of these
	case len("host"):
		if httpwords.Is(name, "host") {
			g.host = value
		}
	case len("prefer"):
		if httpwords.Is(name, "prefer") {
			g.prefer = value
		}
	case len("forwarded"):
		if httpwords.Is(name, "forwarded") && g.forwarded == nil {
			g.forwarded = value
		}
	case len("user-agent"):
		if httpwords.Is(name, "user-agent") {
			x.UserAgent = x.owner.words.Text(value)
		}
	case len("content-type"):
		if httpwords.Is(name, "content-type") {
			g.contentType = value
		}
	case len("x-forwarded-for"):
		if httpwords.Is(name, "x-forwarded-for") && g.forwardedFor == nil {
			g.forwardedFor = value
		}
	}
}

// trailer takes a field behind a body. Only calls have use for one.
func (x *exchange) trailer(dir proto.Dir, name, value []byte) {
	if dir != proto.ToClient || name[0] == ':' {
		return
	}
	x.call.ResponseField(name, value)
	if x.call.Flavour != grpc.None {
		x.owner.words.ResponseField(&x.Words, name, value)
	}
}
