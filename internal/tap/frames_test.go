//go:build linux && (amd64 || arm64)

package tap_test

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// lookFrames opens a tap on a kernel that must be able to walk frames.
func lookFrames(t testing.TB, change ...func(*tap.Options)) *watch {
	t.Helper()
	w := look(t, change...)
	require.True(t, w.Report().Frames, "%+v", w.Report().Missing)
	return w
}

// From the preface on, without an order, frames are copied and long DATA is left out, at
// both ends and in both directions; one packet makes as many records as it has ranges.
func TestFrames(t *testing.T) {
	w := lookFrames(t)
	p, port := hello(t)
	w.port = port
	question := h2(headersFrame, 4, 1, "question") + body(endStream, 1, "q", 1024)
	first := h2(headersFrame, 4, 1, "answer") + body(0, 1, "a", 1025)
	second := body(0, 1, "b", 100) + body(0, 1, "c", 5000)
	third := h2(headersFrame, 4|endStream, 1, "trailers")
	p.ask(question)
	p.answer(first + second + third)
	p.ask("GET / no frame")
	events := w.finish()

	pos := int64(len(opening.server))
	data := sent(events, port)
	require.Equal(t, []part{
		{event.Egress, event.MsgStart, 0, uint32(pos), opening.server},
		{event.Egress, event.MsgStart, pos, uint32(len(first)), first[:len(first)-1025+64]},
		{event.Egress, event.Cut, pos + int64(len(first)), uint32(len(second)), second[:len(second)-5000+64]},
		{event.Egress, event.Cut, pos + int64(len(first+second)), uint32(len(third)), third},
	}, parts(data))
	for _, ev := range data[2:] {
		require.Equal(t, [2]int64{data[1].Time, int64(data[1].Ack)}, [2]int64{ev.Time, int64(ev.Ack)}, "one packet")
	}
	pos = int64(len(opening.client))
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, uint32(pos), opening.client},
		{event.Ingress, event.MsgStart, pos, uint32(len(question)), question},
		{event.Ingress, event.MsgStart, pos + int64(len(question)), 14, "GET / no frame"},
	}, parts(heard(events, port)))
	checkCopied(t, opening.server+first+second+third, data)
	require.Len(t, kind(at(events, p.port()), event.Data), 7, "the other end alike")
	require.Equal(t, uint64(2), w.count().LostSync, "what is no frame, at both ends")
}

// A head may be split over packets anywhere, the preface too.
func TestSplitHeads(t *testing.T) {
	t.Run("heads", func(t *testing.T) {
		w := lookFrames(t)
		p, port := hello(t)
		w.port = port
		stream := opening.client
		say := func(text string) {
			p.ask(text)
			stream += text
		}
		for i := 1; i < 9; i++ {
			long, short := body(0, 1, "x", 3000), h2(headersFrame, 4, 3, "y")
			say(long[:i])
			say(long[i:] + short[:i])
			say(short[i:])
			say(long[:i/2])
			say(long[i/2 : i])
			say(long[i : 9+i])
			say(long[9+i:])
		}
		events := w.finish()
		checkCopied(t, stream, heard(events, port))
		checkCopied(t, stream, only(at(events, p.port()), func(ev *event.Event) bool {
			return ev.Kind == event.Data && ev.Dir == event.Egress
		}))
		require.Zero(t, w.count().LostSync)
	})
	for _, i := range []int{8, 9, 20, 23} {
		t.Run(fmt.Sprintf("preface after %d bytes", i), func(t *testing.T) {
			w := lookFrames(t)
			p, port := connect(t)
			w.port = port
			stream := preface + h2(settings, 0, 0, "") + body(0, 1, "x", 3000)
			p.ask(stream[:i])
			p.ask(stream[i:])
			events := heard(w.finish(), port)
			require.Equal(t, []int{i, len(stream) - i - 3000 + 64}, []int{len(events[0].Payload), len(events[1].Payload)})
			checkCopied(t, stream, events)
		})
	}
}

// Large bodies pass in many packets, which make hardly any record; what stands between and
// behind them is not missed, and the end of a stream is told when it passes.
func TestLargeBodies(t *testing.T) {
	const size = 200 << 10
	headers := h2(headersFrame, 4, 3, "between")
	trailers := h2(headersFrame, 4|endStream, 1, "trailers")
	var many strings.Builder
	for range size / 16384 {
		many.WriteString(body(0, 1, "m", 16384))
	}
	for name, c := range map[string]struct {
		stream string
		most   int // records
	}{
		"in one frame":               {body(endStream, 1, "x", size), 2},
		"in one frame and trailers":  {body(0, 1, "x", size) + trailers, 2},
		"in many frames":             {many.String() + trailers, size/16384 + 2},
		"heads between":              {body(0, 1, "x", size/2) + headers + body(endStream, 1, "y", size/2), 4},
		"copied, in frames of 1 KiB": {strings.Repeat(body(0, 1, "x", 1024), 200), 40},
	} {
		t.Run(name, func(t *testing.T) {
			w := lookFrames(t)
			p, port := hello(t)
			w.port = port
			go func() { _, _ = io.WriteString(p.server, c.stream) }() // too much for the buffers: read meanwhile
			_, err := io.ReadFull(p.client, make([]byte, len(c.stream)))
			require.NoError(t, err)
			p.ask(h2(settings, 1, 0, ""))
			events := w.finish()
			data := sent(events, port)
			checkCopied(t, opening.server+c.stream, data)
			require.LessOrEqual(t, len(data), 1+c.most)
			require.Zero(t, w.count().LostSync)
			last := data[len(data)-1]
			require.Equal(t, int64(len(opening.server+c.stream)), last.Pos+int64(last.Len), "the end is told")
			next := heard(events, port)[1]
			require.Equal(t, last.Pos+int64(last.Len), next.OtherPos)
			require.Equal(t, last.Time, next.OtherTime, "when it passed")
		})
	}
}

// The end of a response whose DATA began in an earlier packet is a record of one byte.
func TestEndOfStream(t *testing.T) {
	w := lookFrames(t)
	p, port := hello(t)
	w.port = port
	long := body(endStream, 1, "x", 3000)
	p.answer(long[:100])
	p.answer(long[100:2000])
	p.answer(long[2000:3008])
	p.answer(long[3008:])
	p.answer(h2(settings, 1, 0, ""))
	pos := int64(len(opening.server))
	events := w.finish()
	require.Equal(t, []part{
		{event.Egress, event.MsgStart, 0, uint32(pos), opening.server},
		{event.Egress, 0, pos, 100, long[:73]},
		{event.Egress, event.Cut, pos + 3008, 1, "x"},
		{event.Egress, 0, pos + 3009, 9, h2(settings, 1, 0, "")},
	}, parts(sent(events, port)))
	data := sent(events, port)
	require.Less(t, data[1].Time, data[2].LastTime, "the packets that made no record")
	require.Less(t, data[2].LastTime, data[2].Time)
}

// A direction that flips inside of what is left out makes no record, and no message; the next
// record begins one.
func TestFlipInside(t *testing.T) {
	w := lookFrames(t)
	p, port := hello(t)
	w.port = port
	before := w.count().Messages
	long, update := body(0, 1, "x", 10000), h2(windowUpdate, 0, 0, "more")
	p.ask(long[:1000])
	p.answer(update)
	p.ask(long[1000:5000])
	p.ask(long[5000:6000])
	p.answer(update)
	p.ask(long[6000:] + h2(settings, 1, 0, ""))
	pos, answered := int64(len(opening.client)), int64(len(opening.server))
	events := w.finish()
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, pos, 1000, long[:73]},
		{event.Egress, event.MsgStart, answered, 13, update},
		{event.Egress, event.MsgStart, answered + 13, 13, update},
		{event.Ingress, event.MsgStart | event.Cut, pos + 10009, 9, h2(settings, 1, 0, "")},
	}, parts(at(events, port))[2:])
	require.Equal(t, uint64(2*4), w.count().Messages-before, "at both ends")
	require.Equal(t, w.starts, w.count().Messages)
}

// A connection that was open before is walked on order, from the first packet on that begins with
// a head; until then its packets are copied whole.
func TestFramesOpenBefore(t *testing.T) {
	home(t)
	p, port := hello(t)
	long := body(0, 1, "x", 20000)
	p.answer(long[:5000])
	w := lookFrames(t)
	w.port = port
	p.ask(h2(settings, 1, 0, ""))
	cookie := w.until("the question", func(ev *event.Event) bool {
		return ev.Kind == event.Data && ev.Local.Port() == port
	}).Cookie
	require.NoError(t, w.Order(cookie, tap.Frames))
	tail, end := long[5000:7000], long[7000:]+h2(settings, 1, 0, "")
	found := h2(headersFrame, 4, 3, "found") + body(0, 3, "y", 2000)
	next, walked := body(0, 3, "z", 4000), h2(headersFrame, 4, 5, "walked")
	p.answer(tail)
	p.answer(end) // a head, but not where a packet begins
	p.answer(found + next[:3000])
	p.answer(next[3000:] + walked)
	pos, then := int64(2000+len(end)), int64(2000+len(end)+len(found))
	require.Equal(t, []part{
		{event.Egress, event.MsgStart, 0, 2000, tail},
		{event.Egress, 0, 2000, uint32(len(end)), end},
		{event.Egress, 0, pos, uint32(len(found)), found[:len(found)-2000+64]},
		{event.Egress, event.Cut, then, 3000, next[:73]},
		{event.Egress, event.Cut, then + 4009, uint32(len(walked)), walked},
	}, parts(sent(w.finish(), port)))
	require.Zero(t, w.count().LostSync)
}

// What is no frame where one is due is copied, and so are whole packets until one begins
// with a head; a server that speaks before the client's preface is found the same way.
func TestFramesFound(t *testing.T) {
	w := lookFrames(t)
	p, port := connect(t)
	w.port = port
	p.answer(opening.server)
	p.ask(opening.client)
	long := body(0, 1, "x", 3000)
	p.answer(long)
	p.answer("no frame, " + long)
	p.answer(long[9:])
	p.answer(long)
	pos := int64(len(opening.server))
	events := w.finish()
	require.Equal(t, []part{
		{event.Egress, event.MsgStart, 0, 9, opening.server},
		{event.Egress, event.MsgStart, pos, 3009, long[:73]},
		{event.Egress, event.Cut, pos + 3009, 3019, "no frame, " + long},
		{event.Egress, 0, pos + 3009 + 3019, 3000, long[9:]},
		{event.Egress, 0, pos + 3009 + 3019 + 3000, 3009, long[:73]},
	}, parts(sent(events, port)))
	require.Equal(t, uint64(2), w.count().LostSync, "at both ends")
}

// A verdict of user space takes the place of the kernel's own. What passed meanwhile was not walked:
// the place among the frames is lost, and found again at the next packet.
func TestFramesOrdered(t *testing.T) {
	w := lookFrames(t)
	p, port := hello(t)
	w.port = port
	cookie := w.until("the opening", func(ev *event.Event) bool {
		return ev.Kind == event.Data && ev.Local.Port() == port
	}).Cookie
	long := body(0, 1, "x", 3000)
	for _, v := range []tap.Verdict{tap.Frames, tap.All, tap.Turns, tap.Frames, tap.Totals, tap.Frames} {
		require.NoError(t, w.Order(cookie, v))
		p.ask(h2(settings, 1, 0, ""))
		p.answer(long)
	}
	var got []int
	for _, ev := range sent(w.finish(), port)[1:] {
		got = append(got, len(ev.Payload))
	}
	require.Equal(t, []int{73, 3009, 64, 73, 73}, got)
	require.Equal(t, uint64(2*2), w.count().LostSync, "both directions, twice")
}

// connectTwiceHTTP2 is connectTwice with the preface.
var connectTwiceHTTP2 = strings.Replace(connectTwice, `b"hello"`, `b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])`, 1)

// A socket that connects anew speaks anew.
func TestFramesConnectAgain(t *testing.T) {
	testkit.Need(t, "python3")
	w := lookFrames(t)
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	w.port = port
	p := testkit.Start(t, testkit.Spec{Args: []string{"python3", "-c", connectTwiceHTTP2, strconv.Itoa(int(port))}})
	for range 2 {
		c, err := l.Accept()
		require.NoError(t, err)
		_, err = io.ReadFull(c, make([]byte, len(opening.client)))
		require.NoError(t, err)
		_, err = io.WriteString(c, body(0, 1, "x", 3000)+"!")
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, c)
		require.Error(t, err, "a disconnect resets")
		c.Close()
	}
	require.NoError(t, p.Wait(t, 10*time.Second), p.Output())
	events := only(w.finish(), func(ev *event.Event) bool { return ev.Role == event.RoleClient })
	asked := part{event.Egress, event.MsgStart, 0, uint32(len(opening.client)), opening.client}
	answer := body(0, 1, "x", 3000)
	answered := []part{
		{event.Ingress, event.MsgStart, 0, 3009, answer[:73]},
		{event.Ingress, event.Cut, 3009, 1, "!"},
	}
	require.Equal(t, []part{asked, answered[0], answered[1], asked, answered[0], answered[1]}, parts(events))
}

// Without bpf_loop the tap works all the same: Frames is as All, and nothing is by itself.
func TestWithoutLoop(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Alter(forgetLoop) })
	require.False(t, w.Report().Frames)
	missing := w.Report().Missing
	require.Equal(t, "frames of HTTP/2 by bpf_loop", missing[len(missing)-1].Feature)
	p, port := hello(t)
	w.port = port
	long := body(0, 1, "x", 9000)
	p.ask(long)
	cookie := w.until("the question", func(ev *event.Event) bool { return ev.Kind == event.Data && ev.Local.Port() == port }).Cookie
	require.NoError(t, w.Order(cookie, tap.Frames))
	p.answer(long)
	pos, answered := int64(len(opening.client)), int64(len(opening.server))
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, uint32(pos), opening.client},
		{event.Egress, event.MsgStart, 0, uint32(answered), opening.server},
		{event.Ingress, event.MsgStart, pos, 9009, long[:8192]},
		{event.Egress, event.MsgStart, answered, 9009, long},
	}, parts(at(w.finish(), port)))
}

// forgetLoop makes the object call a function that no kernel has where it calls bpf_loop, which
// kernels before 5.17 do not have.
func forgetLoop(spec *ebpf.CollectionSpec) {
	for _, p := range spec.Programs {
		for i := range p.Instructions {
			if ins := &p.Instructions[i]; ins.IsBuiltinCall() && ins.Constant == int64(asm.FnLoop) {
				ins.Constant = 1 << 20
			}
		}
	}
}
