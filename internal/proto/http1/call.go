package http1

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
)

// callField takes a field that may say something of a call. Most requests have none, and cost nothing.
func (f *requestFields) callField(o *protocol, name, value []byte) {
	if !f.call {
		f.call, o.asked = true, grpc.Call{}
	}
	o.asked.RequestField(name, value)
}

// beginCall finds out, once the head is read, whether it is that of a call. asked tells whether
// fields have said something.
func (x *exchange) beginCall(asked bool) {
	o := x.owner
	if !asked {
		if x.Method != "GET" || strings.IndexByte(x.target, '?') < 0 || !strings.Contains(x.target, "connect=v1") {
			return
		}
		o.asked = grpc.Call{}
	}
	if !o.asked.Begin(x.Method, x.target) {
		return
	}
	if x.call = o.calls.Take(); x.call == nil {
		x.call = new(grpc.Call)
	}
	*x.call = o.asked
	x.Protocol = x.call.Flavour.Protocol()
	x.Mark |= x.call.Marks()
}

// payload passes content on to the call that it belongs to, if it is of one.
func (p *parser) payload(h *half, seg *proto.Segment, b []byte) {
	x := h.x
	if x == nil || x.call == nil || len(b) == 0 {
		return
	}
	x.call.Payload(h.dir, seg.At, b)
	if x.Status != 0 && x.call.Streams() {
		p.tell(x)
	}
}

// callChunks is chunks.feed for the body of a call.
func (p *parser) callChunks(h *half, seg *proto.Segment, b []byte) (n int, data int64) {
	for n < len(b) && h.chunks.part < chunksOver {
		k, content := h.chunks.next(b[n:])
		p.payload(h, seg, content)
		n += k
		data += int64(len(content))
	}
	return n, data
}

// missed tells the call under way that n bytes of its body were not seen, the last of them at
// time at; n is negative when their number is not known.
func (h *half) missed(at, n int64) {
	if h.x != nil && h.x.call != nil {
		h.x.call.Skipped(h.dir, at, n)
	}
}

// requestEnds says that the request has been seen to its end.
func (x *exchange) requestEnds() {
	if x.call != nil {
		x.call.End(proto.ToServer, x.Request.Last)
	}
}

// callOver says that nothing more will be seen of the response.
func (x *exchange) callOver() {
	if x.call != nil && x.Response.Seen && x.Fault != proto.NotObserved {
		x.call.End(proto.ToClient, x.Response.Last)
	}
}

// dropCall gives the call back.
func (x *exchange) dropCall() {
	if x.call != nil {
		*x.call = grpc.Call{}
		x.owner.calls.Give(x.call)
		x.call = nil
	}
}
