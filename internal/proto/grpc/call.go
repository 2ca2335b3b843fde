package grpc

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Call is what a request and its response say of a call. The zero value is
// ready, and assigning it empties the call. It holds no memory but its strings.
type Call struct {
	// Flavour is None until Begin said otherwise.
	Flavour Flavour
	// Method is "package.Service/Method", empty when the path is none;
	// Original then is the path, without its first slash and cut to 256 bytes.
	Method, Original string
	// Timeout is the client's time limit, ns, if Timed.
	Timeout int64
	Timed   bool

	// status is the HTTP response's, 0 until Respond.
	status int
	code   Code
	// coded is true once a code was seen.
	coded bool
	// suspect is true for a request that may turn out to be a call.
	suspect bool
	// named is true when the request names Connect's version.
	named bool
	// encoded is true for bodies that HTTP's content-encoding hides.
	encoded [2]bool
	media   [2]media
	streams bool
	walkers [2]walker
	ending  ending
}

// RequestField takes a field of the request's head, in any case; the memory stays the caller's.
func (c *Call) RequestField(name, value []byte) {
	switch len(name) {
	case len("content-type"): // grpc-timeout is as long
		if httpwords.Is(name, "content-type") {
			c.media[proto.ToServer] = mediaOf(value)
		} else if httpwords.Is(name, "grpc-timeout") {
			c.Timeout, c.Timed = grpcTimeout(value)
		}
	case len("content-encoding"):
		if httpwords.Is(name, "content-encoding") {
			c.encoded[proto.ToServer] = !httpwords.Is(value, "identity")
		}
	case len("connect-timeout-ms"):
		if httpwords.Is(name, "connect-timeout-ms") {
			c.Timeout, c.Timed = connectTimeout(value)
		}
	case len("connect-protocol-version"):
		if httpwords.Is(name, "connect-protocol-version") {
			c.named = string(value) == "1"
		}
	}
}

// Begin says that the request's head is over, and tells whether it is a call, given its HTTP
// method and target (":path"), which are valid UTF-8 as Vocabulary.Text of httpwords makes it. The
// call must have seen all fields. It keeps a part of target.
func (c *Call) Begin(method, target string) bool {
	path, query := splitTarget(target)
	f := c.media[proto.ToServer].flavour(method, query, c.named)
	if f == None {
		return false
	}
	c.Flavour, c.streams = f, f == ConnectStream
	if c.Method = methodOf(f, path); c.Method == "" {
		c.Original = originalOf(path)
	}
	w := &c.walkers[proto.ToServer]
	w.start(plain, f != ConnectUnary)
	w.text = f == WebText
	if c.encoded[proto.ToServer] {
		w.lose()
	}
	return true
}

// ResponseField takes a field of the final response's head, or of its trailers.
func (c *Call) ResponseField(name, value []byte) {
	switch len(name) {
	case len("grpc-status"):
		if !c.Flavour.connect() && httpwords.Is(name, "grpc-status") {
			c.code, c.coded = parseStatus(value), true
		}
	case len("content-type"):
		if c.status == 0 && httpwords.Is(name, "content-type") {
			c.media[proto.ToClient] = mediaOf(value)
		}
	case len("content-encoding"):
		if httpwords.Is(name, "content-encoding") {
			c.encoded[proto.ToClient] = !httpwords.Is(value, "identity")
		}
	}
}

// Respond says that the head of the final response is over, and its HTTP status.
func (c *Call) Respond(status int) {
	c.status = status
	m, w := c.media[proto.ToClient], &c.walkers[proto.ToClient]
	ok := status == 200
	switch c.Flavour {
	case None:
		c.suspect = c.suspect && !m.foreign()
		w.start(plain, ok && c.suspect)
	case GRPC:
		w.start(plain, ok && (m == grpcMedia || m == noMedia))
	case Web, WebText: // the server chooses which of the two
		text := m == webTextMedia || m == noMedia && c.Flavour == WebText
		w.start(trailed, ok && (m == noMedia || m == webMedia || m == webTextMedia))
		w.text = text
	case ConnectStream:
		w.start(enveloped, ok && (m == noMedia || m == streamMedia))
	case ConnectUnary:
		c.ending.want(topLevel, !ok && m == jsonMedia && !c.encoded[proto.ToClient])
	}
	if c.encoded[proto.ToClient] {
		w.lose()
	}
}

// Code is the code that was seen, as the flavour spells it.
func (c *Call) Code() (name string, ok bool) {
	if !c.coded {
		return "", false
	}
	return c.spell(c.code), true
}

func (c *Call) spell(code Code) string {
	if c.Flavour.connect() {
		return code.Connect()
	}
	return code.String()
}

// Held is how many bytes of the request's text the call may keep alive.
func (c *Call) Held() int { return len(c.Method) + len(c.Original) }
