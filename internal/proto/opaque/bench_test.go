package opaque

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

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

// BenchmarkConnection is one connection from its first byte to the described span.
func BenchmarkConnection(b *testing.B) {
	for _, name := range []string{"tls13", "tls12", "ssh"} {
		b.Run(name, func(b *testing.B) {
			_, steps := load(b, filepath.Join(filepath.Dir(conversations), name+".txtar"))
			sink, opaque := &consumer{}, New(Config{})
			b.ReportAllocs()
			for b.Loop() {
				play(opaque.NewParser(event.TCP, sink), steps)
			}
			require.NotZero(b, sink.spans)
		})
	}
}

func play(p proto.Parser, steps []step) {
	var seg proto.Segment
	for i := range steps {
		s := &steps[i]
		switch s.what {
		case "":
			seg.At, seg.Bytes, seg.Origin.Ordinal = s.at, s.data, uint32(i)
			p.Feed(s.dir, &seg)
		case "gap":
			p.Gap(s.dir, s.at, s.n)
		case "close":
			p.Close(s.dir, s.at, s.how)
		}
	}
}

// BenchmarkTurn is one turn of a connection whose beginning is over, as the kernel then shows it: the
// first bytes of each message, and how many more there were.
func BenchmarkTurn(b *testing.B) {
	_, steps := load(b, filepath.Join(filepath.Dir(conversations), "tls13.txtar"))
	sink := &consumer{}
	p := New(Config{Mode: Turn}).NewParser(event.TCP, sink)
	play(p, steps[:len(steps)-2])
	seg := proto.Segment{Bytes: make([]byte, 64)}
	b.ReportAllocs()
	for b.Loop() {
		for dir := range proto.Dir(2) {
			seg.At++
			seg.Origin.Ordinal++
			p.Feed(dir, &seg)
			p.Gap(dir, seg.At, 1000)
		}
	}
	require.NotZero(b, sink.spans)
}

// BenchmarkIdle is the memory that a connection holds whose handshake is over, and which has had one answer.
func BenchmarkIdle(b *testing.B) {
	_, steps := load(b, filepath.Join(filepath.Dir(conversations), "tls13.txtar"))
	for _, mode := range [...]Mode{Connection, Turn} {
		b.Run(mode.String(), func(b *testing.B) {
			opaque, sink := New(Config{Mode: mode}), &consumer{}
			play(opaque.NewParser(event.TCP, sink), steps) // what all share
			for b.Loop() {
				const many = 1000
				parsers := make([]proto.Parser, many)
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				for i := range parsers {
					parsers[i] = opaque.NewParser(event.TCP, sink)
					play(parsers[i], steps[:len(steps)-4])
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/many, "B/connection")
				runtime.KeepAlive(parsers)
			}
		})
	}
}
