package inner

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// sink writes down what it is told; so do the parsers of these tests, through it.
type sink struct{ strings.Builder }

func (*sink) Open(*proto.Exchange)    {}
func (*sink) Streams(*proto.Exchange) {}
func (*sink) Done(*proto.Exchange)    {}

func (s *sink) Lost(m proto.Account, why proto.Lost) { fmt.Fprintf(s, "lost %v %d\n", m, why) }

// account is a message's.
type account string

func (account) Claim() {}

// word is a protocol whose connections begin with it, in either direction.
type word string

func (w word) Name() string { return string(w) }

func (w word) Detect(_ event.Transport, toServer, toClient []byte) proto.Verdict {
	best := proto.No
	for _, b := range [][]byte{toServer, toClient} {
		n := min(len(b), len(w))
		switch {
		case n == 0 || string(b[:n]) != string(w[:n]):
		case n == len(w):
			return proto.Yes
		default:
			best = proto.NeedMore
		}
	}
	return best
}

func (w word) NewParser(_ event.Transport, s proto.Sink) proto.Parser {
	out := s.(*nested).Sink.(*sink)
	fmt.Fprintf(out, "%s begins\n", w)
	return &writer{out: out}
}

// writer is its parser.
type writer struct {
	out  *sink
	text [2]bytes.Buffer
}

func (p *writer) Feed(dir proto.Dir, seg *proto.Segment) {
	fmt.Fprintf(p.out, "%s%d %q at %d\n", arrow(dir), seg.Origin.Ordinal, seg.Bytes, seg.At)
}

func (p *writer) Gap(dir proto.Dir, at, n int64) {
	fmt.Fprintf(p.out, "%s gap of %d at %d\n", arrow(dir), n, at)
}

func (p *writer) Close(dir proto.Dir, last int64, how proto.Ending) {
	fmt.Fprintf(p.out, "%s over at %d by %d\n", arrow(dir), last, how)
}

func (*writer) Wants(dir proto.Dir) proto.Want { return proto.Frames }

func arrow(dir proto.Dir) string { return [...]string{">", "<"}[dir] }

// tunnel opens one among protocols of the given words.
func tunnel(t *testing.T, opaque proto.Protocol, words ...word) (*sink, proto.Parser) {
	t.Helper()
	r := &Registry{Opaque: opaque}
	for _, w := range words {
		r.Protocols = append(r.Protocols, w)
	}
	out := new(sink)
	p := r.Next(proto.Handover{Transport: event.TCP, Sink: out})
	require.NotNil(t, p)
	return out, p
}

func feed(p proto.Parser, dir proto.Dir, at int64, text string) {
	m := account(fmt.Sprint(arrow(dir), at/10))
	p.Feed(dir, &proto.Segment{At: at, Bytes: []byte(text), Origin: proto.Origin{Ordinal: uint32(at / 10)}, Message: m})
}

func TestTheFirstSegmentTells(t *testing.T) {
	out, p := tunnel(t, word("opaque"), "alpha", "beta")
	assert.Equal(t, proto.Heads, p.Wants(proto.ToServer))
	feed(p, proto.ToServer, 10, "beta and more")
	feed(p, proto.ToClient, 20, "answer")
	p.Gap(proto.ToClient, 21, 5)
	p.Close(proto.ToServer, 30, proto.FIN)
	p.Close(proto.ToClient, 31, proto.RST)
	assert.Equal(t, `beta begins
>1 "beta and more" at 10
<2 "answer" at 20
< gap of 5 at 21
> over at 30 by 0
< over at 31 by 1
`, out.String())
	assert.Equal(t, proto.Frames, p.Wants(proto.ToServer))
}

func TestWhatWasHeldIsReplayed(t *testing.T) {
	out, p := tunnel(t, word("opaque"), "alpha", "beta")
	b := []byte("al")
	p.Feed(proto.ToServer, &proto.Segment{At: 10, Bytes: b, Origin: proto.Origin{Ordinal: 1}})
	copy(b, "xx") // the memory was lent
	feed(p, proto.ToClient, 20, "be")
	feed(p, proto.ToServer, 30, "p")
	assert.Empty(t, out.String())
	feed(p, proto.ToServer, 31, "ha!")
	assert.Equal(t, `alpha begins
>1 "al" at 10
<2 "be" at 20
>3 "p" at 30
>3 "ha!" at 31
`, out.String())
}

func TestNobodys(t *testing.T) {
	for name, tc := range map[string]struct {
		opaque proto.Protocol
		do     func(p proto.Parser)
		want   string
	}{
		"opaque, at once": {word("opaque"), func(p proto.Parser) {
			feed(p, proto.ToClient, 10, "220 mail.test")
			feed(p, proto.ToServer, 20, "alpha comes late")
		}, "opaque begins\n<1 \"220 mail.test\" at 10\n>2 \"alpha comes late\" at 20\n"},
		"opaque, after a while": {word("opaque"), func(p proto.Parser) {
			feed(p, proto.ToServer, 10, "al")
			feed(p, proto.ToServer, 11, "fa")
		}, "opaque begins\n>1 \"al\" at 10\n>1 \"fa\" at 11\n"},
		"opaque, for a gap": {word("opaque"), func(p proto.Parser) {
			feed(p, proto.ToServer, 10, "al")
			p.Gap(proto.ToServer, 11, 99)
			feed(p, proto.ToServer, 12, "alpha")
		}, "opaque begins\n>1 \"al\" at 10\n> gap of 99 at 11\n>1 \"alpha\" at 12\n"},
		"opaque, for a gap before all": {word("opaque"), func(p proto.Parser) {
			p.Close(proto.ToServer, 5, proto.FIN)
			p.Gap(proto.ToClient, 11, 99)
		}, "opaque begins\n< gap of 99 at 11\n> over at 5 by 0\n"},
		"opaque, at the end": {word("opaque"), func(p proto.Parser) {
			feed(p, proto.ToServer, 10, "al")
			p.Close(proto.ToServer, 11, proto.FIN)
			p.Close(proto.ToClient, 12, proto.Gone)
		}, "opaque begins\n>1 \"al\" at 10\n> over at 11 by 0\n< over at 12 by 2\n"},
		"an end before it is known": {word("opaque"), func(p proto.Parser) {
			feed(p, proto.ToServer, 10, "al")
			p.Close(proto.ToServer, 11, proto.FIN)
			feed(p, proto.ToClient, 20, "alpha")
			p.Close(proto.ToClient, 21, proto.FIN)
		}, "alpha begins\n>1 \"al\" at 10\n<2 \"alpha\" at 20\n> over at 11 by 0\n< over at 21 by 0\n"},
		"nobody, once a message": {nil, func(p proto.Parser) {
			feed(p, proto.ToServer, 10, "al")
			feed(p, proto.ToServer, 20, "fa")
			feed(p, proto.ToServer, 21, "fa")
			feed(p, proto.ToClient, 20, "?")
			p.Gap(proto.ToClient, 21, 5)
			p.Close(proto.ToServer, 30, proto.FIN)
			p.Close(proto.ToClient, 30, proto.FIN)
		}, "lost >1 4\nlost >2 4\nlost <2 4\n"},
		"nothing": {word("opaque"), func(p proto.Parser) {
			p.Close(proto.ToServer, 30, proto.FIN)
			p.Close(proto.ToClient, 30, proto.FIN)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			out, p := tunnel(t, tc.opaque, "alpha", "beta")
			tc.do(p)
			assert.Equal(t, tc.want, out.String())
			if tc.opaque == nil {
				assert.Equal(t, proto.Nothing, p.Wants(proto.ToServer))
			}
		})
	}
}

func TestWhatIsHeldIsBounded(t *testing.T) {
	long := word(strings.Repeat("x", 2*maxSniff))
	out, p := tunnel(t, nil, long)
	for range maxSniff / 16 {
		feed(p, proto.ToServer, 10, strings.Repeat("x", 16))
	}
	s := p.(*sniffer)
	assert.Len(t, s.heads[proto.ToServer], maxSniff)
	assert.Empty(t, out.String())
	feed(p, proto.ToClient, 10, "x")
	assert.Empty(t, s.heads[proto.ToServer])
	assert.Empty(t, s.held)
	assert.Equal(t, "lost >1 4\nlost <1 4\n", out.String())
}

func TestTheFirstSegmentCostsNothing(t *testing.T) {
	r := &Registry{Protocols: []proto.Protocol{word("alpha")}}
	_, p := tunnel(t, nil, "alpha")
	feed(p, proto.ToServer, 10, "alpha")
	assert.Empty(t, p.(*sniffer).held)
	assert.Nil(t, (&Registry{}).Next(proto.Handover{Sink: new(sink)}), "with nobody to ask")
	assert.NotNil(t, r.Next(proto.Handover{Sink: new(sink)}))
}

// upgradable is a word to which a connection can be upgraded.
type upgradable struct{ word }

func (u upgradable) Upgraded(h proto.Handover) proto.Parser {
	out := h.Sink.(*nested).Sink.(*sink)
	fmt.Fprintf(out, "upgraded to %s with %v\n", h.Name, h.First)
	return &writer{out: out}
}

func TestByName(t *testing.T) {
	r := &Registry{Protocols: []proto.Protocol{word("alpha"), upgradable{"beta"}}, Opaque: word("opaque")}
	out := new(sink)
	assert.NotNil(t, r.Next(proto.Handover{Name: "beta", Sink: out}))
	assert.NotNil(t, r.Next(proto.Handover{Name: "alpha", Sink: out}))
	assert.Nil(t, r.Next(proto.Handover{Name: "gamma", Sink: out}))
	assert.Nil(t, r.Next(proto.Handover{Name: "alpha", Sink: out, First: unanswered{}}), "it could not answer")
	assert.Equal(t, "upgraded to beta with <nil>\nalpha begins\n", out.String())
}

type unanswered struct{}

func (unanswered) Response() *proto.Message { return nil }
func (unanswered) Field(name, value []byte) {}
func (unanswered) Done(proto.Fault)         {}
