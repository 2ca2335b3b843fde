//go:build linux && (amd64 || arm64)

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/explain"
	"github.com/beylareceiver/beylareceiver/internal/sampling"
	"github.com/beylareceiver/beylareceiver/internal/selection"
)

// seen is a connection on the explain page in one line.
func seen(c *explain.Connection) string {
	return fmt.Sprintf("%s %s %s %s/%s in %d out %d spans %d+%d %s %s", c.State, c.Role, c.Transport,
		c.Protocol, c.Verdict, c.Received.Messages, c.Sent.Messages, c.Spans, c.Spanless, c.Reason, c.Looks)
}

// ask gives a snapshot as a request gets it, while the pipeline runs.
func (b *bench) ask(t *testing.T) *explain.Snapshot {
	t.Helper()
	got := make(chan *explain.Snapshot, 1)
	go func() {
		s, err := b.Explain(t.Context())
		if err != nil {
			t.Error(err)
		}
		got <- s
	}()
	for len(b.explain.asks) == 0 {
		runtime.Gosched() // until it is asked; nothing else can be waited for
	}
	b.pass(time.Second)
	return <-got
}

// account tells how many connections have no span, by reason.
func account(s *explain.Snapshot) map[string]uint64 {
	m := make(map[string]uint64)
	for _, c := range s.Without {
		m[c.What] = c.N
	}
	return m
}

func TestExplainsEachReason(t *testing.T) {
	exchange := func(c *conn) {
		c.say(event.Ingress, get, -1)
		c.say(event.Egress, hello, -1)
	}
	otlp := "POST /v1/traces HTTP/1.1\r\nHost: c\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
	for name, tt := range map[string]struct {
		cfg  Config
		do   func(c *conn)
		live string // as long as the connection lives; empty: as when it has ended
		want string
	}{
		"spans":      {do: exchange, want: "server tcp http/selected in 1 out 1 spans 1+0  "},
		"two spans":  {do: func(c *conn) { exchange(c); exchange(c) }, want: "server tcp http/selected in 2 out 2 spans 2+0  "},
		"unselected": {cfg: Config{Exclude: []selection.Rule{{Ports: []selection.PortRange{{From: 8080, To: 8080}}}}}, do: exchange, want: "server tcp /unselected in 1 out 0 spans 0+0 unselected "},
		"unselected by process": {
			cfg: Config{Include: []selection.Rule{{Executable: "*/nginx"}}},
			do:  func(c *conn) { c.own(7); exchange(c) }, want: "server tcp /unselected in 1 out 0 spans 0+0 unselected ",
		},
		"otlp_export": {
			cfg:  Config{DropOTLP: true},
			do:   func(c *conn) { c.say(event.Ingress, otlp, -1); c.say(event.Egress, hello, -1) },
			want: "server tcp http/selected in 1 out 1 spans 0+1 otlp_export ",
		},
		"protocol_off": {
			cfg: Config{Off: map[string]bool{"http": true}}, do: exchange,
			want: "server tcp http/ignored in 1 out 0 spans 0+0 protocol_off ",
		},
		"not_sampled": {
			cfg: Config{Correlate: correlate.Options{Sampler: sampling.New(0, false)}}, do: exchange,
			want: "server tcp http/selected in 1 out 1 spans 0+1 not_sampled ",
		},
		"no_response": {
			do:   func(c *conn) { c.say(event.Ingress, get, -1) },
			live: "server tcp http/selected in 1 out 0 spans 0+0 pending ",
			want: "server tcp http/selected in 1 out 0 spans 0+1 no_response ",
		},
		"no_request": {
			do:   func(c *conn) { c.say(event.Egress, hello, -1) },
			want: "server tcp http/selected in 0 out 1 spans 0+0 no_request ",
		},
		"no_response to be made sense of": {
			do: func(c *conn) {
				c.say(event.Ingress, get, -1)
				c.say(event.Egress, "\x00\x01 no response", -1)
			},
			want: "server tcp http/selected in 1 out 1 spans 0+1 no_response ",
		},
		"parser_gave_up": {
			do: func(c *conn) {
				exchange(c)
				c.say(event.Ingress, "\x00\x01 no request", -1)
			},
			want: "server tcp http/selected in 2 out 1 spans 1+0 parser_gave_up ",
		},
		"gap": {
			do: func(c *conn) {
				exchange(c)
				c.say(event.Ingress, get, 4)
				c.say(event.Egress, hello, -1)
			},
			want: "server tcp http/selected in 2 out 2 spans 1+0 gap ",
		},
		"part of a head": {
			do:   func(c *conn) { c.say(event.Ingress, get[:len(get)-4], -1) },
			live: "server tcp http/selected in 1 out 0 spans 0+0 pending ",
			want: "server tcp http/selected in 1 out 0 spans 0+1 no_response ",
		},
		"inflight_full": {
			cfg: Config{MaxInflight: -1}, do: exchange,
			want: "server tcp http/selected in 1 out 1 spans 0+1 inflight_full ",
		},
		"encrypted": {
			do: func(c *conn) {
				for range maxTries {
					c.say(event.Ingress, "\x16\x03\x01\x02\x00\x01\x00", -1)
					c.say(event.Egress, "\x16\x03\x03\x00\x7a\x02\x00", -1)
				}
			},
			want: "server tcp /ignored in 4 out 4 spans 0+0 unknown_protocol tls",
		},
		"few bytes of nobody": {
			do:   func(c *conn) { c.say(event.Ingress, "SSH-2.0-x\r\n", -1) },
			live: "server tcp /selected in 1 out 0 spans 0+0 pending ssh",
			want: "server tcp /selected in 1 out 0 spans 0+0 unknown_protocol ssh",
		},
		"stream": {
			do: func(c *conn) {
				c.say(event.Ingress, "GET /c HTTP/1.1\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", -1)
				c.say(event.Egress, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", -1)
			},
			live: "server tcp http/selected in 1 out 1 spans 0+0 pending ",
			want: "server tcp http/selected in 1 out 1 spans 1+0  ",
		},
		"datagrams": {
			do:   func(c *conn) { c.udp, c.role = true, event.RoleUnknown; c.say(event.Ingress, "metric:1|c", -1) },
			live: "unknown udp /selected in 1 out 0 spans 0+0 pending ",
			want: "unknown udp /selected in 1 out 0 spans 0+0 unknown_protocol ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tt.cfg.Explain = true
			b := newBench(t, tt.cfg)
			tt.do(b.conn(1, event.RoleServer))
			live := b.ask(t)
			require.Len(t, live.Connections, 1)
			if tt.live == "" {
				tt.live = tt.want
			}
			require.Equal(t, "live "+tt.live, seen(&live.Connections[0]))
			b.finish(t)
			last, err := b.Explain(t.Context())
			require.NoError(t, err)
			require.Len(t, last.Connections, 1)
			c := &last.Connections[0]
			require.Equal(t, "ended "+tt.want, seen(c))
			require.Equal(t, localEnd, c.Local)
			require.Equal(t, remoteEnd, c.Remote)
			require.Equal(t, uint64(1), last.Opened)
			if c.Spans > 0 {
				require.Equal(t, uint64(1), last.WithSpans)
				require.Empty(t, last.Without)
			} else {
				require.Equal(t, map[string]uint64{string(c.Reason): 1}, account(last))
			}
		})
	}
}

func TestExplainsWho(t *testing.T) {
	b := newBench(t, Config{Explain: true})
	c := b.conn(1, event.RoleServer)
	c.own(7)
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 100000), 8000)
	s := b.ask(t)
	require.Len(t, s.Connections, 1)
	got := s.Connections[0]
	require.Equal(t, "app", got.Service)
	require.Equal(t, uint32(7), got.PID)
	require.Equal(t, uint64(len(get)), got.Received.Bytes)
	require.Equal(t, uint64(100043), got.Sent.Bytes, "what was not copied counts")
	require.Equal(t, "no_caller", got.Parent)
	require.False(t, got.ParentFound)
	require.False(t, got.LastSeen.Before(got.Opened))
	b.finish(t)
}

// A client's span may come after the end of its connection.
func TestExplainsSpansAfterTheEnd(t *testing.T) {
	b := newBench(t, Config{Explain: true})
	c := b.conn(1, event.RoleClient)
	c.tgid = 0
	c.say(event.Egress, get, -1)
	c.say(event.Ingress, hello, -1)
	c.close()
	require.Equal(t, 1, b.explain.endedWithout.Len()+b.explain.endedWith.Len())
	b.pass(time.Second)
	b.pass(time.Second)
	s := b.ask(t)
	require.Equal(t, uint32(1), s.Connections[0].Spans)
	require.Equal(t, uint64(1), s.WithSpans)
	require.Empty(t, s.Without)
	require.Equal(t, 1, b.explain.endedWith.Len())
	b.finish(t)
}

func TestExplainIsBounded(t *testing.T) {
	b := newBench(t, Config{Explain: true, MaxInflight: 1 << 20, MaxBatch: 1 << 20})
	const n = 3000
	for i := range uint64(n) {
		c := b.conn(i, event.RoleServer)
		c.say(event.Ingress, "what is this", -1)
		if i%2 == 0 {
			c = b.conn(n+i, event.RoleServer)
			c.say(event.Ingress, get, -1)
			c.say(event.Egress, hello, -1)
		}
	}
	s := b.ask(t)
	require.Len(t, s.Connections, maxLiveRows)
	require.Equal(t, uint64(n+n/2-maxLiveRows), s.Unlisted)
	require.Equal(t, uint64(n+n/2), s.Opened)
	require.Equal(t, uint64(n/2), s.WithSpans)
	require.Equal(t, map[string]uint64{"pending": n}, account(s))
	b.finish(t)
	s, err := b.Explain(t.Context())
	require.NoError(t, err)
	require.Len(t, s.Connections, 2*maxEndedRows, "those with spans do not push out those without")
	require.Equal(t, uint64(n+n/2-2*maxEndedRows), s.Forgotten)
	require.Zero(t, s.Unlisted)
	require.Equal(t, map[string]uint64{"unknown_protocol": n}, account(s))
	require.Zero(t, b.explain.live.Len())
}

func TestExplainNotNow(t *testing.T) {
	b := newBench(t, Config{})
	_, err := b.Explain(t.Context())
	require.ErrorIs(t, err, explain.ErrOff)
	b.finish(t)

	b = newBench(t, Config{Explain: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * maxAsks { // more than may wait: those too give up in time
		_, err = b.Explain(ctx)
		require.True(t, errors.Is(err, context.Canceled), err)
	}
	b.pass(time.Second) // answers nobody, and is not held up
	require.Empty(t, b.explain.asks)
	b.finish(t)
}

func TestLookAt(t *testing.T) {
	for text, want := range map[string]string{
		"\x16\x03\x01\x02": "tls", "\x16\x03": "", "\x16\x03\x09": "", "\x17\x03\x03": "",
	} {
		require.Equal(t, want, lookAt([]byte(text)).String(), "%q", text)
	}
}

// BenchmarkSnapshot is what one look at the page costs the pipeline.
func BenchmarkSnapshot(b *testing.B) {
	bench := newBench(b, Config{Explain: true})
	for i := range uint64(2 * maxLiveRows) {
		c := bench.conn(i, event.RoleServer)
		c.own(uint32(i))
		c.say(event.Ingress, "what is this", -1)
	}
	b.ReportAllocs()
	for b.Loop() {
		bench.explain.snapshot()
	}
}
