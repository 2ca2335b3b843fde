//go:build amd64 || arm64

package replay

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

// liveStream feeds a Live one packet after the other and keeps what comes of it.
type liveStream struct {
	t    *testing.T
	live *Live
	now  int64
	recs []record
}

func newStream(t *testing.T, o LiveOptions) *liveStream {
	return &liveStream{t: t, live: NewLive(o), now: 1e9}
}

// segs feeds segments, captured to their end, a millisecond apart.
func (s *liveStream) segs(segs ...seg) *liveStream {
	s.t.Helper()
	for _, g := range segs {
		s.now += int64(g.after)
		s.packet(Packet{Data: wire(s.t, g.layers(false)...)})
	}
	return s
}

func (s *liveStream) packet(p Packet) *liveStream {
	s.t.Helper()
	s.now += 1e6
	p.Time, p.Link, p.Wire = s.now, IP, max(p.Wire, len(p.Data))
	s.live.Feed(&p)
	return s.read()
}

func (s *liveStream) read() *liveStream {
	var raw []byte
	for s.live.Next(&raw) {
		s.recs = append(s.recs, parse(s.t, raw))
	}
	return s
}

// take gives the records since it was last called.
func (s *liveStream) take() []brief {
	out := briefs(s.recs)
	s.recs = nil
	return out
}

func (s *liveStream) progress(cookie uint64) *tap.ProgressRecord {
	var p tap.ProgressRecord
	if !s.live.Progress(cookie, &p) {
		return nil
	}
	return &p
}

// TestLiveEqualsReader: with a window that nothing exceeds, a live stream gives
// the very records of the file that holds the same packets.
func TestLiveEqualsReader(t *testing.T) {
	for _, path := range corpus(t) {
		r, err := Open(path, Options{})
		require.NoError(t, err)
		live := NewLive(LiveOptions{Window: 1 << 30})
		var want, got []byte
		n := 0
		next := func() bool {
			for !live.Next(&got) {
				if r.source.next(&r.frame) != nil {
					return false
				}
				r.decode() // notices link types
				if !decodes(r.frame.link) || r.frame.bad || r.frame.link != 1 && r.frame.link != 101 {
					return false
				}
				link := Ethernet
				if r.frame.link == 101 {
					link = IP
				}
				live.Feed(&Packet{Time: r.frame.time, Data: r.frame.data, Wire: r.frame.wire, Link: link})
			}
			return true
		}
		o, err := Open(path, Options{})
		require.NoError(t, err)
		for next() {
			require.NoError(t, o.Read(&want))
			require.Equal(t, want, got, "%s, record %d", path, n)
			n++
		}
		require.NoError(t, r.Close())
		require.NoError(t, o.Close())
	}
}

// TestLiveWindow: the start of a message is given, the rest counted; the end of
// what is cut is known.
func TestLiveWindow(t *testing.T) {
	body := strings.Repeat("0123456789", 10)
	s := newStream(t, LiveOptions{Window: 8})
	s.segs(shake(
		seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"},
		seg{flags: "A", seq: 5000, ack: 1003, data: "200"},
		seg{flags: "A", seq: 5003, ack: 1003, data: body},
	)...)
	require.Equal(t, []brief{
		{event.Data, in, start, 0, 3, "GET"},
		{event.Data, out, start, 0, 3, "200"},
		{event.Data, out, 0, 3, 92, "01234"},
		{event.Data, out, 0, 95, 8, "23456789"},
	}, s.take())
	p := s.progress(1)
	require.EqualValues(t, 103, p.Pos)
	require.Equal(t, "23456789", string(p.Tail[:]))

	s.segs(seg{flags: "A", seq: 5103, ack: 1003, data: body}, seg{flags: "A", seq: 5203, ack: 1003, data: "\r\n"})
	require.Empty(t, s.take())
	p = s.progress(1)
	require.EqualValues(t, 205, p.Pos)
	require.EqualValues(t, event.Egress, p.Dir)
	require.EqualValues(t, 5205, p.Seq)
	require.EqualValues(t, s.now, p.Time)
	require.EqualValues(t, 8, p.TailLen)
	require.Equal(t, "456789\r\n", string(p.Tail[:]))

	s.segs(seg{flags: "A", seq: 5305, ack: 1003, data: "x"})
	require.Empty(t, s.take())
	p = s.progress(1)
	require.EqualValues(t, 306, p.Pos)
	require.Equal(t, "x", string(p.Tail[8-p.TailLen:]), "what lies before was not seen")

	s.segs(seg{flags: "A", seq: 5306, ack: 1003, data: "HTTP/1.1 200 and a body of some length"})
	require.Equal(t, []brief{{event.Data, out, event.Cut, 306, 38, "HTTP/1.1 200 and a body of some length"}}, s.take(), "a pipelined answer")

	s.segs(seg{up: true, flags: "A", seq: 1003, ack: 5344, data: "GET"})
	require.Equal(t, []brief{{event.Data, in, start, 3, 3, "GET"}}, s.take())
	require.Nil(t, s.progress(1), "the message is over")
	require.Nil(t, s.progress(2))

	s.segs(seg{flags: "A", seq: 5344, ack: 1006, data: body})
	s.take()
	s.live.TakeAll(1)
	s.segs(seg{flags: "A", seq: 5444, ack: 1006, data: body})
	require.Equal(t, []brief{{event.Data, out, event.Cut, 444, 100, body}}, s.take())
}

// TestLiveOnward: a retransmission that fills a hole and goes on beyond it moves the end.
func TestLiveOnward(t *testing.T) {
	body := strings.Repeat("0123456789", 10)
	s := newStream(t, LiveOptions{Window: 8})
	s.segs(shake(
		seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"},
		seg{flags: "A", seq: 5000, ack: 1003, data: body},
		seg{flags: "A", seq: 5200, ack: 1003, data: "behind a hole"},
	)...)
	s.take()
	s.segs(seg{flags: "A", seq: 5100, ack: 1003, data: body + body})
	p := s.progress(1)
	require.EqualValues(t, 300, p.Pos)
	require.Equal(t, "23456789", string(p.Tail[8-p.TailLen:]))
	s.segs(seg{flags: "A", seq: 5300, ack: 1003, data: "\r\n"})
	p = s.progress(1)
	require.EqualValues(t, 302, p.Pos)
	require.Equal(t, "456789\r\n", string(p.Tail[8-p.TailLen:]))
	s.take()
	s.segs(seg{flags: "A", seq: 5302, ack: 1003, data: "HTTP/1.1 200 OK\r\n\r\n"})
	require.Equal(t, event.Cut, s.take()[0].flags, "what was left out of it")
}

// TestLiveSnap: of a packet that was cut, the bytes that were not captured are counted.
func TestLiveSnap(t *testing.T) {
	packet := wire(t, seg{up: true, flags: "A", seq: 1, data: "GET / and more of it"}.layers(false)...)
	s := newStream(t, LiveOptions{})
	s.packet(Packet{Data: packet[:43], Wire: len(packet)})
	require.Equal(t, []brief{{event.Data, in, start, 0, 20, "GET"}}, s.take())
	require.Zero(t, s.progress(1).TailLen)
	next := wire(t, seg{up: true, flags: "A", seq: 21, data: "and the end of it\n"}.layers(false)...)
	s.packet(Packet{Data: next[:43], Wire: len(next), Tail: next[len(next)-8:]})
	require.Equal(t, []brief{{event.Data, in, event.Cut, 20, 10, "and"}, {event.Data, in, 0, 30, 8, "d of it\n"}}, s.take())
	third := wire(t, seg{up: true, flags: "A", seq: 39, data: "?"}.layers(false)...)
	s.packet(Packet{Data: third[:40], Wire: len(third), Tail: third[len(third)-8:]})
	require.Empty(t, s.take())
	require.Equal(t, " of it\n?", string(s.progress(1).Tail[:]))

	padded := append(wire(t, seg{up: true, flags: "A", seq: 40, data: "0123456789abcdef"}.layers(false)...), "trailer."...)
	s.packet(Packet{Data: padded[:43], Wire: len(padded), Tail: []byte("trailer.")})
	require.Equal(t, []brief{{event.Data, in, event.Cut, 39 + 0, 16, "012"}}, s.take(), "a trailer is not the tail")
}

// TestLiveIgnore: nothing is said of an ignored connection, and the next on its
// addresses is a new one.
func TestLiveIgnore(t *testing.T) {
	s := newStream(t, LiveOptions{})
	s.segs(shake(seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"})...)
	s.take()
	tuple, known := s.live.Ignore(1)
	require.True(t, known)
	require.Equal(t, Tuple{
		Addr: [2][16]byte{{10, 0, 0, 1}, {10, 0, 0, 2}}, Port: [2]uint16{clientPort, serverPort},
		Transport: event.TCP, Family: 4,
	}, tuple)
	_, known = s.live.Ignore(9)
	require.False(t, known)
	s.segs(seg{flags: "A", seq: 5000, ack: 1003, data: "200"}, seg{flags: "FA", seq: 5003, ack: 1003}, seg{up: true, flags: "R", seq: 1003})
	require.Empty(t, s.take())
	require.EqualValues(t, 3, s.live.Stats().Skipped[Ignored])
	s.segs(seg{up: true, flags: "S", seq: 77}, seg{up: true, flags: "A", seq: 78, data: "GET"})
	require.Equal(t, []brief{{event.Data, in, start, 0, 3, "GET"}}, s.take())

	u := newStream(t, LiveOptions{})
	u.packet(Packet{Data: wire(t, dgram(true, "a")...)})
	u.live.Ignore(1)
	u.packet(Packet{Data: wire(t, dgram(true, "b")...)})
	require.Len(t, u.take(), 1)
}

// TestLiveExpire: silence is forgotten, without an end that nobody saw.
func TestLiveExpire(t *testing.T) {
	s := newStream(t, LiveOptions{})
	s.segs(shake(seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"})...)
	s.packet(Packet{Data: wire(t, dgram(true, "a")...)})
	s.take()
	s.live.Expire(s.now + int64(59*time.Second))
	require.Zero(t, s.live.Stats().Idle)
	s.live.Expire(s.now + int64(61*time.Second))
	require.EqualValues(t, 1, s.live.Stats().Idle, "UDP")
	s.live.Expire(s.now + int64(601*time.Second))
	require.EqualValues(t, 2, s.live.Stats().Idle)
	require.Empty(t, s.read().take())
	require.Empty(t, s.live.tracker.table.byKey)
	require.Empty(t, s.live.tracker.table.byCookie)

	s.segs(shake(seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"},
		seg{up: true, flags: "R", seq: 1003})...)
	s.live.Expire(s.now + int64(61*time.Second))
	require.EqualValues(t, 3, s.live.Stats().Idle, "what is over goes early")
}

// TestLiveDuplicates: one packet seen at several places is one.
func TestLiveDuplicates(t *testing.T) {
	s := newStream(t, LiveOptions{})
	both := func(g seg) {
		data := wire(t, g.layers(false)...)
		s.packet(Packet{Data: data, Via: 1})
		s.packet(Packet{Data: data, Via: 2})
	}
	for _, g := range shake(
		seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"}, seg{flags: "A", seq: 5000, ack: 1003, data: "200"},
		seg{up: true, flags: "FA", seq: 1003, ack: 5003}, seg{flags: "FA", seq: 5003, ack: 1004},
	) {
		both(g)
	}
	require.Equal(t, []brief{
		{event.Data, in, start, 0, 3, "GET"}, {event.Data, out, start, 0, 3, "200"},
		{event.End, in, 0, 3, 0, ""}, {event.End, out, 0, 3, 0, ""}, {event.Close, in, 0, 3, 0, ""},
	}, s.take())
	st := s.live.Stats()
	require.EqualValues(t, 2, st.Skipped[Duplicate])
	require.Zero(t, st.Skipped[Retransmit])

	ask, answer := wire(t, dgram(true, "q")...), wire(t, dgram(false, "a")...)
	for range 2 { // asked again at once, with the very same bytes
		s.packet(Packet{Data: ask, Via: 1}).packet(Packet{Data: ask, Via: 2})
	}
	s.packet(Packet{Data: answer, Via: 2}).packet(Packet{Data: answer, Via: 1})
	require.Len(t, s.take(), 3)
	s.now += owned // the first place is gone
	s.packet(Packet{Data: ask, Via: 2}).packet(Packet{Data: ask, Via: 1})
	require.Len(t, s.take(), 1)
}

// TestLiveBounded: the number of connections is capped.
func TestLiveBounded(t *testing.T) {
	l := NewLive(LiveOptions{Options: Options{MaxConnections: 10}})
	data := wire(t, seg{up: true, flags: "A", seq: 1, data: "GET"}.layers(false)...)
	for i := range 1000 {
		data[20], data[21] = byte(i>>8), byte(i)
		l.Feed(&Packet{Time: int64(i), Data: data, Wire: len(data), Link: IP})
	}
	require.Len(t, l.tracker.table.byKey, 10)
	require.Len(t, l.tracker.table.byCookie, 10)
	require.EqualValues(t, 990, l.Stats().Evicted)
}

// BenchmarkLive: short requests and longer answers.
func BenchmarkLive(b *testing.B) {
	request := wire(b, seg{up: true, flags: "A", seq: 1, data: strings.Repeat("x", 100)}.layers(false)...)
	answer := wire(b, seg{flags: "A", seq: 1, data: strings.Repeat("x", 1400)}.layers(false)...)
	l := NewLive(LiveOptions{})
	var raw []byte
	b.ReportAllocs()
	up, down, now := uint32(1), uint32(1), int64(0)
	for b.Loop() {
		now += 1000
		put(request[24:], up)
		put(answer[24:], down)
		up, down = up+100, down+1400
		for _, data := range [...][]byte{request, answer} {
			l.Feed(&Packet{Time: now, Data: data, Wire: len(data), Link: IP})
			for l.Next(&raw) {
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/packet")
}

func put(b []byte, v uint32) { b[0], b[1], b[2], b[3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v) }
