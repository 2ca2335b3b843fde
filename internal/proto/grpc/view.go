package grpc

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Attributes of our own; the package comment says what they mean.
const (
	timeoutKey   = "beyla.rpc.timeout"
	truncatedKey = "beyla.head.truncated"
	streamKey    = "beyla.stream"
	kindKey      = "beyla.stream.kind"
	firstByteKey = "beyla.stream.first_byte"
	sentKey      = "beyla.stream.messages.sent"
	receivedKey  = "beyla.stream.messages.received"
)

// View is a call as one side's span shows it. Strings are empty, ports 0, where
// nothing is known.
type View struct {
	Side      proto.Side
	Endpoints proto.Endpoints
	Exchange  *proto.Exchange
	Call      *Call
	// Authority is what the client asked for (":authority", Host).
	Authority string
	// Client and ClientPort are who asked a proxy before us, if somebody did.
	Client     string
	ClientPort int64
	// Version is HTTP's.
	Version string
	// Unknown is true when fields of the response, or its trailers, could not be read.
	Unknown bool
	// Cancelled is true when the fault is the client's giving the call up.
	Cancelled bool
	// RequestFields and ResponseFields are the captured fields, under the keys that httpwords gives them.
	RequestFields, ResponseFields httpwords.Fields
}

// Describe fills d with what the conventions say of it.
func (v *Vocabulary) Describe(view *View, d *proto.Description) {
	c, a := view.Call, &d.Attrs
	a.Str("rpc.system.name", c.Flavour.System())
	v.describeMethod(view, d)
	v.describeAddresses(view, a)
	a.Str("network.protocol.name", "http")
	if view.Version != "" {
		a.Str("network.protocol.version", view.Version)
	}
	view.describeOutcome(v, d)
	view.describeOurs(a)
	v.describeMetadata(view.RequestFields, a)
	v.describeMetadata(view.ResponseFields, a)
}

// describeMethod names the span. A server that answers UNIMPLEMENTED did not know the method, so
// that anybody who scans it would make names without end.
func (v *Vocabulary) describeMethod(view *View, d *proto.Description) {
	c, a := view.Call, &d.Attrs
	method, original := c.Method, c.Original
	if view.Side == proto.Server && c.coded && c.code == Unimplemented && method != "" {
		method, original = "", method
	}
	if d.Name = method; method == "" {
		d.Name, method = c.Flavour.System(), otherMethod
	}
	a.Str("rpc.method", method)
	if original != "" {
		a.Str("rpc.method_original", original)
	}
}

// describeAddresses says who asked whom.
func (v *Vocabulary) describeAddresses(view *View, a *attr.List) {
	peer := view.Endpoints.Server
	if view.Side == proto.Server {
		peer = view.Endpoints.Client
		v.describeClient(view, a)
	}
	if peer.IsValid() {
		a.Str("network.peer.address", v.words.Address(peer.Addr()))
		a.Int("network.peer.port", int64(peer.Port()))
	}
	if host, port := v.server(view.Authority, view.Endpoints.Server); host != "" {
		a.Str("server.address", host)
		if port != 0 {
			a.Int("server.port", port)
		}
	}
}

func (v *Vocabulary) describeClient(view *View, a *attr.List) {
	client, port := view.Client, view.ClientPort
	if socket := view.Endpoints.Client; client == "" && socket.IsValid() {
		client, port = v.words.Address(socket.Addr()), int64(socket.Port())
	}
	if client != "" {
		a.Str("client.address", client)
		if port != 0 {
			a.Int("client.port", port)
		}
	}
}

// server is the server that was asked for: the socket's, as far as the authority does not tell.
func (v *Vocabulary) server(authority string, socket netip.AddrPort) (host string, port int64) {
	authority, _ = httpwords.SplitUser(authority)
	host, port = httpwords.SplitPort(authority)
	if host == "" && socket.IsValid() {
		return v.words.Address(socket.Addr()), int64(socket.Port())
	}
	if port == 0 {
		port = int64(socket.Port())
	}
	return host, port
}

func (view *View) describeOurs(a *attr.List) {
	c, x := view.Call, view.Exchange
	if c.Timed {
		a.Int(timeoutKey, c.Timeout)
	}
	if x.Request.Truncated || x.Response.Truncated {
		a.Bool(truncatedKey, true)
	}
	if !c.streams {
		return
	}
	a.Bool(streamKey, true)
	a.Str(kindKey, c.Flavour.kind())
	if x.Request.Seen && x.Response.Seen {
		a.Int(firstByteKey, x.Response.First-x.Request.First)
	}
	sent, received := proto.ToServer, proto.ToClient
	if view.Side == proto.Server {
		sent, received = received, sent
	}
	if n, known := c.Messages(sent); known {
		a.Int(sentKey, n)
	}
	if n, known := c.Messages(received); known {
		a.Int(receivedKey, n)
	}
}

func (v *Vocabulary) describeMetadata(fields httpwords.Fields, a *attr.List) {
	for _, f := range fields {
		if key, ok := v.metadata[f.Key]; ok {
			a.Strings(key, f.Values)
		}
	}
}
