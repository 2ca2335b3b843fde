//go:build linux && (amd64 || arm64)

package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// timings are the attributes of a span that only a tap can tell.
func timings(s *span.Span) map[string]int64 {
	found := map[string]int64{}
	for _, key := range []string{
		span.Connect, span.Queue, span.FirstByte, span.Transfer, span.Network, span.Retransmissions,
	} {
		if kv, ok := s.Attrs.Get(key); ok {
			found[key] = kv.Num
		}
	}
	return found
}

// took lets time pass without anything happening; every record takes 1 µs more.
func (m *middle) took(d time.Duration) { m.b.clock.now += int64(d) - 1000 }

const ms = int64(time.Millisecond)

// exchange takes 2 ms to the server, 3 ms until it is read, 10 ms until an answer begins,
// 2 ms back, and 5 ms from the first byte to the last.
func (m *middle) exchange() {
	m.front.say(event.Egress, get, -1)
	m.took(2 * time.Millisecond)
	m.in.say(event.Ingress, get, -1)
	m.took(3 * time.Millisecond)
	m.in.read(thread(31), event.Blocking)
	m.took(10 * time.Millisecond)
	m.in.say(event.Egress, hello[:20], -1)
	m.took(2 * time.Millisecond)
	m.front.say(event.Ingress, hello[:20], -1)
	m.took(5 * time.Millisecond)
	m.in.say(event.Egress, hello[20:], -1)
	m.took(2 * time.Millisecond)
	m.front.say(event.Ingress, hello[20:], -1)
}

func TestTiming(t *testing.T) {
	m := newMiddle(t, Config{Timing: true})
	m.front.connect = 1500 * time.Microsecond
	m.in.connect = 9 * time.Millisecond // never told of a socket that was connected to
	m.exchange()
	m.in.again += 2 // while nothing was asked
	m.front.again += 3
	m.front.say(event.Egress, get, -1)
	m.front.again++
	m.in.say(event.Ingress, get, -1)
	m.in.again += 4
	m.took(time.Millisecond)
	m.in.read(thread(31), event.Blocking)
	m.in.say(event.Egress, hello, -1)
	m.front.say(event.Ingress, hello, -1)
	server, client := requireParents(t, m.b.finish(t))
	require.Len(t, server, 2)
	require.Equal(t, map[string]int64{
		span.Connect: 3 * ms / 2, span.FirstByte: 17 * ms, span.Transfer: 7 * ms,
	}, timings(&client[0]))
	require.Equal(t, map[string]int64{
		span.Queue: 3 * ms, span.FirstByte: 13 * ms, span.Network: 4 * ms, span.Transfer: 7 * ms,
	}, timings(&server[0]))
	require.Equal(t, map[string]int64{ // the connection was there, and what came came in one piece
		span.FirstByte: ms + 3000, span.Retransmissions: 1,
	}, timings(&client[1]))
	require.Equal(t, map[string]int64{
		span.Queue: ms, span.FirstByte: ms + 1000, span.Network: 2000, span.Retransmissions: 4,
	}, timings(&server[1]))
}

func TestTimingOff(t *testing.T) {
	m := newMiddle(t, Config{})
	m.front.connect = time.Millisecond
	m.exchange()
	m.front.again++
	server, client := requireParents(t, m.b.finish(t))
	require.Empty(t, timings(&server[0]))
	require.Empty(t, timings(&client[0]))
	require.Equal(t, "middle", text(&client[0], span.PeerService), "no matter of time")
}

// What was not seen is not there, and not zero.
func TestTimingUnknown(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(m *middle)
		want map[string]int64 // of the server's span
	}{
		"nobody saw the read": {func(m *middle) {
			m.in.say(event.Ingress, get, -1)
			m.in.say(event.Egress, hello, -1)
		}, map[string]int64{span.FirstByte: 1000}},
		"read before it came": { // of the request before
			func(m *middle) {
				m.in.readTime = 1
				m.in.say(event.Ingress, get, -1)
				m.in.say(event.Egress, hello, -1)
			}, map[string]int64{span.FirstByte: 1000},
		},
		"read after the answer began": {func(m *middle) {
			m.in.say(event.Ingress, get, -1)
			m.in.say(event.Egress, hello[:20], -1)
			m.in.read(thread(31), 0)
			m.in.say(event.Egress, hello[20:], -1)
		}, map[string]int64{span.FirstByte: 1000, span.Transfer: 2000}},
		"the body was read, not the head": { // the kernel tells of the newest message
			func(m *middle) {
				m.in.say(event.Ingress, "PUT /a HTTP/1.1\r\nHost: shop\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", -1)
				m.in.read(thread(31), 0)
				m.in.say(event.Egress, "HTTP/1.1 100 Continue\r\n\r\n", -1)
				m.in.say(event.Ingress, "hi", -1)
				m.in.read(thread(31), 0)
				m.in.say(event.Egress, hello, -1)
			}, map[string]int64{span.FirstByte: 5000},
		},
		"no answer": {func(m *middle) {
			m.in.say(event.Ingress, get, -1)
			m.in.read(thread(31), 0)
			m.in.close()
		}, map[string]int64{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMiddle(t, Config{Timing: true})
			tt.do(m)
			server, _ := requireParents(t, m.b.finish(t))
			require.Len(t, server, 1)
			require.Equal(t, tt.want, timings(&server[0]))
		})
	}
}

// Data that waited behind a hole tells an older count than what overtook it.
func TestRetransmissionsDoNotGoBack(t *testing.T) {
	m := newMiddle(t, Config{Timing: true})
	m.in.again = 5
	m.in.say(event.Ingress, get, -1)
	m.in.again = 3
	m.in.say(event.Egress, hello, -1)
	server, _ := requireParents(t, m.b.finish(t))
	require.NotContains(t, timings(&server[0]), span.Retransmissions)
}
