package quic

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// consumer is the least that a sink does: it has the span described and gives the exchange back.
type consumer struct {
	d     proto.Description
	spans int
}

func (*consumer) Open(*proto.Exchange)           {}
func (*consumer) Streams(*proto.Exchange)        {}
func (*consumer) Lost(proto.Account, proto.Lost) {}
func (c *consumer) Done(x *proto.Exchange) {
	c.d.Reset()
	x.Semantics.Describe(proto.Client, ends, &c.d)
	c.spans++
	x.Semantics.Release()
}

// BenchmarkConnection is one connection with its handshake, from its first byte to the described span.
func BenchmarkConnection(b *testing.B) {
	steps := asCaptured(scenes(b)["version 1"].talk(b))
	steps = append(steps[:min(len(steps)-2, 20)], steps[len(steps)-2:]...)
	sink, quic := &consumer{}, New()
	b.ReportAllocs()
	for b.Loop() {
		p := quic.NewParser(event.UDP, sink)
		for i := range steps {
			s := &steps[i]
			switch s.what {
			case "":
				p.Feed(s.dir, &proto.Segment{At: s.at, Bytes: s.data})
			case "gap":
				p.Gap(s.dir, s.at, s.n)
			default:
				p.Close(s.dir, s.at, s.how)
			}
		}
	}
	if sink.spans == 0 {
		b.Fatal("no span")
	}
}

// BenchmarkDatagram is one datagram of a connection that is established.
func BenchmarkDatagram(b *testing.B) {
	p := New().NewParser(event.UDP, &consumer{})
	seg := &proto.Segment{Bytes: initial(version1, firstID, minDatagram, nil)}
	p.Feed(proto.ToServer, seg)
	seg.Bytes = append([]byte{fixedBit}, make([]byte, 63)...)
	p.Feed(proto.ToServer, seg)
	p.Feed(proto.ToClient, seg)
	b.ReportAllocs()
	for b.Loop() {
		seg.At++
		p.Feed(proto.ToClient, seg)
		p.Gap(proto.ToClient, seg.At, 1200)
	}
}

// BenchmarkDetect is what a datagram costs that is QUIC, that looks like it, and that does not.
func BenchmarkDetect(b *testing.B) {
	good := initial(version1, firstID, minDatagram, nil)
	bad := append([]byte(nil), good...)
	bad[100] ^= 1
	for name, data := range map[string][]byte{"quic": good, "forged": bad, "other": make([]byte, 1400)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Detect(event.UDP, data, nil)
			}
		})
	}
}
