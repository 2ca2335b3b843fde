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
	c := newCorrelator()
	sent := request(1, 2, 0, 100)
	parent := c.Client(sent, Sender{})
	call := c.Announce(sent, &parent)
	assert.Same(t, sent, call.Exchange)
	p, found := c.Server(request(1, 2, 0, 101))
	require.Same(t, call, found)
	assert.Equal(t, Identity{
		TraceID: parent.TraceID, SpanID: p.SpanID, Parent: parent.SpanID, Flags: 0x303, Evidence: Flow,
	}, p.Identity)
	assert.Equal(t, ByFlow, p.Outcome)
	assert.NotEqual(t, parent.SpanID, p.SpanID)
	assert.Equal(t, Pending, found.Fate())
	c.Settle(call, Emitted)
	assert.Equal(t, Emitted, found.Fate())
	c.ReleaseCall(found)
	c.Release(&parent)
	c.Release(&p)
	assert.Empty(t, c.calls.open)
	assert.Len(t, c.calls.spare, 1)
	assert.Len(t, c.traces.spare, 1, "nobody refers to the trace any more")
}

// What an SDK wrote into the request stands above both.
func TestBelowTheSDK(t *testing.T) {
	c := newCorrelator()
	sdk := tracecontext.Context{TraceID: [16]byte{9}, SpanID: [8]byte{8}, Flags: 1, State: "a=b"}
	sent, got := request(1, 2, 0, 100), request(1, 2, 0, 101)
	sent.Context, got.Context = sdk, sdk
	client := c.Client(sent, Sender{})
	c.Announce(sent, &client)
	server, call := c.Server(got)
	require.NotNil(t, call)
	assert.Equal(t, sdk.SpanID, client.Parent)
	assert.Equal(t, Wire, client.Evidence)
	assert.Equal(t, Identity{
		TraceID: sdk.TraceID, SpanID: server.SpanID, Parent: client.SpanID, State: "a=b", Flags: 0x301, Evidence: Flow,
	}, server.Identity)

	own := server.SpanID
	c.Reroot(got, &server)
	assert.Equal(t, Identity{
		TraceID: sdk.TraceID, SpanID: own, Parent: sdk.SpanID, State: "a=b", Flags: 0x301, Evidence: Wire,
	}, server.Identity, "without the client's span it is the SDK's child")
	assert.Equal(t, ByWire, server.Outcome)
}

func TestReroot(t *testing.T) {
	c := newCorrelator()
	sent := request(1, 2, 0, 100)
	client := c.Client(sent, Sender{})
	c.Announce(sent, &client)
	got := request(1, 2, 0, 101)
	p, _ := c.Server(got)
	before := p.Identity
	c.Reroot(got, &p)
	assert.Equal(t, Identity{TraceID: before.TraceID, SpanID: before.SpanID, Flags: 0x03}, p.Identity)
	assert.Equal(t, NoCaller, p.Outcome)
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
			c := newCorrelator()
			for _, x := range tt.sent {
				p := c.Client(x, Sender{})
				c.Announce(x, &p)
			}
			id, call := c.Server(tt.got)
			assert.Nil(t, call)
			assert.NotEqual(t, Flow, id.Evidence)
		})
	}
}

// One request has one server; a second one that sees it is none.
func TestOneServer(t *testing.T) {
	c := newCorrelator()
	sent := request(1, 2, 0, 100)
	p := c.Client(sent, Sender{})
	c.Announce(sent, &p)
	_, first := c.Server(request(1, 2, 0, 101))
	_, second := c.Server(request(1, 2, 0, 102))
	assert.NotNil(t, first)
	assert.Nil(t, second)
}

// pair is a request's way from end to end.
func pair(c *Correlator, sent, got *proto.Exchange) {
	client := c.Client(sent, Sender{})
	call := c.Announce(sent, &client)
	server, found := c.Server(got)
	c.Settle(call, Emitted)
	c.ReleaseCall(found)
	c.Release(&client)
	c.Release(&server)
}

func TestCallsAreRecycled(t *testing.T) {
	c := New(Options{Random: NewRandom()}, someHost{})
	sent, got := request(1, 2, 0, 100), request(1, 2, 0, 101)
	once := func() {
		pair(c, sent, got)
	}
	once()
	assert.Zero(t, testing.AllocsPerRun(100, once))
}

func BenchmarkPair(b *testing.B) {
	c := New(Options{Random: NewRandom()}, someHost{})
	sent, got := request(1, 2, 0, 100), request(1, 2, 0, 101)
	b.ReportAllocs()
	for b.Loop() {
		pair(c, sent, got)
	}
}
