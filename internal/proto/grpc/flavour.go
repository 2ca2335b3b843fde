package grpc

import (
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Flavour is the protocol of a call.
type Flavour uint8

// The flavours.
const (
	// None is no call.
	None Flavour = iota
	// GRPC is gRPC over HTTP/2.
	GRPC
	// Web is gRPC-Web, its trailers a frame of the body.
	Web
	// WebText is the same in base64.
	WebText
	// ConnectUnary is a call of Connect whose bodies are the messages.
	ConnectUnary
	// ConnectStream is one whose messages are enveloped.
	ConnectStream
)

// The names of the protocols, as proto.Exchange.Protocol has them.
const (
	Name        = "grpc"
	ConnectName = "connect"
)

// Protocol is the protocol's name, empty for None.
func (f Flavour) Protocol() string {
	switch f {
	case GRPC, Web, WebText:
		return Name
	case ConnectUnary, ConnectStream:
		return ConnectName
	}
	return ""
}

// System is the value of rpc.system.name, empty for None.
func (f Flavour) System() string {
	if f.connect() {
		return "connectrpc"
	}
	return f.Protocol()
}

// kind is the value of beyla.stream.kind. "connect" is a tunnel's.
func (f Flavour) kind() string { return f.System() }

func (f Flavour) connect() bool { return f == ConnectUnary || f == ConnectStream }

func (f Flavour) web() bool { return f == Web || f == WebText }

// media is what a content-type says.
type media uint8

const (
	// noMedia: there was no content-type.
	noMedia media = iota
	grpcMedia
	webMedia
	webTextMedia
	// streamMedia is application/connect+x.
	streamMedia
	jsonMedia
	// otherApplication may hold a message of Connect.
	otherApplication
	otherMedia
)

// foreign tells what is no stream of messages in any flavour.
func (m media) foreign() bool { return m == jsonMedia || m == otherApplication || m == otherMedia }

// mediaOf classifies a content-type; formats ("+proto") and parameters say nothing here.
func mediaOf(contentType []byte) media {
	if string(contentType) == "application/grpc" { // what nearly all of them say
		return grpcMedia
	}
	sub, ok := httpwords.CutFold(contentType, "application/")
	if !ok {
		return otherMedia
	}
	sub = httpwords.MediaType(sub)
	if httpwords.Is(sub, "json") {
		return jsonMedia
	}
	if _, ok := httpwords.CutFold(sub, "connect+"); ok {
		return streamMedia
	}
	rest, ok := httpwords.CutFold(sub, "grpc")
	if !ok {
		return otherApplication
	}
	m := grpcMedia
	if after, ok := httpwords.CutFold(rest, "-web-text"); ok {
		rest, m = after, webTextMedia
	} else if after, ok := httpwords.CutFold(rest, "-web"); ok {
		rest, m = after, webMedia
	}
	if len(rest) > 0 && rest[0] != '+' {
		return otherApplication
	}
	return m
}

// flavour is that of a request of this type, sent with the given method, whose fields name Connect or do not.
func (m media) flavour(method, query string, named bool) Flavour {
	post := method == "POST"
	switch {
	case post && m == grpcMedia:
		return GRPC
	case post && m == webMedia:
		return Web
	case post && m == webTextMedia:
		return WebText
	case post && m == streamMedia:
		return ConnectStream
	case post && named && (m == jsonMedia || m == otherApplication):
		return ConnectUnary
	case method == "GET" && asksConnect(query):
		return ConnectUnary
	}
	return None
}
