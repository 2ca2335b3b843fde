package fastcgi

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
	opened, truncated int
	faults            map[proto.Fault]int
	lost              map[proto.Lost]int
}

func newCounter() *counter {
	return &counter{faults: map[proto.Fault]int{}, lost: map[proto.Lost]int{}}
}

func (c *counter) Open(*proto.Exchange)  { c.opened++ }
func (*counter) Streams(*proto.Exchange) {}

func (c *counter) Lost(_ proto.Account, why proto.Lost) { c.lost[why]++ }
func (c *counter) feed(p *parser, d proto.Dir, o int, script string) {
	b, err := compile(script)
	if err != nil {
		panic(err)
	}
	p.Feed(d, &proto.Segment{Bytes: b, Origin: proto.Origin{Ordinal: uint32(o)}})
}

func (c *counter) Done(x *proto.Exchange) {
	c.faults[x.Fault]++
	if x.Request.Truncated || x.Response.Truncated {
		c.truncated++
	}
	x.Semantics.Release()
}

func TestRequestsInFlightAreCapped(t *testing.T) {
	sink := newCounter()
	p := newParser(newProtocol(Config{MaxOpen: 3}), sink)
	for i := range 10 {
		sink.feed(p, proto.ToServer, i, fmt.Sprintf("begin %d 1 1\nparams %d REQUEST_METHOD=GET\nparams %d\nstdin %d", i+1, i+1, i+1, i+1))
	}
	assert.Equal(t, 3, sink.opened)
	assert.Equal(t, map[proto.Lost]int{proto.LostCap: 7}, sink.lost, "once a message")
	for i := range 10 {
		sink.feed(p, proto.ToClient, 0, fmt.Sprintf("stdout %d \"\\n\"\nend %d 0 0", i+1, i+1))
	}
	assert.Equal(t, map[proto.Fault]int{proto.NoFault: 3}, sink.faults)
	assert.Equal(t, 1, sink.lost[proto.LostNoRequest], "those of the others were all in one message")
}

func TestHeldTextIsCapped(t *testing.T) {
	sink := newCounter()
	p := newParser(newProtocol(Config{MaxHeld: 10 << 10}), sink)
	for i := range 50 {
		sink.feed(p, proto.ToServer, i, fmt.Sprintf("begin %d 1 1\nparams %d REQUEST_URI=/%s\nparams %d", i+1, i+1, strings.Repeat("x", 1000), i+1))
	}
	assert.Equal(t, 11, sink.opened)
	assert.Equal(t, map[proto.Lost]int{proto.LostCap: 39}, sink.lost)
}

func TestHeadsAreCapped(t *testing.T) {
	long := strings.Repeat("x", 100)
	for name, script := range map[string][2]string{
		"parameters": {"params 1 REQUEST_URI=/a HTTP_COOKIE=" + long, `stdout 1 "\n"`},
		"head":       {"params 1 REQUEST_URI=/a", `stdout 1 "X: ` + long + `\nStatus: 404\n\n"`},
		"lines":      {"params 1 REQUEST_URI=/a", `stdout 1 "` + strings.Repeat(`X: y\n`, 20) + `Status: 404\n\n"`},
	} {
		t.Run(name, func(t *testing.T) {
			sink := newCounter()
			p := newParser(newProtocol(Config{MaxHead: 80}), sink)
			sink.feed(p, proto.ToServer, 0, "begin 1 1 1\n"+script[0]+"\nparams 1\nstdin 1")
			sink.feed(p, proto.ToClient, 0, script[1]+"\nend 1 0 0")
			assert.Equal(t, 1, sink.truncated)
			assert.Equal(t, map[proto.Fault]int{proto.NoFault: 1}, sink.faults)
		})
	}
}

func TestUnfinishedHeadsOfAllConnectionsAreCapped(t *testing.T) {
	o := newProtocol(Config{MaxBuffered: 10 << 10})
	sink := newCounter()
	parsers := make([]*parser, 100)
	for i := range parsers {
		parsers[i] = newParser(o, sink)
		sink.feed(parsers[i], proto.ToServer, 0, "begin 1 1 1\nparams 1 REQUEST_METHOD=GET X="+strings.Repeat("x", 500))
		require.LessOrEqual(t, o.buffered, 10<<10)
	}
	assert.Zero(t, sink.opened)
	for _, p := range parsers {
		p.Close(proto.ToServer, 0, proto.Gone)
		p.Close(proto.ToClient, 0, proto.Gone)
	}
	assert.Equal(t, 100, sink.opened, "what does not fit is truncated, not dropped")
	assert.Zero(t, o.buffered)
}

func TestExchangesAreReused(t *testing.T) {
	request, response := segments(t)
	fewest := 1e9
	for range 20 { // in some, two of the names fall on one slot
		o := newProtocol(Config{})
		p := newParser(o, newCounter())
		fewest = min(fewest, testing.AllocsPerRun(100, func() {
			request.Origin.Ordinal++
			response.Origin.Ordinal++
			p.Feed(proto.ToServer, request)
			p.Feed(proto.ToClient, response)
		}))
		assert.Equal(t, 1, o.free.Len())
	}
	assert.Zero(t, fewest, "nothing but what the span keeps, and that is hot")
}
