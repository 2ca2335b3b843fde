package dns

import (
	"fmt"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// consumer is the least that a sink does: it has the span described and gives
// the exchange back.
type consumer struct {
	d     proto.Description
	spans int
}

func (*consumer) Open(*proto.Exchange)    {}
func (*consumer) Streams(*proto.Exchange) {}

func (*consumer) Lost(proto.Account, proto.Lost) {}
func (c *consumer) Done(x *proto.Exchange) {
	c.d.Reset()
	x.Semantics.Describe(proto.Client, ends, &c.d)
	c.spans++
	x.Semantics.Release()
}

// BenchmarkExchange is one exchange, from the bytes to the described span.
func BenchmarkExchange(b *testing.B) {
	const name = "www.example.com"
	hosts := [][]byte{
		rr(toQuestion, typeCNAME, labels("cdn.example.net")...),
		rr(toQuestion, typeA, 192, 0, 2, 1), rr(toQuestion, typeA, 192, 0, 2, 2),
	}
	ask := message{id: 1, flags: flagsAsked, questions: [][]byte{question(name, typeA)}, additional: [][]byte{opt(0)}}.bytes()
	answer := message{
		id: 1, flags: flagsAnswered, questions: [][]byte{question(name, typeA)}, answers: hosts, additional: [][]byte{opt(0)},
	}.bytes()
	missing := response(1, name, typeA, 3)

	b.Run("udp", func(b *testing.B) { benchmark(b, event.UDP, ask, answer) })
	b.Run("udp/nxdomain", func(b *testing.B) { benchmark(b, event.UDP, ask, missing) })
	b.Run("udp/new_names", func(b *testing.B) {
		asks, answers := make([][]byte, 8192), make([][]byte, 8192)
		for i := range asks {
			fresh := fmt.Sprintf("host-%d.example.com", i)
			asks[i], answers[i] = query(1, fresh, typeA), response(1, fresh, typeA, 0, hosts[1:]...)
		}
		sink := &consumer{}
		p := New(Config{}).NewParser(event.UDP, sink)
		b.ReportAllocs()
		seg := &proto.Segment{}
		for i := 0; b.Loop(); i++ {
			seg.At, seg.Bytes = int64(i), asks[i%8192]
			p.Feed(proto.ToServer, seg)
			seg.Bytes = answers[i%8192]
			p.Feed(proto.ToClient, seg)
		}
	})
	b.Run("udp/socket_each", func(b *testing.B) {
		sink, dns := &consumer{}, New(Config{})
		up, down := &proto.Segment{At: 1, Bytes: ask}, &proto.Segment{At: 2, Bytes: answer}
		b.ReportAllocs()
		for b.Loop() {
			p := dns.NewParser(event.UDP, sink)
			p.Feed(proto.ToServer, up)
			p.Feed(proto.ToClient, down)
			p.Close(proto.ToServer, 3, proto.Gone)
			p.Close(proto.ToClient, 3, proto.Gone)
		}
	})
	b.Run("tcp", func(b *testing.B) { benchmark(b, event.TCP, framed(ask), framed(answer)) })
}

func benchmark(b *testing.B, t event.Transport, ask, answer []byte) {
	sink := &consumer{}
	p := New(Config{}).NewParser(t, sink)
	up, down := &proto.Segment{Bytes: ask}, &proto.Segment{Bytes: answer}
	b.ReportAllocs()
	for b.Loop() {
		up.At++
		down.At++
		p.Feed(proto.ToServer, up)
		p.Feed(proto.ToClient, down)
	}
	if sink.spans == 0 {
		b.Fatal("no exchange")
	}
}

// BenchmarkOutstanding is one exchange on a connection with 255 queries that wait.
func BenchmarkOutstanding(b *testing.B) {
	sink := &consumer{}
	p := New(Config{}).NewParser(event.UDP, sink)
	for i := range uint16(255) {
		p.Feed(proto.ToServer, &proto.Segment{Bytes: query(1000+i, "waits.example", typeA)})
	}
	ask := &proto.Segment{Bytes: query(1, "www.example.com", typeA)}
	answer := &proto.Segment{Bytes: response(1, "www.example.com", typeA, 0, rr(toQuestion, typeA, 192, 0, 2, 1))}
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(proto.ToServer, ask)
		p.Feed(proto.ToClient, answer)
	}
}

// BenchmarkDetect is what a connection costs that is DNS, and one that is not.
func BenchmarkDetect(b *testing.B) {
	for name, data := range map[string][]byte{
		"query": query(1, "www.example.com", typeA),
		"other": []byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Detect(event.UDP, data, nil)
			}
		})
	}
}
