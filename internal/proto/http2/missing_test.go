package http2

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// fact is what is reported of an exchange.
type fact struct {
	method, original, scheme, path, host, agent, origin string
	status                                              int
	context                                             tracecontext.Context
	requestID                                           uint64
	fault                                               proto.Fault
	request, response                                   part
	unknown, blind                                      bool
}

// part is what is reported of a half of an exchange.
type part struct {
	seen, whole, truncated bool
	first, last, body      int64
	seq, ack               uint32
}

func partOf(m *proto.Message) part {
	return part{m.Seen, m.Whole, m.Truncated, m.First, m.Last, m.Body, m.Origin.Seq, m.Origin.Ack}
}

func factOf(x *exchange) fact {
	return fact{
		x.Method, x.Original, x.scheme, x.path, x.Host, x.UserAgent, x.origin, x.Status, x.Context, x.RequestID, x.Fault,
		partOf(&x.Request), partOf(&x.Response), x.unknown, x.blind,
	}
}

// hasher makes equal ids equal in all runs.
var hasher = tracecontext.NewHasher()

// facts plays a conversation and gives what is reported, by stream.
func facts(t testing.TB, c *conversation) map[uint32]fact {
	t.Helper()
	all := make(map[uint32]fact)
	l := &log{t: t, accounts: map[string]*account{}}
	l.each = func(x *exchange) {
		_, twice := all[x.id]
		require.False(t, twice, "stream %d twice", x.id)
		all[x.id] = factOf(x)
	}
	c.feed(t, newParser(New(Config{Contexts: tracecontext.Config{Hasher: hasher}}), l), l, whole)
	return all
}

// check holds that all that is reported of a conversation that was seen in part is true, or is not there.
func check(t testing.TB, truth map[uint32]fact, c *conversation, what string) (known int) {
	t.Helper()
	for id, got := range facts(t, c) {
		want, real := truth[id]
		require.True(t, real, "%s: stream %d is invented", what, id)
		if wrong := lie(&got, &want); wrong != "" {
			require.Fail(t, "a wrong value", "%s: stream %d: %s\ngot  %+v\nwant %+v", what, id, wrong, got, want)
		}
		if got.method != "" && got.status != 0 && got.path == want.path {
			known++
		}
	}
	return known
}

// lie names what is neither true nor absent; empty if nothing is.
func lie(got, want *fact) string {
	text := func(g, w string) bool { return g != "" && g != w }
	size := func(g, w *part) bool { return g.body != -1 && g.body != w.body }
	partial := got.unknown || got.request.truncated || got.response.truncated
	switch {
	case text(got.method, want.method), text(got.original, want.original):
		return "method"
	case text(got.scheme, want.scheme), text(got.path, want.path), text(got.host, want.host):
		return "target"
	case text(got.agent, want.agent), text(got.origin, want.origin):
		return "fields"
	case got.status != 0 && got.status != want.status:
		return "status"
	case got.context.Valid() && got.context != want.context, got.requestID != 0 && got.requestID != want.requestID:
		return "context"
	case got.fault != want.fault && got.fault != proto.NotObserved && !(leftOut(got.fault) && leftOut(want.fault)):
		return "fault"
	case size(&got.request, &want.request):
		return "request's size"
	case size(&got.response, &want.response) && got.response.seen:
		return "response's size"
	case got.request.first != want.request.first, got.request.seq != want.request.seq:
		return "beginning"
	case got.response.whole && got.response.last != want.response.last && !got.response.truncated:
		return "end"
	case (got.method != want.method || got.path != want.path || got.host != want.host || got.context != want.context) && !partial:
		return "not said to be partial"
	case got.status != want.status && !partial && got.fault != proto.NotObserved:
		return "no status, and not said why"
	}
	return ""
}

// leftOut are the faults of streams that the GOAWAYs of a conversation leave out: who has missed one sees the
// other, or the connection's end.
func leftOut(f proto.Fault) bool {
	return f == gone || f == "http2_enhance_your_calm" || f == proto.ConnectionClosed
}

// framewise cuts the conversation into frames, each in a packet and at a time of its own.
func (c *conversation) framewise() (out conversation) {
	var begun [2]bool
	for _, s := range c.steps {
		if s.verb != "feed" {
			out.steps = append(out.steps, s)
			continue
		}
		for b := s.data; len(b) > 0; {
			n := len(preface)
			if begun[s.dir] || !strings.HasPrefix(string(b), preface) {
				f := parseFrame((*[headSize]byte)(b))
				n = min(headSize+f.size(), len(b))
			}
			begun[s.dir] = true
			piece := s
			piece.data, piece.at = b[:n], int64(1+len(out.steps))*100
			out.steps = append(out.steps, piece)
			b = b[n:]
		}
	}
	return out
}

// sound are the conversations in which nothing is missing, cut into frames.
func sound(t testing.TB) map[string]conversation {
	t.Helper()
	out := make(map[string]conversation)
	for _, file := range conversationFiles(t) {
		c := loadConversation(t, file)
		missing := false
		for _, s := range c.steps {
			missing = missing || s.verb == "gap"
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if !missing && name != "middle" {
			out[name] = c.framewise()
		}
	}
	require.Greater(t, len(out), 5)
	return out
}

// without is the conversation seen from its n-th step on. The sequence numbers are those of the whole.
func (c *conversation) without(n int) (late conversation) {
	late.before = [2]uint32{}
	for _, s := range c.steps[:n] {
		late.before[s.dir] += uint32(len(s.data)) + uint32(s.n)
	}
	late.steps = c.steps[n:]
	return late
}

// TestOpenedBefore begins to listen at every frame, and within every frame.
func TestOpenedBefore(t *testing.T) {
	for name, c := range sound(t) {
		t.Run(name, func(t *testing.T) {
			truth := facts(t, &c)
			for n := range c.steps {
				late := c.without(n)
				check(t, truth, &late, fmt.Sprintf("from frame %d on", n))
				for at := 1; at < min(len(c.steps[n].data), 60); at++ {
					cut := c.without(n)
					cut.steps = append([]step(nil), cut.steps...)
					first := &cut.steps[0]
					cut.before[first.dir] += uint32(at)
					first.data = first.data[at:]
					check(t, truth, &cut, fmt.Sprintf("from byte %d of frame %d on", at, n))
				}
			}
		})
	}
}

// TestAnyGap takes every frame out, every run of frames, and every run of bytes of some lengths.
func TestAnyGap(t *testing.T) {
	for name, c := range sound(t) {
		t.Run(name, func(t *testing.T) {
			truth := facts(t, &c)
			for n := range c.steps {
				for m := n + 1; m <= len(c.steps); m++ {
					holed := c.lose(n, m)
					check(t, truth, &holed, fmt.Sprintf("frames %d to %d lost", n, m))
				}
				for from := range c.steps[n].data {
					for _, length := range []int{1, 2, 3, 5, 8, 9, 10, 13, 20, 40, 100} {
						holed := c.hole(n, from, length)
						check(t, truth, &holed, fmt.Sprintf("%d bytes from byte %d of frame %d on lost", length, from, n))
					}
				}
			}
		})
	}
}

// lose makes gaps of the steps from n to m, in both directions.
func (c *conversation) lose(n, m int) (out conversation) {
	out.steps = append(out.steps, c.steps...)
	for i := n; i < m; i++ {
		if s := &out.steps[i]; s.verb == "feed" {
			s.verb, s.n, s.data = "gap", int64(len(s.data)), nil
		}
	}
	return out
}

// hole makes a gap of a run of bytes of one direction, which may be those of several steps.
func (c *conversation) hole(n, from, length int) (out conversation) {
	out.steps = append(out.steps, c.steps[:n]...)
	dir := c.steps[n].dir
	for i, s := range c.steps[n:] {
		if s.verb != "feed" || s.dir != dir || length == 0 || len(s.data) == 0 {
			out.steps = append(out.steps, s)
			continue
		}
		if i > 0 {
			from = 0
		}
		to := min(from+length, len(s.data))
		length -= to - from
		before, gap, after := s, s, s
		before.data, after.data = s.data[:from], s.data[to:]
		gap.verb, gap.n, gap.data = "gap", int64(to-from), nil
		out.steps = append(out.steps, before, gap, after)
	}
	return out
}

// TestMostIsKnown: to come late costs something, and not all.
func TestMostIsKnown(t *testing.T) {
	c := parse(t, busy())
	c = c.framewise()
	truth := facts(t, &c)
	require.Len(t, truth, 60)
	for _, n := range []int{1, 5, 20, 50} {
		late := c.without(n)
		require.Greater(t, check(t, truth, &late, fmt.Sprint(n)), 58-n, "from frame %d on", n)
	}
	holed := c.lose(50, 52)
	require.GreaterOrEqual(t, check(t, truth, &holed, "holed"), 57)
}

// busy is a connection with many requests, of which a part is new each time.
func busy() string {
	var b strings.Builder
	b.WriteString("-- > 1 --\npreface\nsettings\n-- < 2 --\nsettings\n")
	for i := range 60 {
		fmt.Fprintf(&b, "-- > %d --\nheaders %d end :method=GET :scheme=http :path=/item/%d :authority=a.test x-n=%d accept=*/*\n", 10*i+10, 2*i+1, i, i)
		fmt.Fprintf(&b, "-- < %d --\nheaders %d :status=200 server=x etag=%d\ndata %d end \"abc\"\n", 10*i+15, 2*i+1, i, 2*i+1)
	}
	return b.String()
}
