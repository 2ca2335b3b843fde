package http2

import "github.com/beylareceiver/beylareceiver/internal/proto"

// code is an error code (https://www.rfc-editor.org/rfc/rfc9113#section-7).
type code uint32

// The codes that mean something to us. codeUnknown is one that was not seen.
const (
	noError     code = 0
	cancel      code = 8
	codeUnknown code = 1<<32 - 1
)

// faults are the codes as error.type.
var faults = [...]proto.Fault{
	"http2_no_error", "http2_protocol_error", "http2_internal_error", "http2_flow_control_error", "http2_settings_timeout",
	"http2_stream_closed", "http2_frame_size_error", "http2_refused_stream", "http2_cancel", "http2_compression_error",
	"http2_connect_error", "http2_enhance_your_calm", "http2_inadequate_security", "http2_http_1_1_required",
}

// The faults that are no code.
const (
	unknownCode proto.Fault = "http2_unknown_error"
	gone        proto.Fault = "http2_goaway"
)

// fault is the code as error.type.
func (c code) fault() proto.Fault {
	if int64(c) < int64(len(faults)) {
		return faults[c]
	}
	return unknownCode
}

// beginReset finds whose RST_STREAM it is. What is over is not made longer by it.
func (p *parser) beginReset(h *half) {
	h.code = codeUnknown
	x := p.open.find(h.frame.stream)
	if x == nil && h.dir == proto.ToClient {
		server := &p.halves[proto.ToServer]
		if server.block.early(h.frame.stream) != nil {
			p.loseBlock(server)
			x = p.open.find(h.frame.stream)
		}
	}
	if x == nil {
		return
	}
	if x.response().Whole {
		p.done(x, proto.NoFault)
		return
	}
	h.x = x
}

// abort ends a stream that was reset, by the end that sends in this direction.
func (p *parser) abort(x *exchange, dir proto.Dir, c code) {
	if !x.headed {
		x.response().Seen = false // a reset is no response
	}
	if x.doubtful || c == codeUnknown { // it may have been whole, or we do not know why it is not
		p.done(x, proto.NotObserved)
		return
	}
	x.cancelled = dir == proto.ToServer && (c == cancel || c == noError)
	p.done(x, c.fault())
}

// goneAway notes that an end will not take up newer streams (https://www.rfc-editor.org/rfc/rfc9113#section-6.8). What
// a client says is about streams that the server would open.
func (p *parser) goneAway(h *half, last uint32, c code) {
	if h.dir == proto.ToServer {
		return
	}
	if p.refusal = c.fault(); c == noError {
		p.refusal = gone
	}
	p.refused = min(p.refused, last)
	for i := len(p.open.list) - 1; i >= 0 && p.open.list[i].id > p.refused; i-- {
		x := p.open.list[i]
		if x.response().Seen {
			continue
		}
		x.response().Last = p.at
		p.done(x, p.refusal)
	}
}

// beginPromise begins the head of a request that the server makes for the client. It is read for the
// table's sake: nobody has asked.
func (p *parser) beginPromise(h *half) {
	h.block = block{open: true, stream: h.frame.stream, why: proto.LostNoRequest}
	h.disown(proto.LostNoRequest)
}
