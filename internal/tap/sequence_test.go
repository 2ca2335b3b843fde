//go:build linux && (amd64 || arm64)

package tap_test

import (
	"cmp"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// text is what the puppet's stream says; every test sends parts of it.
const text = "0123456789abcdefghijklmnopqrstuvwxyz"

const (
	start = event.MsgStart
	gap   = event.GapBefore
	late  = event.Late
)

// What comes twice is told once; what is missing is marked, and so is what
// fills the hole.
func TestSequence(t *testing.T) {
	type reach struct{ from, to int64 }
	for name, c := range map[string]struct {
		isn         uint32
		window      int
		sent        []reach
		want        []part // Dir is filled in
		retransmits uint64
	}{
		"in order": {
			sent: []reach{{0, 4}, {4, 6}},
			want: []part{{Flags: start, Pos: 0, Payload: "0123"}, {Pos: 4, Payload: "45"}},
		},
		"sequence numbers wrap": {
			isn:  0xfffffffe,
			sent: []reach{{0, 4}, {4, 6}, {0, 4}, {8, 10}, {6, 8}},
			want: []part{
				{Flags: start, Pos: 0, Payload: "0123"}, {Pos: 4, Payload: "45"},
				{Flags: gap, Pos: 8, Payload: "89"}, {Flags: late, Pos: 6, Payload: "67"},
			},
			retransmits: 1,
		},
		"twice": {
			sent:        []reach{{0, 4}, {0, 4}, {1, 3}},
			want:        []part{{Flags: start, Pos: 0, Payload: "0123"}},
			retransmits: 2,
		},
		"overlap": {
			sent: []reach{{0, 4}, {2, 6}},
			want: []part{{Flags: start, Pos: 0, Payload: "0123"}, {Pos: 4, Payload: "45"}},
		},
		"the start comes late": {
			sent: []reach{{4, 6}, {0, 4}, {6, 8}},
			want: []part{
				{Flags: start | gap, Pos: 4, Payload: "45"}, {Flags: late, Pos: 0, Payload: "0123"}, {Pos: 6, Payload: "67"},
			},
		},
		"the start comes late, and the window is small": {
			window: 2,
			sent:   []reach{{4, 6}, {0, 4}},
			want:   []part{{Flags: start | gap, Pos: 4, Payload: "45"}, {Flags: late, Pos: 0, Payload: "01"}},
		},
		"a hole is filled in parts": {
			sent: []reach{{0, 2}, {8, 10}, {2, 4}, {6, 8}, {4, 6}, {2, 10}},
			want: []part{
				{Flags: start, Pos: 0, Payload: "01"}, {Flags: gap, Pos: 8, Payload: "89"},
				{Flags: late, Pos: 2, Payload: "23"}, {Flags: late, Pos: 6, Payload: "67"}, {Flags: late, Pos: 4, Payload: "45"},
			},
			retransmits: 1,
		},
		"a retransmission is cut to the hole": {
			sent: []reach{{0, 4}, {6, 10}, {2, 8}},
			want: []part{
				{Flags: start, Pos: 0, Payload: "0123"}, {Flags: gap, Pos: 6, Payload: "6789"}, {Flags: late, Pos: 4, Payload: "45"},
			},
		},
		"a retransmission goes on beyond": {
			sent: []reach{{0, 2}, {4, 6}, {0, 9}, {9, 10}},
			want: []part{
				{Flags: start, Pos: 0, Payload: "01"}, {Flags: gap, Pos: 4, Payload: "45"},
				{Flags: late, Pos: 2, Payload: "2345678"}, {Pos: 9, Payload: "9"},
			},
		},
		"a second hole widens the first": {
			sent: []reach{{0, 2}, {4, 6}, {8, 10}, {2, 4}, {6, 8}},
			want: []part{
				{Flags: start, Pos: 0, Payload: "01"}, {Flags: gap, Pos: 4, Payload: "45"}, {Flags: gap, Pos: 8, Payload: "89"},
				{Flags: late, Pos: 2, Payload: "23"}, {Flags: late, Pos: 6, Payload: "67"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := look(t, func(o *tap.Options) { o.Window = cmp.Or(c.window, 64) })
			p := newPuppet(t, net.ListenConfig{}, nil)
			if c.isn != 0 {
				p.isn = c.isn
			}
			w.port = p.port()
			server := p.connect()
			var end int64
			for _, s := range c.sent {
				p.send(segment{ack: true, at: s.from, payload: text[s.from:s.to]})
				end = max(end, s.to)
			}
			readAll(t, server, text[:end])
			retransmits := w.count().Retransmit
			got := parts(at(w.finish(), w.port))
			for i := range got {
				got[i].Len = 0
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.retransmits, retransmits)
		})
	}
}

// The hooks run before TCP checks anything: what is forged, or left of another
// connection, moves nothing.
func TestStray(t *testing.T) {
	for name, first := range map[string]bool{"before the first byte": true, "later": false} {
		t.Run(name, func(t *testing.T) {
			w := look(t)
			p := newPuppet(t, net.ListenConfig{}, nil)
			w.port = p.port()
			server := p.connect()
			want := []part{{event.Ingress, start, 0, 4, "0123"}, {event.Ingress, 0, 4, 2, "45"}}
			stray := segment{ack: true, at: 1 << 29, payload: "forged"}
			if first {
				p.send(stray)
			}
			p.send(segment{ack: true, payload: "0123"})
			p.send(stray)
			p.send(segment{ack: true, at: 4, payload: "45"})
			readAll(t, server, "012345")
			require.NotZero(t, w.count().Malformed)
			require.Equal(t, want, parts(at(w.finish(), w.port)))
		})
	}
}

// FIN that overtakes data is told with the position reached so far; the data is late.
func TestFinOvertakes(t *testing.T) {
	w := look(t)
	p := newPuppet(t, net.ListenConfig{}, nil)
	w.port = p.port()
	server := p.connect()
	p.send(segment{ack: true, payload: "0123"})
	p.send(segment{ack: true, fin: true, at: 6, payload: "67"})
	p.send(segment{ack: true, at: 4, payload: "45"})
	readAll(t, server, "01234567")
	events := at(w.finish(), w.port)
	require.Equal(t, []part{
		{event.Ingress, start, 0, 4, "0123"}, {event.Ingress, gap, 6, 2, "67"}, {event.Ingress, late, 4, 2, "45"},
	}, parts(events))
	ends := kind(events, event.End)
	require.Len(t, ends, 1)
	require.Equal(t, int64(8), ends[0].Pos)
}

// What the server sends again because nobody acknowledged it is told once, also
// when the tap sees only the second time.
func TestRetransmission(t *testing.T) {
	for name, before := range map[string]bool{"seen from the start": false, "sent before the tap was there": true} {
		t.Run(name, func(t *testing.T) {
			home(t)
			p := newPuppet(t, net.ListenConfig{}, nil)
			isAnswer := func(tcp *layers.TCP) bool { return string(tcp.Payload) == "answer" }
			var w *watch
			if !before {
				w = look(t)
			}
			server := p.connect()
			p.send(segment{ack: true, payload: "0123"})
			readAll(t, server, "0123")
			_, err := server.Write([]byte("answer"))
			require.NoError(t, err)
			first := p.receive("the answer", isAnswer)
			want := []part{{event.Ingress, start, 0, 4, "0123"}, {event.Egress, start, 0, 6, "answer"}}
			if before {
				w, want = look(t), nil
			}
			w.port = p.port()
			counted := w.count().Retransmit
			p.send(segment{ack: true, payload: "0123"}) // so does the client
			again := p.receive("the answer again", isAnswer)
			require.Equal(t, first.Seq, again.Seq)
			testkit.Poll(t, 10*time.Second, "both retransmissions in the count", func() bool {
				return w.count().Retransmit-counted >= 2
			})
			require.Equal(t, want, parts(at(w.finish(), w.port)))
		})
	}
}

// Data that comes while the socket is still the listener's is told with the
// listener's cookie, and the connection's own socket goes on behind it.
func TestListener(t *testing.T) {
	deferring := net.ListenConfig{Control: control(unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 5)}
	for name, c := range map[string]struct {
		config net.ListenConfig
		setUp  func()
		greet  func(p *puppet)
	}{
		"the handshake's last packet carries data": {greet: func(p *puppet) {
			p.greet()
			p.send(segment{ack: true, payload: "0123"})
		}},
		"TCP_DEFER_ACCEPT": {config: deferring, greet: func(p *puppet) {
			p.greet()
			p.send(segment{ack: true}) // is not taken for the end of the handshake
			p.send(segment{ack: true, payload: "0123"})
		}},
		"TCP Fast Open": {
			setUp: func() { // without cookies, for every listener: Documentation/networking/ip-sysctl.rst
				_ = os.WriteFile("/proc/sys/net/ipv4/tcp_fastopen", []byte(strconv.Itoa(0x2|0x200|0x400)), 0)
			},
			greet: func(p *puppet) {
				p.send(segment{syn: true, payload: "0123"})
				answer := p.receive("SYN-ACK", func(tcp *layers.TCP) bool { return tcp.SYN && tcp.ACK })
				require.Equal(p.t, p.isn+4, answer.Ack, "the server took the data")
				p.peer = answer.Seq + 1
				p.send(segment{ack: true, at: 4})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := look(t)
			c.config.SetMultipathTCP(false)
			p := newPuppet(t, c.config, c.setUp)
			w.port = p.port()
			c.greet(p)
			server := p.accept()
			readAll(t, server, "0123")
			p.send(segment{ack: true, at: 4, payload: "45"})
			readAll(t, server, "45")
			events := kind(at(w.finish(), w.port), event.Data)
			require.Len(t, events, 2, "%+v", events)
			first, second := events[0], events[1]
			require.Equal(t, event.MsgStart|event.Listener, first.Flags)
			require.Equal(t, "0123", string(first.Payload))
			require.Equal(t, p.isn, first.Seq)
			require.Equal(t, event.RoleServer, first.Role)
			require.Equal(t, p.listenerCookie(), first.Cookie)
			require.Equal(t, "45", string(second.Payload))
			require.Equal(t, p.isn+4, second.Seq)
			require.Equal(t, event.RoleServer, second.Role)
			require.NotEqual(t, first.Cookie, second.Cookie)
			require.Equal(t, first.Local, second.Local)
			require.Equal(t, first.Remote, second.Remote)
		})
	}
}
