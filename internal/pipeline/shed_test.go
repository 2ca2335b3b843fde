//go:build linux && (amd64 || arm64)

package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto/all"
	"github.com/beylareceiver/beylareceiver/internal/proto/opaque"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// leave says that exchanges are left out from here on, of which the first begins with d.
func (c *conn) leave(d event.Dir) {
	c.b.clock.now += 1000
	c.b.give(tap.Record{
		Kind: uint8(event.Passed), Dir: uint8(d), Transport: uint8(event.TCP), Role: uint8(c.role), Family: 4,
		Flags: uint16(event.Shed), Cookie: c.cookie, Time: uint64(c.b.clock.now), Tgid: c.tgid,
		Pos: c.pos[d], LastTime: c.lastTime[d], OtherPos: c.pos[d.Flip()], OtherTime: c.lastTime[d.Flip()],
	}, "")
	c.left = true
}

// miss is an exchange that is left out.
func (c *conn) miss(request, response string) {
	d := event.Ingress
	if c.role == event.RoleClient {
		d = event.Egress
	}
	if !c.left {
		c.leave(d)
	}
	c.b.lost++
	c.say(d, request, 0)
	c.say(d.Flip(), response, 0)
	c.last = int8(d.Flip())
}

// answered are the paths of spans, with their status and size.
func answered(t *testing.T, b *bench) (all []string) {
	t.Helper()
	for _, s := range b.finish(t) {
		all = append(all, fmt.Sprintf("%s %d %d", text(&s, "url.path"), number(&s, "http.response.status_code"), number(&s, "http.response.body.size")))
	}
	return all
}

func response(body int) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", body, strings.Repeat("x", body))
}

func request(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: shop.test\r\n\r\n" }

// What is left out is no loss: the exchanges around it have their spans, with their own sizes and times,
// and no message ends as dropped.
func TestShed(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, request("/a"), -1)
	c.say(event.Egress, response(10), -1)
	ended := b.clock.now
	c.miss(request("/left"), response(20))
	c.miss(request("/left"), response(50_000))
	c.say(event.Ingress, request("/b"), -1)
	c.say(event.Egress, response(90_000), 8192)
	c.left = false
	c.miss(request("/left"), response(20))
	require.EqualValues(t, 0, b.Stats().Held, "the messages before are over")
	c.say(event.Ingress, request("/c"), -1)
	c.say(event.Egress, response(30), -1)
	c.close()
	require.Equal(t, ended, int64(1e9+2000))
	require.Equal(t, []string{"/a 200 10", "/b 200 90000", "/c 200 30"}, answered(t, b))
	st := b.Stats()
	require.Equal(t, [2]uint64{6, 6}, [2]uint64{st.Received, st.Ended[ledger.Used]})
	require.Zero(t, st.Flows.LostBytes)
}

// A chunked response whose end was not seen is over when the next exchange is left out, not when one is told again.
func TestShedAfterAnUnknownEnd(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, request("/a"), -1)
	c.say(event.Egress, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n"+strings.Repeat("x", 0x2000), 1000)
	over := b.clock.now
	c.miss(request("/left"), response(20))
	b.clock.now += int64(time.Minute)
	c.miss(request("/left"), response(20))
	c.close()
	spans := b.finish(t)
	require.Len(t, spans, 1)
	require.EqualValues(t, over, spans[0].End)
}

// One that has no response yet, as far as is known, is counted, and bytes of nobody's do not become one.
func TestShedBeforeTheResponse(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, request("/a"), -1)
	c.miss(request("/left"), response(20))
	c.say(event.Ingress, request("/b"), -1)
	c.say(event.Egress, response(30), -1)
	require.Equal(t, []string{"/b 200 30"}, answered(t, b))
	require.Equal(t, uint64(1), b.Stats().Ended[ledger.NoResponse])
}

// Nor does it matter whose the bytes are, when that is not known yet, or never will be.
func TestShedOfNobody(t *testing.T) {
	b := newBench(t, Config{Protocols: all.Config{Opaque: &opaque.Config{Mode: opaque.Turn}}})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, "GE", -1)
	c.miss("T / HTTP/1.1\r\n\r\n", response(20))
	for range 2 {
		c.say(event.Ingress, "\x00some question", -1)
		c.say(event.Egress, "\x00some answer", -1)
		c.left = false
		c.miss("\x00some question", "\x00some answer")
	}
	c.close()
	spans := b.finish(t)
	for i := range spans {
		assert.EqualValues(t, len("\x00some answer"), number(&spans[i], "beyla.bytes.sent"))
		assert.EqualValues(t, 1000, spans[i].End-spans[i].Start)
	}
	assert.Len(t, spans, 2, "%v", b.Stats().Ended)
	assert.Zero(t, b.Stats().Held)
}

// Where the parser cannot do without, what is left out is a gap as any.
func TestShedOfPipelined(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, request("/a")+request("/b"), -1)
	c.say(event.Egress, response(1)+response(2), -1)
	c.miss(request("/left"), response(20))
	c.say(event.Ingress, request("/c"), -1)
	c.say(event.Egress, response(3), -1)
	got := answered(t, b)
	require.Subset(t, []string{"/a 200 1", "/b 200 2", "/c 200 3"}, got)
	require.GreaterOrEqual(t, len(got), 2)
}

// That no answer came in time is no proof when answers were left out.
func TestShedAnswersAreNoTimeouts(t *testing.T) {
	const query = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04shop\x04test\x00\x00\x01\x00\x01"
	for _, left := range []uint32{0, 1} {
		b := newBench(t, Config{})
		c := b.conn(1, event.RoleClient)
		c.udp = true
		c.say(event.Egress, query, -1)
		b.lost += left
		b.conn(3, event.RoleServer).say(event.Ingress, request("/"), -1) // tells of the loss
		b.clock.now += int64(31 * time.Second)
		b.conn(2, event.RoleServer).say(event.Ingress, request("/"), -1)
		b.pass(time.Second)
		b.clock.now += int64(31 * time.Second)
		c.say(event.Egress, "\x56\x78"+query[2:], -1)
		require.Len(t, b.finish(t), 1-int(left))
		require.EqualValues(t, 3+left, b.Stats().Ended[ledger.NoResponse])
	}
}

func TestOverload(t *testing.T) {
	var o overload
	var said []string
	for _, step := range []struct {
		at     time.Duration
		missed uint64
	}{
		{0, 0}, {time.Second, 5}, {2 * time.Second, 9}, {3 * time.Second, 9}, {4 * time.Second, 9},
		{4500 * time.Millisecond, 10}, {7 * time.Second, 10}, {7500 * time.Millisecond, 10}, {60 * time.Second, 10}, {61 * time.Second, 11},
	} {
		if o.look(int64(step.at), step.missed) {
			said = append(said, fmt.Sprint(step.at, " ", o.on))
		}
	}
	require.Equal(t, []string{"1s true", "7.5s false", "1m1s true"}, said)
}
