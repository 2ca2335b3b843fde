package dns

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Attributes that the semantic conventions 1.43.0 register
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/).
const (
	keyQuestionName = "dns.question.name"
	keyAnswers      = "dns.answers"
	keyErrorType    = "error.type"
	keyServerAddr   = "server.address"
	keyServerPort   = "server.port"
	keyClientAddr   = "client.address"
	keyClientPort   = "client.port"
	keyPeerAddr     = "network.peer.address"
	keyPeerPort     = "network.peer.port"
	keyTransport    = "network.transport"
)

// Attributes of our own: the conventions have none for these.
const (
	// keyQuestionType is the type asked for: "A", "HTTPS", "TYPE65280".
	keyQuestionType = "beyla.dns.question.type"
	// keyOperation is the operation, when it is no query: "NOTIFY", "UPDATE".
	keyOperation = "beyla.dns.operation"
	// keyResponseCode is the response code, with its upper bits: "NOERROR", "NXDOMAIN", "BADVERS".
	keyResponseCode = "beyla.dns.response_code"
	// keyMessages is how many messages a zone transfer took.
	keyMessages = "beyla.dns.response.messages"
)

// Describe implements proto.Semantics.
//
// The span name is DNS and the type, never the name asked for. dns.answers
// holds what the records of the answer section say: addresses, and also
// the names, exchanges, services and texts that the conventions have no other place for.
//
// On a client every response code but NOERROR is an error, NXDOMAIN included:
// the lookup failed. On a server only those are that say that it failed itself,
// SERVFAIL and NOTIMP; that a name does not exist is a right answer, and FORMERR,
// REFUSED and their like say that the client was wrong. For an exchange that is
// not whole error.type is the proto.Fault, on both; response_not_observed
// says that we lost sight, not that anything failed, and leaves the status unset.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	d.Name = spanName(x.op, x.qtype)
	d.Attrs.Str(keyQuestionName, x.name)
	d.Attrs.Str(keyQuestionType, typeName(x.qtype))
	if x.op != opQuery {
		d.Attrs.Str(keyOperation, opName(x.op))
	}
	if x.Response.Seen {
		x.describeResponse(d)
	}
	if kind := x.errorType(side); kind != "" {
		d.Error = kind != string(proto.NotObserved)
		d.Attrs.Str(keyErrorType, kind)
	}
	x.describeEnds(side, e, d)
}

func (x *exchange) describeResponse(d *proto.Description) {
	d.Attrs.Str(keyResponseCode, rcodeName(x.rcode))
	if len(x.answers) > 0 {
		d.Attrs.Strings(keyAnswers, x.answers)
	}
	if x.transfer.kind != noTransfer {
		d.Attrs.Int(keyMessages, int64(x.transfer.messages))
	}
}

func (x *exchange) describeEnds(side proto.Side, e proto.Endpoints, d *proto.Description) {
	server := x.home.texts.addr(e.Server.Addr())
	d.Attrs.Str(keyServerAddr, server)
	d.Attrs.Int(keyServerPort, int64(e.Server.Port()))
	peer, port := server, e.Server.Port()
	if side == proto.Server {
		peer, port = x.home.texts.addr(e.Client.Addr()), e.Client.Port()
		d.Attrs.Str(keyClientAddr, peer)
		d.Attrs.Int(keyClientPort, int64(port))
	}
	d.Attrs.Str(keyPeerAddr, peer)
	d.Attrs.Int(keyPeerPort, int64(port))
	d.Attrs.Str(keyTransport, transportName(x.transport))
}

// errorType is the error of an exchange as one side sees it; empty if there is none.
func (x *exchange) errorType(side proto.Side) string {
	if !x.Response.Seen || x.rcode == rcodeNoError {
		return string(x.Fault)
	}
	if side == proto.Client || x.rcode == rcodeServFail || x.rcode == rcodeNotImp {
		return rcodeName(x.rcode)
	}
	return string(x.Fault)
}

func transportName(t event.Transport) string {
	if t == event.TCP {
		return "tcp"
	}
	return "udp"
}
