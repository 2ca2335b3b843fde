package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestIsSequence(t *testing.T) {
	for contentType, want := range map[string]bool{
		"application/x-ndjson":                             true,
		"Application/NDJSON; charset=utf-8":                true,
		"application/stream+json":                          true,
		"application/json-seq":                             true,
		"application/jsonl":                                true,
		"multipart/x-mixed-replace; boundary=frame":        true,
		"application/json;stream=watch":                    true,
		"application/vnd.kubernetes.protobuf;stream=watch": true,
		"application/json":                                 false,
		"multipart/form-data; boundary=x":                  false,
		"text/event-stream":                                false,
		"":                                                 false,
	} {
		assert.Equal(t, want, IsSequence([]byte(contentType)), contentType)
	}
}

func TestIsLongPoll(t *testing.T) {
	for _, tc := range []struct {
		method, target, prefer string
		want                   bool
	}{
		{"GET", "/v1/kv/a?index=7&wait=5m", "", true},
		{"GET", "/v1/kv/a?wait=5m&index=7", "", true},
		{"GET", "/v1/kv/a?index=7", "", false},
		{"GET", "/v1/kv/a?index=&wait=5m", "", false},
		{"PUT", "/v1/kv/a?index=7&wait=5m", "", false},
		{"GET", "/api/v1/pods?watch=true&resourceVersion=5", "", true},
		{"GET", "/k8s/clusters/c-1/apis/apps/v1/deployments?watch=1", "", true},
		{"GET", "/api/v1/pods?watch=false", "", false},
		{"GET", "/films?watch=true", "", false},
		{"GET", "/socket.io/?EIO=4&transport=polling&t=x", "", true},
		{"POST", "/socket.io/?EIO=4&transport=polling&t=x", "", false},
		{"GET", "/socket.io/?EIO=4&transport=websocket", "", false},
		{"GET", "/journey?transport=polling", "", false},
		{"GET", "/a?", "", false},
		{"GET", "/a", "", false},
		{"POST", "/a", "wait=10", true},
		{"GET", "/a", `respond-async, Wait="10"; x=y`, true},
		{"GET", "/a", "wait=0", false},
		{"GET", "/a", "wait", false},
		{"GET", "/a", "wait=soon", false},
		{"GET", "/a", "return=minimal", false},
	} {
		w := Words{Method: tc.method}
		assert.Equal(t, tc.want, w.IsLongPoll(tc.target, []byte(tc.prefer)), "%+v", tc)
	}
}

func TestStreamsAreDescribedFromTheirOwnSide(t *testing.T) {
	x := proto.Exchange{
		Request:  proto.Message{Seen: true, First: 10},
		Response: proto.Message{Seen: true, First: 25},
	}
	view := View{
		Exchange: &x, Words: &Words{Stream: WebSocket},
		Traffic: &Traffic{Messages: [2]int64{3, -1}, Bytes: [2]int64{0, 7}},
	}
	describe := func(side proto.Side) (l attr.List) {
		view.Side = side
		view.describeOurs(&l)
		return l
	}
	var client, server attr.List
	for _, l := range []*attr.List{&client, &server} {
		l.Bool("beyla.stream", true)
		l.Str("beyla.stream.kind", "websocket")
		l.Int("beyla.stream.first_byte", 15)
	}
	client.Int("beyla.stream.messages.sent", 3)
	client.Int("beyla.bytes.sent", 0)
	client.Int("beyla.bytes.received", 7)
	server.Int("beyla.stream.messages.received", 3)
	server.Int("beyla.bytes.sent", 7)
	server.Int("beyla.bytes.received", 0)
	assert.Equal(t, client, describe(proto.Client))
	assert.Equal(t, server, describe(proto.Server))

	x.Response.Seen = false
	_, found := describe(proto.Client).Get("beyla.stream.first_byte")
	assert.False(t, found, "nothing came")
}
