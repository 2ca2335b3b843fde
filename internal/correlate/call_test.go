package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// request is one as an end of a connection saw it.
func request(seq, ack, index uint32, at int64) *proto.Exchange {
	return &proto.Exchange{Request: proto.Message{
		Seen: true, First: at, Origin: proto.Origin{Seq: seq, Ack: ack}, Index: index,
	}}
}

func TestServerBelowClient(t *testing.T) {
	c := New(new(counter))
	sent := request(1, 2, 0, 100)
	parent := c.Client(sent)
	call := c.Announce(sent, parent)
	id, found := c.Server(request(1, 2, 0, 101))
	require.Same(t, call, found)
	assert.Equal(t, Identity{
		TraceID: parent.TraceID, SpanID: id.SpanID, Parent: parent.SpanID, Flags: 0x303, Evidence: Flow,
	}, id)
	assert.NotEqual(t, parent.SpanID, id.SpanID)
	assert.Equal(t, Pending, found.Fate())
	c.Settle(call, Emitted)
	assert.Equal(t, Emitted, found.Fate())
	c.Release(found)
	assert.Empty(t, c.calls.open)
	assert.Len(t, c.calls.spare, 1)
}

// What an SDK wrote into the request stands above both.
func TestBelowTheSDK(t *testing.T) {
	c := New(new(counter))
	sdk := tracecontext.Context{TraceID: [16]byte{9}, SpanID: [8]byte{8}, Flags: 1, State: "a=b"}
	sent, got := request(1, 2, 0, 100), request(1, 2, 0, 101)
	sent.Context, got.Context = sdk, sdk
	client := c.Client(sent)
	c.Announce(sent, client)
	server, call := c.Server(got)
	require.NotNil(t, call)
	assert.Equal(t, sdk.SpanID, client.Parent)
	assert.Equal(t, Wire, client.Evidence)
	assert.Equal(t, Identity{
		TraceID: sdk.TraceID, SpanID: server.SpanID, Parent: client.SpanID, State: "a=b", Flags: 0x301, Evidence: Flow,
	}, server)

	again := c.Reroot(got, server)
	assert.Equal(t, Identity{
		TraceID: sdk.TraceID, SpanID: server.SpanID, Parent: sdk.SpanID, State: "a=b", Flags: 0x301, Evidence: Wire,
	}, again, "without the client's span it is the SDK's child")
}

func TestReroot(t *testing.T) {
	c := New(new(counter))
	sent := request(1, 2, 0, 100)
	c.Announce(sent, c.Client(sent))
	got := request(1, 2, 0, 101)
	id, _ := c.Server(got)
	assert.Equal(t, Identity{TraceID: id.TraceID, SpanID: id.SpanID, Flags: 0x03}, c.Reroot(got, id))
}

func TestNoParent(t *testing.T) {
	wired := func(x *proto.Exchange, span byte) *proto.Exchange {
		x.Context = tracecontext.Context{TraceID: [16]byte{1}, SpanID: [8]byte{span}}
		return x
	}
	for name, tt := range map[string]struct {
		sent []*proto.Exchange
		got  *proto.Exchange
	}{
		"nobody called":               {nil, request(1, 2, 0, 100)},
		"another message":             {[]*proto.Exchange{request(1, 3, 0, 100)}, request(1, 2, 0, 101)},
		"another request of a batch":  {[]*proto.Exchange{request(1, 2, 1, 100)}, request(1, 2, 0, 101)},
		"two callers":                 {[]*proto.Exchange{request(1, 2, 0, 100), request(1, 2, 0, 100)}, request(1, 2, 0, 101)},
		"received before it was sent": {[]*proto.Exchange{request(1, 2, 0, 100)}, request(1, 2, 0, 99)},
		"long ago":                    {[]*proto.Exchange{request(1, 2, 0, 100)}, request(1, 2, 0, 101+longestTransit)},
		"a datagram":                  {[]*proto.Exchange{request(0, 0, 0, 100)}, request(0, 0, 0, 101)},
		"another context":             {[]*proto.Exchange{wired(request(1, 2, 0, 100), 1)}, wired(request(1, 2, 0, 101), 2)},
		"a context that was not sent": {[]*proto.Exchange{request(1, 2, 0, 100)}, wired(request(1, 2, 0, 101), 2)},
		"no context where one was":    {[]*proto.Exchange{wired(request(1, 2, 0, 100), 1)}, request(1, 2, 0, 101)},
	} {
		t.Run(name, func(t *testing.T) {
			c := New(new(counter))
			for _, x := range tt.sent {
				c.Announce(x, c.Client(x))
			}
			id, call := c.Server(tt.got)
			assert.Nil(t, call)
			assert.NotEqual(t, Flow, id.Evidence)
		})
	}
}

// One request has one server; a second one that sees it is none.
func TestOneServer(t *testing.T) {
	c := New(new(counter))
	sent := request(1, 2, 0, 100)
	c.Announce(sent, c.Client(sent))
	_, first := c.Server(request(1, 2, 0, 101))
	_, second := c.Server(request(1, 2, 0, 102))
	assert.NotNil(t, first)
	assert.Nil(t, second)
}

func TestCallsAreRecycled(t *testing.T) {
	c := New(NewRandom())
	sent, got := request(1, 2, 0, 100), request(1, 2, 0, 101)
	once := func() {
		call := c.Announce(sent, c.Client(sent))
		_, found := c.Server(got)
		c.Settle(call, Emitted)
		c.Release(found)
	}
	once()
	assert.Zero(t, testing.AllocsPerRun(100, once))
}

func BenchmarkPair(b *testing.B) {
	c := New(NewRandom())
	sent, got := request(1, 2, 0, 100), request(1, 2, 0, 101)
	b.ReportAllocs()
	for b.Loop() {
		call := c.Announce(sent, c.Client(sent))
		_, found := c.Server(got)
		c.Settle(call, Emitted)
		c.Release(found)
	}
}
