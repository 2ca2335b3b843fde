package http2

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

var here = proto.Endpoints{
	Client: netip.MustParseAddrPort("192.0.2.7:40000"), Server: netip.MustParseAddrPort("192.0.2.1:8080"),
}

// describing is a sink that does what the span stage does.
type describing struct {
	side proto.Side
	d    proto.Description
	done int
}

func (*describing) Open(*proto.Exchange)    {}
func (*describing) Streams(*proto.Exchange) {}

func (*describing) Lost(proto.Account, proto.Lost) {}

func (s *describing) Done(x *proto.Exchange) {
	s.done++
	if s.side <= proto.Client {
		s.d.Reset()
		x.Semantics.Describe(s.side, here, &s.d)
	}
	x.Semantics.Release()
}

const parseOnly proto.Side = 2

// packets are the beginning of a connection, then a request and its response many times over, on
// streams of their own. With unique, no two paths and ids are alike.
func packets(t testing.TB, n int, unique bool) (list []*proto.Segment) {
	t.Helper()
	speakers := [2]*speaker{newSpeaker(), newSpeaker()}
	say := func(dir proto.Dir, script string) {
		b, err := speakers[dir].say(script)
		require.NoError(t, err)
		list = append(list, &proto.Segment{At: int64(len(list)), Bytes: b, Origin: proto.Origin{Ordinal: uint32(len(list))}})
	}
	say(proto.ToServer, "preface\nsettings")
	say(proto.ToClient, "settings")
	for i := range n {
		item := 7
		if unique {
			item = i
		}
		id := 1 + 2*i
		say(proto.ToServer, fmt.Sprintf(`headers %d end :method=GET :scheme=http :path=/api/items?page=%d :authority=shop.test:8080 accept-encoding=gzip user-agent=Go-http-client/2.0 traceparent=00-4bf92f3577b34da6a3ce929d0e%06d-00f067aa0ba902b7-01`, id, item, item))
		say(proto.ToClient, fmt.Sprintf(`headers %d :status=200 content-type=text/html content-length=13 date=Mon,+23+Nov+2026+16:00:00+GMT
			data %d end "Hello, world\n"`, id, id))
	}
	return list
}

// BenchmarkExchange is one GET and its response; ns and allocations are those of one exchange.
func BenchmarkExchange(b *testing.B) {
	for _, bb := range []struct {
		name   string
		side   proto.Side
		unique bool
	}{
		{"parse", parseOnly, false},
		{"parse and describe/server", proto.Server, false},
		{"parse and describe/client", proto.Client, false},
		{"parse and describe/server/unique", proto.Server, true},
		{"parse and describe/client/unique", proto.Client, true},
	} {
		b.Run(bb.name, func(b *testing.B) {
			const n = 5000
			list := packets(b, n, bb.unique)
			o, sink := New(Config{}), &describing{side: bb.side}
			var p proto.Parser
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := i % n
				if k == 0 {
					p = o.NewParser(event.TCP, sink)
					p.Feed(proto.ToServer, list[0])
					p.Feed(proto.ToClient, list[1])
				}
				p.Feed(proto.ToServer, list[2+2*k])
				p.Feed(proto.ToClient, list[3+2*k])
			}
			require.Equal(b, b.N, sink.done)
		})
	}
}

// BenchmarkConcurrent is the same with so many streams open at once.
func BenchmarkConcurrent(b *testing.B) {
	for _, width := range []int{64, 4096} {
		b.Run(fmt.Sprint(width), func(b *testing.B) {
			n := 2 * width
			list := packets(b, n, false)
			o, sink := New(Config{}), &describing{side: parseOnly}
			var p proto.Parser
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := i % n
				if k == 0 {
					p = o.NewParser(event.TCP, sink)
					p.Feed(proto.ToServer, list[0])
					p.Feed(proto.ToClient, list[1])
				}
				p.Feed(proto.ToServer, list[2+2*k])
				if k >= width {
					p.Feed(proto.ToClient, list[3+2*(k-width)])
				}
			}
		})
	}
}

// BenchmarkData is 16 KiB of a body, in DATA frames of 1 KiB.
func BenchmarkData(b *testing.B) {
	s := newSpeaker()
	head, err := s.say("preface\nsettings\nheaders 1 :method=POST :path=/ :scheme=http :authority=a")
	require.NoError(b, err)
	var script string
	for range 16 {
		script += `data 1 "x" * 1024` + "\n"
	}
	body, err := s.say(script)
	require.NoError(b, err)
	p := New(Config{}).NewParser(event.TCP, &describing{side: parseOnly})
	p.Feed(proto.ToServer, &proto.Segment{Bytes: head})
	rest := &proto.Segment{Bytes: body}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(proto.ToServer, rest)
	}
}

func BenchmarkDetect(b *testing.B) {
	list := packets(b, 1, false)
	for name, data := range map[string][2][]byte{
		"preface": {list[0].Bytes, nil},
		"request": {list[2].Bytes, nil},
		"no":      {[]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), nil},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Detect(event.TCP, data[0], data[1])
			}
		})
	}
}
