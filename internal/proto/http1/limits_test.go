package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// counter is a sink that counts.
type counter struct {
	opened, done int
	faults       map[proto.Fault]int
	lost         map[proto.Lost]int
}

func (c *counter) Open(*proto.Exchange) { c.opened++ }

func (c *counter) Done(x *proto.Exchange) {
	c.done++
	if c.faults == nil {
		c.faults = map[proto.Fault]int{}
	}
	c.faults[x.Fault]++
	x.Semantics.Release()
}

func (*counter) Streams(*proto.Exchange) {}

func (c *counter) Lost(_ proto.Account, why proto.Lost) {
	if c.lost == nil {
		c.lost = map[proto.Lost]int{}
	}
	c.lost[why]++
}

func TestPipelineIsCapped(t *testing.T) {
	var sink counter
	p := newParser(newProtocol(Config{MaxPipeline: 3}), &sink)
	for i := range 10 {
		p.Feed(proto.ToServer, &proto.Segment{
			Bytes: []byte(fmt.Sprintf("GET /%d HTTP/1.1\r\n\r\n", i)), Origin: proto.Origin{Ordinal: uint32(i)},
		})
	}
	assert.Equal(t, 3, sink.opened)
	assert.Equal(t, map[proto.Lost]int{proto.LostCap: 7}, sink.lost, "once a message")
	for range 10 {
		feed(p, proto.ToClient, "HTTP/1.1 204 No Content\n\n")
	}
	assert.Equal(t, 3, sink.done, "the first three have their own responses")
	assert.Equal(t, map[proto.Fault]int{proto.NoFault: 3}, sink.faults)
	assert.Equal(t, 1, sink.lost[proto.LostNoRequest], "those of the others were all in one message")
}

func TestHeldTextIsCapped(t *testing.T) {
	var sink counter
	p := newParser(newProtocol(Config{MaxHeld: 10 << 10}), &sink)
	for i := range 50 {
		p.Feed(proto.ToServer, &proto.Segment{
			Bytes: []byte("GET /" + strings.Repeat("x", 1000) + " HTTP/1.1\r\n\r\n"), Origin: proto.Origin{Ordinal: uint32(i)},
		})
	}
	assert.Equal(t, 11, sink.opened)
	assert.Equal(t, map[proto.Lost]int{proto.LostCap: 39}, sink.lost)
}

func TestHeadIsCapped(t *testing.T) {
	for name, cut := range map[string]func(int) int{
		"at once":      func(n int) int { return n },
		"byte by byte": func(int) int { return 1 },
	} {
		t.Run(name, func(t *testing.T) {
			c := conversation{steps: []step{
				{verb: "feed", at: 1, dir: proto.ToServer, data: []byte("GET /a HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 100) + "\r\n")},
				{verb: "feed", at: 2, dir: proto.ToClient, data: []byte("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 100) + "\r\n")},
			}}
			got := c.play(t, newProtocol(Config{MaxHead: 128}), cut)
			assert.Equal(t, `open GET /a
done GET /a version=1.1 host=a fault=response_not_observed
  request  1-1 wire=628 body=-1 message=0#0 accounts=>0 truncated
  status 200
  response 2-2 wire=619 body=-1 message=0#0 accounts=<0 part truncated
`, got)
		})
	}
}

func TestUnfinishedHeadsOfAllConnectionsAreCapped(t *testing.T) {
	var sink counter
	o := newProtocol(Config{MaxBuffered: 10 << 10})
	parsers := make([]*parser, 100)
	for i := range parsers {
		parsers[i] = newParser(o, &sink)
		feed(parsers[i], proto.ToServer, "GET /slow HTTP/1.1\nX: "+strings.Repeat("x", 500))
		require.LessOrEqual(t, o.buffered, 10<<10)
	}
	assert.Greater(t, sink.opened, 75, "what does not fit is truncated, not dropped")
	for _, p := range parsers {
		p.Close(proto.ToServer, 0, proto.Gone)
		p.Close(proto.ToClient, 0, proto.Gone)
	}
	assert.Equal(t, 100, sink.done)
	assert.Zero(t, o.buffered)
}

// TestHeadInManyPieces would take minutes if every piece were searched from the start.
func TestHeadInManyPieces(t *testing.T) {
	var sink counter
	p := newParser(newProtocol(Config{MaxHead: 4 << 20, MaxHeld: 1 << 30}), &sink)
	feed(p, proto.ToServer, "GET /a HTTP/1.1\n")
	line := []byte("X: y\r\n")
	for range 500_000 {
		for i := range line {
			p.Feed(proto.ToServer, &proto.Segment{Bytes: line[i : i+1]})
		}
	}
	feed(p, proto.ToServer, "\n")
	assert.Equal(t, 1, sink.opened)
}

func TestExchangesAreReused(t *testing.T) {
	o := newProtocol(Config{})
	sink := &counter{}
	p := newParser(o, sink)
	request, response := segments()
	round := func() {
		request.Origin.Ordinal++
		response.Origin.Ordinal++
		p.Feed(proto.ToServer, request)
		p.Feed(proto.ToClient, response)
	}
	round()
	assert.Zero(t, testing.AllocsPerRun(100, round), "nothing but what the span keeps, and that is hot")
	assert.Equal(t, 1, o.free.Len())
}
