package dns

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

func feed(dir proto.Dir, at time.Duration, data []byte) step {
	return step{dir: dir, at: int64(at), data: data}
}

func count(lines []string, prefix string) (n int) {
	for _, l := range lines {
		if strings.HasPrefix(l, prefix) {
			n++
		}
	}
	return n
}

func TestOutstandingQueriesAreCapped(t *testing.T) {
	var steps []step
	for i := range uint16(300) {
		steps = append(steps, feed(proto.ToServer, time.Duration(i), query(i, "example.com", typeA)))
	}
	for i := range uint16(300) {
		steps = append(steps, feed(proto.ToClient, time.Second, response(i, "example.com", typeA, 0)))
	}
	lines, book := run(New(Config{}), event.UDP, steps)
	assert.Equal(t, 256, count(lines, "done DNS A"))
	assert.Equal(t, 44, count(lines, "lost cap"))
	assert.Equal(t, 44, count(lines, "lost no request"))
	assert.Zero(t, book.Held())

	lines, _ = run(New(Config{MaxOutstanding: 1}), event.UDP, steps)
	assert.Equal(t, 299, count(lines, "lost cap"))
}

// A flood of queries that nobody answers does not stop the parser for good.
func TestOutstandingQueriesAgeOut(t *testing.T) {
	var steps []step
	for i := range uint16(300) {
		steps = append(steps, feed(proto.ToServer, 0, query(i, "example.com", typeA)))
	}
	steps = append(steps,
		feed(proto.ToServer, 4*time.Second, query(1000, "example.com", typeA)),
		feed(proto.ToServer, 5*time.Second, query(1001, "example.com", typeA)),
		feed(proto.ToClient, 6*time.Second, response(1001, "example.com", typeA, 0)))
	lines, book := run(New(Config{Timeout: 5 * time.Second}), event.UDP, steps)
	assert.Equal(t, 45, count(lines, "lost cap"), "the last at four seconds")
	assert.Equal(t, 257, count(lines, "done DNS A"))
	assert.Contains(t, lines[len(lines)-2], "id=03e9 req[5s-5s 29B m301.0] resp[6s-6s")
	assert.Zero(t, book.Held())
}

// A transfer lives as long as messages come, and not much longer.
func TestTransfersAgeByTheirLastMessage(t *testing.T) {
	zone := func(first ...[]byte) []byte { return framed(response(1, "example", typeAXFR, 0, first...)) }
	host := rr("a.example", typeA, 10, 0, 0, 1)
	steps := []step{
		feed(proto.ToServer, 0, framed(query(1, "example", typeAXFR))),
		feed(proto.ToClient, 20*time.Second, zone(soa("example", 1), host)),
		feed(proto.ToClient, 40*time.Second, zone(host)),
		feed(proto.ToServer, 65*time.Second, framed(query(2, "example", typeA))),
		feed(proto.ToServer, 71*time.Second, framed(query(3, "example", typeA))),
	}
	steps = append(steps, step{what: "close", how: proto.Expired, at: int64(71 * time.Second)})
	lines, book := run(New(Config{}), event.TCP, steps)
	assert.Equal(t, "done DNS AXFR example id=0001 req[0s-0s 27B m0.0] resp[20s-40s 169B m0.0 part] NOERROR messages=2 response_not_observed", lines[2])
	assert.Equal(t, "open example", lines[1], "a query at 65 s does not end it")
	assert.Zero(t, book.Held())
}

// An exchange that ends while its message is under way is not touched again.
func TestExchangeEndsInsideItsMessage(t *testing.T) {
	ask, answer := framed(query(1, "a.example", typeA)), framed(response(1, "a.example", typeA, 0, rr(toQuestion, typeA, 1, 2, 3, 4)))
	t.Run("response under way for too long", func(t *testing.T) {
		lines, book := run(New(Config{}), event.TCP, []step{
			feed(proto.ToServer, 0, ask),
			feed(proto.ToClient, time.Second, answer[:len(answer)-2]),
			feed(proto.ToServer, time.Minute, ask),
			{dir: proto.ToClient, at: int64(61 * time.Second), data: append(answer[len(answer)-2:], answer...), same: true},
		})
		assert.Equal(t, []string{
			"open a.example",
			"done DNS A a.example id=0001 req[0s-0s 29B m0.0] resp[1s-1s 43B m0.0 part] NOERROR response_not_observed",
			"open a.example",
			"done DNS A a.example id=0001 req[1m0s-1m0s 29B m1.0] resp[1m1s-1m1s 45B m0.1] NOERROR <1.2.3.4>",
			"wants all all",
		}, lines)
		assert.Zero(t, book.Held())
	})
	t.Run("answered before it was whole", func(t *testing.T) {
		long := framed(append(query(1, "a.example", typeA), 1, 2, 3, 4))
		lines, book := run(New(Config{}), event.TCP, []step{
			feed(proto.ToServer, 0, long[:len(long)-3]),
			feed(proto.ToClient, 1, answer),
			{dir: proto.ToServer, at: 2, data: append(long[len(long)-3:], ask...), same: true},
			feed(proto.ToClient, 3, answer),
		})
		assert.Equal(t, 2, count(lines, "done DNS A a.example id=0001"))
		assert.Zero(t, book.Held())
	})
}

func TestAnswersAreBounded(t *testing.T) {
	var hosts, texts [][]byte
	for i := range byte(100) {
		hosts = append(hosts, rr(toQuestion, typeA, 10, 0, 0, i))
		long := bytes.Repeat([]byte{'x'}, 600)
		long[0], long[256] = 255, 255
		texts = append(texts, rr(toQuestion, typeTXT, long...))
	}
	ask := query(1, "example.com", typeA)
	x := exchangeOf(event.UDP, ask, response(1, "example.com", typeA, 0, hosts...), proto.Gone)
	assert.Len(t, x.Semantics.(*exchange).answers, 32)
	x = exchangeOf(event.UDP, ask, response(1, "example.com", typeA, 0, texts...), proto.Gone)
	answers := x.Semantics.(*exchange).answers
	assert.Len(t, answers, 16, "4 KiB of text")
	assert.Equal(t, `"`+strings.Repeat("x", 254)+`"`, answers[0])

	sink := &keeper{}
	p := New(Config{MaxAnswers: 3}).NewParser(event.UDP, sink)
	p.Feed(proto.ToServer, &proto.Segment{Bytes: ask})
	p.Feed(proto.ToClient, &proto.Segment{Bytes: response(1, "example.com", typeA, 0, hosts...)})
	assert.Len(t, sink.done[0].Semantics.(*exchange).answers, 3)
}

// 64 KiB in each direction, and nothing of it once the message is through.
func TestBuffersAreGivenBack(t *testing.T) {
	var zone [][]byte
	for range 2000 {
		zone = append(zone, rr(toQuestion, typeA, 10, 0, 0, 1))
	}
	answer := framed(response(1, "example", typeAXFR, 0, zone...))
	p := New(Config{}).NewParser(event.TCP, &keeper{}).(*connection)
	p.Feed(proto.ToServer, &proto.Segment{Bytes: framed(query(1, "example", typeAXFR))})
	for len(answer) > 1 {
		n := min(1000, len(answer)-1)
		p.Feed(proto.ToClient, &proto.Segment{Bytes: answer[:n]})
		answer = answer[n:]
	}
	s := &p.streams[proto.ToClient]
	require.Greater(t, len(s.buf), 30_000)
	p.Feed(proto.ToClient, &proto.Segment{Bytes: answer})
	assert.Zero(t, cap(s.buf))
	p.Gap(proto.ToClient, 0, 0)
	assert.False(t, s.lost, "a gap of nothing is none")
}

func TestNames(t *testing.T) {
	at := func(parts ...string) []byte { // behind a header, as in a message
		return append(make([]byte, headerSize), strings.Join(parts, "")...)
	}
	label := func(n int) string { return string(rune(n)) + strings.Repeat("x", n) }
	chain := func(n int) (parts []string) { // n pointers, each to the one before
		parts = []string{"\x01a\x00"}
		for target := headerSize; len(parts) <= n; {
			parts = append(parts, string([]byte{0xc0 | byte(target>>8), byte(target)}))
			target = headerSize + 3 + 2*(len(parts)-2)
		}
		return parts
	}
	last := func(parts []string) int { return headerSize + len(strings.Join(parts, "")) - 2 }

	tests := map[string]struct {
		msg  []byte
		from int
		want string
		err  error
	}{
		"plain":                 {msg: at("\x03www\x07example\x00"), want: "www.example"},
		"root":                  {msg: at("\x00"), want: "."},
		"pointer":               {msg: at("\x03com\x00", "\x01a\xc0\x0c"), from: headerSize + 5, want: "a.com"},
		"pointer to the root":   {msg: at("\x00", "\xc0\x0c"), from: headerSize + 1, want: "."},
		"as deep as allowed":    {msg: at(chain(maxPointers)...), from: last(chain(maxPointers)), want: "a"},
		"deeper":                {msg: at(chain(maxPointers + 1)...), from: last(chain(maxPointers + 1)), err: errName},
		"pointer to itself":     {msg: at("\xc0\x0c"), err: errName},
		"pointer to its labels": {msg: at("\x01a\xc0\x0c"), err: errName},
		"pointer forwards":      {msg: at("\xc0\x0e", "\x00"), err: errName},
		"pointer to the header": {msg: at("\xc0\x00"), err: errName},
		"pointer, half":         {msg: at("\xc0"), err: wire.ErrShort},
		"reserved label":        {msg: at("\x41a\x00"), err: errName},
		"no end":                {msg: at("\x01a"), err: wire.ErrShort},
		"label runs out":        {msg: at("\x05a"), err: wire.ErrShort},
		"nothing":               {msg: at(), err: wire.ErrShort},
		"255 octets":            {msg: at(label(63), label(63), label(63), label(61), "\x00"), want: strings.Repeat(strings.Repeat("x", 63)+".", 3) + strings.Repeat("x", 61)},
		"256 octets":            {msg: at(label(63), label(63), label(63), label(62), "\x00"), err: errName},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := wire.NewReader(tt.msg)
			r.Seek(max(tt.from, headerSize))
			skip := r
			got, err := readName([]byte("before "), &r)
			require.ErrorIs(t, err, tt.err)
			if tt.err == nil {
				assert.Equal(t, "before "+tt.want, string(got))
				require.NoError(t, skipName(&skip))
				assert.Equal(t, skip.Offset(), r.Offset(), "both pass over the same")
				assert.Zero(t, r.Remaining())
			}
		})
	}
	long := wire.NewReader(at(label(63), label(63), label(63), label(62), "\x00"))
	long.Seek(headerSize)
	require.ErrorIs(t, skipName(&long), errName, "too long to pass over as well")
}

func TestSameName(t *testing.T) {
	assert.True(t, sameName("wWw.Example", []byte("WwW.eXAMPLE")))
	assert.False(t, sameName("www", []byte("www.")))
	assert.False(t, sameName("a[", []byte("a{")), "only letters have a case")
}

func TestInterner(t *testing.T) {
	texts := newInterner()
	name := []byte("example.com")
	texts.text(name)
	texts.text(name)
	assert.Zero(t, testing.AllocsPerRun(100, func() { texts.text(name) }), "known at the third time")
	for i := range 20_000 { // once each: they push nothing out
		b := fmt.Appendf(nil, "host-%d.example.com", i)
		require.Equal(t, string(b), texts.text(b))
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { texts.text(name) }))
	long := bytes.Repeat([]byte{'x'}, internMax+1)
	for range 3 {
		assert.Equal(t, string(long), texts.text(long))
	}
	assert.NotZero(t, testing.AllocsPerRun(100, func() { texts.text(long) }), "long ones are not kept")
}

func TestWants(t *testing.T) {
	p := New(Config{}).NewParser(event.TCP, &keeper{})
	up := func(b []byte) { p.Feed(proto.ToServer, &proto.Segment{Bytes: b}) }
	both := func() [2]proto.Want { return [2]proto.Want{p.Wants(proto.ToServer), p.Wants(proto.ToClient)} }

	up(framed(query(1, "example", typeA)))
	assert.Equal(t, [2]proto.Want{proto.Heads, proto.Heads}, both())
	p.Feed(proto.ToClient, &proto.Segment{Bytes: framed(response(1, "example", typeA, 0, rr(toQuestion, typeA, 1, 2, 3, 4)))[:30]})
	p.Gap(proto.ToClient, 0, 5)
	assert.Equal(t, [2]proto.Want{proto.Heads, proto.Rest}, both(), "the length of the rest is all that counts")
	p.Gap(proto.ToClient, 0, 8)
	assert.Equal(t, [2]proto.Want{proto.Heads, proto.Heads}, both())
	up(framed(query(2, "example", typeA)))
	assert.Equal(t, [2]proto.Want{proto.All, proto.All}, both(), "two queries in one message")
	up(framed([]byte("no"), []byte("no"), []byte("no")))
	assert.Equal(t, [2]proto.Want{proto.Nothing, proto.Nothing}, both())
}

// A response that makes no sense behind its question is shown as far as it does.
func TestRecordsThatMakeNoSense(t *testing.T) {
	host, bad := rr(toQuestion, typeA, 1, 2, 3, 4), []byte{0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	tests := map[string]struct {
		m    message
		want []string
	}{
		"answer":                    {message{answers: [][]byte{host, bad}}, []string{"1.2.3.4"}},
		"authority":                 {message{answers: [][]byte{host}, authority: [][]byte{bad}}, []string{"1.2.3.4"}},
		"additional":                {message{answers: [][]byte{host}, additional: [][]byte{bad}}, []string{"1.2.3.4"}},
		"data of no name":           {message{answers: [][]byte{rr(toQuestion, typeSOA, 0x41), host}}, []string{"1.2.3.4"}},
		"data too short":            {message{answers: [][]byte{rr(toQuestion, typeSRV, 0, 1), host}}, []string{"1.2.3.4"}},
		"data too long":             {message{answers: [][]byte{rr(toQuestion, typeNS, 0, 0), host}}, []string{"1.2.3.4"}},
		"name beyond its data":      {message{answers: [][]byte{rr(toQuestion, typeNS, 1), host}}, []string{"1.2.3.4"}},
		"numbers beyond their data": {message{answers: [][]byte{rr(toQuestion, typeSOA, 0, 0), host}}, []string{"1.2.3.4"}},
		"empty text":                {message{answers: [][]byte{rr(toQuestion, typeTXT), host}}, []string{"1.2.3.4"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.m.id, tt.m.flags, tt.m.questions = 1, flagsAnswered, [][]byte{question("example.com", typeA)}
			x := exchangeOf(event.UDP, query(1, "example.com", typeA), tt.m.bytes(), proto.Gone)
			assert.Equal(t, proto.NoFault, x.Fault)
			assert.Equal(t, tt.want, x.Semantics.(*exchange).answers)
		})
	}
}
