package httpwords

import (
	"bytes"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Stream is the value of beyla.stream.kind.
type Stream string

// The streams.
const (
	// NoStream ends as a response does.
	NoStream Stream = ""
	// WebSocket goes on as one (RFC 6455).
	WebSocket Stream = "websocket"
	// Upgrade goes on in another protocol (101).
	Upgrade Stream = "upgrade"
	// Tunnel goes on as the two ends please (CONNECT).
	Tunnel Stream = "connect"
	// EventStream lasts as long as it lasts (text/event-stream).
	EventStream Stream = "event_stream"
	// Chunked is a response that is made while it is sent.
	Chunked Stream = "chunked"
	// LongPoll waits until there is something to answer, because it was asked to.
	LongPoll Stream = "long_poll"
)

// Traffic is what a stream has carried, by proto.Dir; -1 where that is not known.
type Traffic struct {
	Messages, Bytes [2]int64
}

// describe says what was carried as seen from one end.
func (t *Traffic) describe(side proto.Side, a *attr.List) {
	sent, received := proto.ToServer, proto.ToClient
	if side == proto.Server {
		sent, received = received, sent
	}
	for _, f := range [...]struct {
		key string
		n   int64
	}{
		{messagesSent, t.Messages[sent]}, {messagesReceived, t.Messages[received]},
		{bytesSent, t.Bytes[sent]}, {bytesReceived, t.Bytes[received]},
	} {
		if f.n >= 0 {
			a.Int(f.key, f.n)
		}
	}
}

// IsEventStream tells the media type of server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
func IsEventStream(contentType []byte) bool {
	return Is(MediaType(contentType), "text/event-stream")
}

// IsSequence tells the media types that say of a body, if nothing says how long it is, that
// it comes piece by piece: lines of JSON (https://github.com/ndjson/ndjson-spec), RFC 7464's
// sequences, Spring's application/stream+json, Kubernetes's stream=watch, and pictures that replace
// one another.
func IsSequence(contentType []byte) bool {
	media, parameters, _ := bytes.Cut(contentType, []byte{';'})
	media = Trim(media)
	for _, m := range [...]string{
		"application/x-ndjson", "application/ndjson", "application/jsonl", "application/stream+json",
		"application/json-seq", "multipart/x-mixed-replace",
	} {
		if Is(media, m) {
			return true
		}
	}
	return len(parameters) > 0 && bytes.Contains(parameters, []byte("stream=watch"))
}

// IsLongPoll tells a request that asks for an answer to be held back until there is something to
// tell. Only what says so counts: Prefer: wait=N (https://www.rfc-editor.org/rfc/rfc7240#section-4.3), and in
// the query index and wait together (Consul's and Nomad's blocking queries), watch of a
// Kubernetes API, transport=polling with EIO of Engine.IO's reads.
func (w *Words) IsLongPoll(target string, prefer []byte) bool {
	if len(prefer) > 0 && waits(prefer) {
		return true
	}
	path, query, found := strings.Cut(target, "?")
	return found && w.Method == "GET" && asksToWait(path, query)
}

// waits finds a time to wait among preferences.
func waits(prefer []byte) bool {
	for rest, more := prefer, true; more; {
		var one []byte
		one, rest, more = bytes.Cut(rest, []byte{','})
		one, _, _ = bytes.Cut(one, []byte{';'})
		name, value, _ := bytes.Cut(one, []byte{'='})
		value = bytes.Trim(Trim(value), `"`)
		if Is(Trim(name), "wait") && len(value) > 0 && len(bytes.Trim(value, "0123456789")) == 0 && len(bytes.Trim(value, "0")) > 0 {
			return true
		}
	}
	return false
}

func asksToWait(path, query string) bool {
	var index, wait, watch, engine, polling bool
	for rest := query; rest != ""; {
		pair := rest
		if i := strings.IndexByte(rest, '&'); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if pair == "" || strings.IndexByte("iwEt", pair[0]) < 0 {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "index":
			index = value != ""
		case "wait":
			wait = value != ""
		case "watch":
			watch = value == "true" || value == "1"
		case "EIO":
			engine = value != ""
		case "transport":
			polling = value == "polling"
		}
	}
	return index && wait || engine && polling || watch && isKubernetes(path)
}

// isKubernetes tells the paths of its API, below any prefix that a proxy puts before
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris).
func isKubernetes(path string) bool {
	return strings.Contains(path, "/api/v") || strings.Contains(path, "/apis/")
}
