//go:build linux && (amd64 || arm64)

package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// peers are the services that the two spans of a request name as their other end.
type peers struct{ ofServer, ofClient string }

// finishPeers ends the run of one request through the front of a middle.
func (m *middle) finishPeers(t *testing.T) peers {
	t.Helper()
	server, client := requireParents(t, m.b.finish(t))
	require.Len(t, server, 1)
	require.Len(t, client, 1)
	for _, s := range []*span.Span{&server[0], &client[0]} {
		kv, found := s.Attrs.Get(span.PeerService)
		require.Equal(t, found, kv.Str != "", "not known is not there")
	}
	return peers{text(&server[0], span.PeerService), text(&client[0], span.PeerService)}
}

// Either end names the other's service, whichever is over, or settled, first.
func TestPeerService(t *testing.T) {
	for name, do := range map[string]func(m *middle){
		"the client waits for nothing": func(m *middle) {
			passes(m.front, m.in, get)
			passes(m.in, m.front, hello)
		},
		"the client is over first": func(m *middle) { // its CPU's records came first
			passes(m.front, m.in, get)
			m.front.say(event.Ingress, hello, -1)
			m.in.say(event.Egress, hello, -1)
		},
		"the client's end is never over in time": func(m *middle) {
			passes(m.front, m.in, get)
			m.in.say(event.Egress, hello, -1)
			m.b.pass(time.Second)
			require.Empty(m.b.tb, m.b.waiting)
			m.front.say(event.Ingress, hello, -1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMiddle(t, Config{})
			do(m)
			require.Equal(t, peers{ofServer: "client", ofClient: "middle"}, m.finishPeers(t))
		})
	}
}

// A process that is told of late is named by those who are settled after that.
func TestPeerServiceComesLate(t *testing.T) {
	for name, tt := range map[string]struct {
		client, server bool // told of before the request
		want           peers
	}{
		"the client": {server: true, want: peers{"client", "middle"}},
		"the server": {client: true, want: peers{"client", ""}}, // the client did not wait
		"both":       {want: peers{"client", "middle"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := &middle{b: newBench(t, Config{})}
			m.front, m.in = m.b.pair(1)
			m.front.comm, m.front.tgid, m.in.comm, m.in.tgid = "client", 0, "middle", 0
			if tt.client {
				m.front.own(clientPID)
			}
			if tt.server {
				m.in.own(middlePID)
			}
			passes(m.front, m.in, get)
			passes(m.in, m.front, hello)
			m.in.own(middlePID)
			m.front.own(clientPID)
			m.b.pass(time.Millisecond)
			require.Equal(t, tt.want, m.finishPeers(t))
		})
	}
}

// Who is not known is not named, nor by a name that was made up for want of time.
func TestPeerServiceUnknown(t *testing.T) {
	t.Run("owners never told", func(t *testing.T) {
		m := &middle{b: newBench(t, Config{})}
		m.front, m.in = m.b.pair(1)
		m.front.tgid, m.in.tgid = 0, 0
		passes(m.front, m.in, get)
		passes(m.in, m.front, hello)
		require.Equal(t, peers{}, m.finishPeers(t))
	})
	t.Run("no time to look up", func(t *testing.T) {
		m := &middle{b: newBench(t, Config{Process: process.Options{LookupsPerSecond: 1}})}
		_, other := m.b.join(9, behindPID, middlePID) // the second's one look-up
		other.say(event.Ingress, get[:9], -1)
		m.front, m.in = m.b.join(1, clientPID, middlePID)
		passes(m.front, m.in, get)
		passes(m.in, m.front, hello)
		require.Equal(t, peers{}, m.finishPeers(t))
	})
	t.Run("no time to look the client up", func(t *testing.T) {
		m := &middle{b: newBench(t, Config{Process: process.Options{LookupsPerSecond: 1}})}
		m.front, m.in = m.b.pair(1)
		m.front.comm, m.in.comm = "client", "middle"
		m.in.own(middlePID)
		m.front.own(clientPID)
		passes(m.front, m.in, get)
		passes(m.in, m.front, hello)
		require.Equal(t, peers{ofClient: "middle"}, m.finishPeers(t))
	})
	t.Run("elsewhere", func(t *testing.T) {
		m := newMiddle(t, Config{})
		m.in.say(event.Ingress, get, -1)
		m.in.say(event.Egress, hello, -1)
		m.out.say(event.Egress, get, -1)
		m.out.say(event.Ingress, hello, -1)
		require.Equal(t, peers{}, m.finishPeers(t))
	})
}
