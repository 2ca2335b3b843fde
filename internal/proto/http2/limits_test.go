package http2

import (
	"encoding/binary"
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
	truncated    int
	faults       map[proto.Fault]int
	lost         map[proto.Lost]int
}

func newCounter() *counter {
	return &counter{faults: map[proto.Fault]int{}, lost: map[proto.Lost]int{}}
}

func (c *counter) Open(*proto.Exchange)                 { c.opened++ }
func (*counter) Streams(*proto.Exchange)                {}
func (c *counter) Lost(_ proto.Account, why proto.Lost) { c.lost[why]++ }
func (c *counter) Done(x *proto.Exchange) {
	c.done++
	c.faults[x.Fault]++
	if x.Request.Truncated || x.Response.Truncated {
		c.truncated++
	}
	x.Semantics.Release()
}

// wire feeds a parser with what two speakers say, each time in a packet and a message of its own.
type wire struct {
	t        testing.TB
	p        *parser
	speakers [2]*speaker
	at       int64
}

func newWire(t testing.TB, c Config, sink proto.Sink) *wire {
	return &wire{t: t, p: newParser(New(c), sink), speakers: [2]*speaker{newSpeaker(), newSpeaker()}}
}

func (w *wire) say(dir proto.Dir, format string, args ...any) {
	w.t.Helper()
	b, err := w.speakers[dir].say(fmt.Sprintf(format, args...))
	require.NoError(w.t, err)
	w.bytes(dir, b)
}

func (w *wire) bytes(dir proto.Dir, b []byte) {
	w.at++
	w.p.Feed(dir, &proto.Segment{At: w.at, Bytes: b, Origin: proto.Origin{Ordinal: uint32(w.at)}})
}

func (w *wire) begin() {
	w.say(proto.ToServer, "preface\nsettings")
	w.say(proto.ToClient, "settings")
}

const get = ":method=GET :scheme=http :path=/x :authority=a.test"

func TestStreamsAreCapped(t *testing.T) {
	c := newCounter()
	w := newWire(t, Config{MaxOpen: 100}, c)
	w.begin()
	for i := range 150 {
		w.say(proto.ToServer, "headers %d end %s", 2*i+1, get)
	}
	require.Equal(t, 100, c.opened)
	require.Equal(t, 50, c.lost[proto.LostCap])
	for i := range 150 {
		w.say(proto.ToClient, "headers %d end :status=200", 2*i+1)
	}
	require.Equal(t, 100, c.done)
	require.Equal(t, 50, c.lost[proto.LostOpaque])
	w.say(proto.ToServer, "headers 301 end %s", get)
	require.Equal(t, 101, c.opened, "there is room again")
	require.Equal(t, map[proto.Fault]int{proto.NoFault: 100}, c.faults)
}

func TestTextIsCapped(t *testing.T) {
	c := newCounter()
	w := newWire(t, Config{MaxHeld: 10_000}, c)
	w.begin()
	for i := range 20 {
		w.say(proto.ToServer, "headers %d end :method=GET :scheme=http :authority=a.test :path=/x*1500", 2*i+1)
	}
	require.Equal(t, 4, c.opened)
	require.Equal(t, 16, c.lost[proto.LostCap])
}

// TestLongHeads: what is longer than the limit is cut, and the table goes on.
func TestLongHeads(t *testing.T) {
	for name, fields := range map[string]string{
		"many fields":             strings.Repeat("x-filler=abcdefghijklmnop ", 1) + strings.Repeat("!x-more=0123456789012345678901234567890 ", 100),
		"one long field":          "x-filler=1 !x-more=y*9000",
		"one that empties tables": "x-filler=1 x-more=y*9000",
		"many small references":   "x-filler=1 " + strings.Repeat("x-filler=1 ", 200),
	} {
		for _, split := range []string{"", "split 100 ", "split 16000 "} {
			t.Run(name+" "+split, func(t *testing.T) {
				c := newCounter()
				w := newWire(t, Config{MaxHead: 3000}, c)
				var last *exchange
				w.p.sink = hook{c, func(x *exchange) {
					last = &exchange{requestWords: x.requestWords, unknown: x.unknown}
					last.Host = x.Host
				}}
				w.begin()
				w.say(proto.ToServer, "headers 1 end %s%s x-new=1 %s", split, get, fields)
				require.Equal(t, 1, c.opened)
				w.say(proto.ToServer, "headers 3 end %s x-new=1", get)
				w.say(proto.ToClient, "headers 1 end :status=200")
				require.Equal(t, 1, c.truncated)
				require.Equal(t, "/x", last.path)
				w.say(proto.ToClient, "headers 3 end :status=200")
				require.Equal(t, 1, c.truncated)
				if known := last.path == "/x" && last.Host == "a.test" && !last.unknown; !known {
					require.True(t, strings.HasPrefix(name, "one"), "only what cannot be held loses the table")
					require.Empty(t, last.path)
					require.Empty(t, last.Host)
					require.True(t, last.unknown)
				}
				require.Zero(t, w.p.owner.buffered)
			})
		}
	}
}

// hook sees exchanges before they are released.
type hook struct {
	*counter
	done func(*exchange)
}

func (h hook) Done(x *proto.Exchange) {
	h.done(x.Semantics.(*exchange))
	h.counter.Done(x)
}

// TestEndlessBlock is a flood of CONTINUATION.
func TestEndlessBlock(t *testing.T) {
	c := newCounter()
	w := newWire(t, Config{}, c)
	w.begin()
	head := []byte("\x00\x40\x00\x01\x00\x00\x00\x00\x01")
	block := make([]byte, 1<<14)
	for i := range block {
		block[i] = 0x82
	}
	for i := range 1000 {
		w.bytes(proto.ToServer, append(head, block...))
		if i == 0 {
			head = []byte("\x00\x40\x00\x09\x00\x00\x00\x00\x01")
		}
		require.LessOrEqual(t, w.p.owner.buffered, DefaultMaxHead)
		require.LessOrEqual(t, cap(w.p.halves[proto.ToServer].block.buf), 2*DefaultMaxHead)
	}
	require.Zero(t, c.opened)
	w.p.Close(proto.ToClient, w.at, proto.FIN)
	require.Equal(t, 1, c.done)
	require.Equal(t, 1, c.truncated)
	require.Zero(t, w.p.owner.buffered)
}

func TestBuffersAreBounded(t *testing.T) {
	o := New(Config{MaxBuffered: 10_000})
	c := newCounter()
	var wires []*wire
	for range 100 {
		w := &wire{t: t, p: newParser(o, c), speakers: [2]*speaker{newSpeaker(), newSpeaker()}}
		wires = append(wires, w)
		w.begin()
		b, err := w.speakers[0].say("headers 1 end split 400 " + get + " !x-filler=" + strings.Repeat("x", 1000))
		require.NoError(t, err)
		w.bytes(proto.ToServer, b[:409])
		require.LessOrEqual(t, o.buffered, 10_000)
		w.bytes(proto.ToServer, b[409:len(b)-10])
		w.bytes(proto.ToServer, b[len(b)-10:])
	}
	require.Zero(t, o.buffered)
	require.Equal(t, 100, c.opened)
	for _, w := range wires {
		w.p.Close(proto.ToServer, 0, proto.Gone)
		w.p.Close(proto.ToClient, 0, proto.Gone)
	}
	require.Equal(t, 100, c.done)
}

// TestHeadsThatDoNotEnd of many connections at once cannot hold more than the limit.
func TestHeadsThatDoNotEnd(t *testing.T) {
	o := New(Config{MaxBuffered: 10_000})
	c := newCounter()
	for range 100 {
		w := &wire{t: t, p: newParser(o, c), speakers: [2]*speaker{newSpeaker(), newSpeaker()}}
		w.begin()
		b, err := w.speakers[0].say("headers 1 end split 400 " + get + " !x-filler=" + strings.Repeat("x", 1000))
		require.NoError(t, err)
		w.bytes(proto.ToServer, b[:409])
		require.LessOrEqual(t, o.buffered, 10_000)
		defer w.p.Close(proto.ToClient, 0, proto.Gone)
	}
}

// TestGarbageGivesUp: three errors of syntax, and the connection is left alone.
func TestGarbageGivesUp(t *testing.T) {
	c := newCounter()
	w := newWire(t, Config{}, c)
	w.begin()
	w.say(proto.ToServer, "headers 1 end %s", get)
	for range 2 {
		w.bytes(proto.ToServer, []byte("\x00\x00\x05\x04\x00\x00\x00\x00\x00hello")) // settings of five bytes
		require.Equal(t, proto.Frames, w.p.Wants(proto.ToServer))
		w.say(proto.ToServer, "ping")
		w.say(proto.ToServer, "ping")
	}
	w.bytes(proto.ToServer, []byte("\x00\x00\x05\x04\x00\x00\x00\x00\x00hello"))
	require.Equal(t, proto.Nothing, w.p.Wants(proto.ToServer))
	require.Equal(t, proto.Nothing, w.p.Wants(proto.ToClient))
	require.Equal(t, map[proto.Fault]int{proto.NotObserved: 1}, c.faults)
	require.Equal(t, 3, c.lost[proto.LostSyntax])
	w.bytes(proto.ToClient, []byte("anything"))
	w.p.Gap(proto.ToClient, 1, 1)
	w.p.Close(proto.ToClient, 1, proto.FIN)
}

// TestUndecodableBlock loses the table, and not the connection.
func TestUndecodableBlock(t *testing.T) {
	c := newCounter()
	w := newWire(t, Config{}, c)
	w.begin()
	w.say(proto.ToServer, "headers 1 end %s", get)
	w.bytes(proto.ToServer, []byte("\x00\x00\x03\x01\x05\x00\x00\x00\x03\x82\x80\x86"))
	w.say(proto.ToServer, "headers 5 end %s", get)
	w.say(proto.ToClient, "headers 1 end :status=200\nheaders 3 end :status=200\nheaders 5 end :status=200")
	require.Equal(t, 3, c.done)
	require.Equal(t, 1, c.truncated)
	require.Zero(t, c.lost[proto.LostSyntax])
}

// TestLongFrames: as long as the other side allows.
func TestLongFrames(t *testing.T) {
	for name, tc := range map[string]struct {
		settings string
		ok       bool
	}{
		"by default": {"settings", false}, "allowed": {"settings 5=32768", true}, "not as much": {"settings 5=20000", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter()
			w := newWire(t, Config{}, c)
			w.say(proto.ToServer, "preface\nsettings\nheaders 1 :method=POST :scheme=http :path=/x")
			w.say(proto.ToClient, "%s", tc.settings)
			w.say(proto.ToServer, `data 1 end "x" * 30000`)
			require.Equal(t, tc.ok, c.lost[proto.LostSyntax] == 0)
		})
	}
}

// TestDoubtfulStreamsAreLetGo once many others have begun.
func TestDoubtfulStreamsAreLetGo(t *testing.T) {
	c := newCounter()
	w := newWire(t, Config{}, c)
	w.begin()
	for i := range 10 {
		w.say(proto.ToServer, "headers %d end %s", 2*i+1, get)
	}
	w.p.Gap(proto.ToClient, w.at, 100)
	w.say(proto.ToClient, "headers 3 :status=200")
	for i := range 400 {
		id := 101 + 2*i
		w.say(proto.ToServer, "headers %d end %s", id, get)
		w.say(proto.ToClient, "headers %d end :status=200", id)
	}
	require.Equal(t, map[proto.Fault]int{proto.NotObserved: 9, proto.NoFault: 400}, c.faults, "one is known to go on")
	require.Zero(t, w.p.open.doubtful)
	w.say(proto.ToClient, `data 3 end "x"`)
	require.Equal(t, 401, c.faults[proto.NoFault])
}

// TestAccountsAreCapped: a body that goes on for as many messages as it likes holds some of them.
func TestAccountsAreCapped(t *testing.T) {
	const n = 3 * maxAccounts
	l := &log{t: t, accounts: map[string]*account{}}
	p := newParser(New(Config{}), l)
	s := newSpeaker()
	var got *exchange
	l.each = func(x *exchange) { got = &exchange{Exchange: x.Exchange} }
	for i := range n {
		script := `data 1 "x"`
		switch i {
		case 0:
			script = "preface\nsettings\nheaders 1 :method=POST :scheme=http :path=/x"
		case n - 1:
			script = `data 1 end "x"`
		}
		b, err := s.say(script)
		require.NoError(t, err)
		p.Feed(proto.ToServer, &proto.Segment{At: int64(i), Bytes: b, Origin: proto.Origin{Ordinal: uint32(i)}, Message: l.account(proto.ToServer, uint32(i))})
	}
	p.Close(proto.ToServer, n, proto.FIN)
	p.Close(proto.ToClient, n, proto.FIN)
	l.settle(p)
	require.EqualValues(t, n-1, got.Request.Body)
	require.EqualValues(t, n-1, got.Request.Last)
	require.True(t, got.Request.Whole)
	claimed := 0
	for _, a := range l.accounts {
		if a.used {
			claimed++
		}
	}
	require.Equal(t, maxAccounts, claimed)
}

func TestExchangesAreReused(t *testing.T) {
	c := newCounter()
	list := packets(t, 300, false)
	o := New(Config{})
	p := newParser(o, c)
	next := 0
	feed := func() {
		for range 2 {
			p.Feed(proto.Dir(next%2), list[next])
			next++
		}
	}
	for range 10 {
		feed()
	}
	assert.Zero(t, testing.AllocsPerRun(200, feed), "nothing but what the span keeps, and that is hot")
	assert.Equal(t, 1, o.free.Len())
}

// TestIdleConnectionIsSmall: what is held between exchanges.
func TestIdleConnectionIsSmall(t *testing.T) {
	c := newCounter()
	list := packets(t, 3000, true)
	p := newParser(New(Config{}), c)
	for i, seg := range list {
		p.Feed(proto.Dir(i%2), seg)
	}
	require.Equal(t, 3000, c.done)
	held := binary.Size([1]byte{})
	for dir := range p.halves {
		held += p.halves[dir].table.Held()
		require.Nil(t, p.halves[dir].block.buf)
	}
	require.Less(t, held, 32<<10)
	require.LessOrEqual(t, cap(p.open.list), 4)
	t.Logf("%d bytes of tables", held)
}
