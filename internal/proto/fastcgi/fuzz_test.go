package fastcgi

import (
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// FuzzDetect: a verdict that was given stands, whatever comes after.
func FuzzDetect(f *testing.F) {
	for _, file := range conversationFiles(f) {
		for _, s := range loadConversation(f, file).steps {
			f.Add(s.data, uint16(len(s.data)/2))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		all := Detect(event.TCP, data, nil)
		part := data[:min(int(at), len(data))]
		if early := Detect(event.TCP, part, nil); len(part) > 0 && early != proto.NeedMore && early != all {
			t.Fatalf("%d of %d bytes are %d, all of them %d", len(part), len(data), early, all)
		}
	})
}

// FuzzParser plays any conversation as it is and in pieces: the logs must be
// the same, nothing may be held at the end, and no limit exceeded meanwhile.
func FuzzParser(f *testing.F) {
	for _, file := range conversationFiles(f) {
		f.Add(encode(loadConversation(f, file)), uint64(1))
	}
	f.Fuzz(func(t *testing.T, script []byte, seed uint64) {
		c := decode(script)
		for _, config := range []Config{{}, {MaxHead: 60, MaxOpen: 2, MaxHeld: 100}} {
			want := c.play(t, newProtocol(config), whole)
			require.Equal(t, want, c.play(t, newProtocol(config), func(int) int { return 1 }), "byte by byte")
			r := rand.New(rand.NewPCG(seed, 2))
			require.Equal(t, want, c.play(t, newProtocol(config), func(n int) int { return 1 + r.IntN(n) }), "in pieces")
		}
	})
}

// FuzzPairs: name-value pairs of any bytes end, and never give more than there is.
func FuzzPairs(f *testing.F) {
	f.Add(pair("REQUEST_METHOD", "GET"))
	f.Add(pair("HTTP_COOKIE", strings.Repeat("x", 200)))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		list := pairs{wire.NewReader(b)}
		given := 0
		for {
			name, value, ok := list.next()
			if !ok {
				break
			}
			given += len(name) + len(value) + 2
		}
		if given > len(b) || list.Err() == nil && list.Remaining() > 0 {
			t.Fatalf("%d of %d bytes given, %d left, error %v", given, len(b), list.Remaining(), list.Err())
		}
	})
}

// A script is a list of steps: one byte of what (the lowest bit is the
// direction, the next two the verb, the fourth whether a new message begins, the
// fifth and sixth the ending), two bytes of how much, and for bytes to feed as many.
const (
	scriptFeed = iota
	scriptFeedMore
	scriptGap
	scriptClose
)

func encode(c conversation) (script []byte) {
	last := [2]int{-1, -1}
	for _, s := range c.steps {
		op, n := byte(s.dir), len(s.data)
		switch s.verb {
		case "wants":
			continue
		case "gap":
			op, n = op|scriptGap<<1, int(min(s.n, 60000))
		case "skip":
			op |= scriptGap << 1
		case "close":
			op |= scriptClose<<1 | byte(s.how)<<4
		case "feed":
			if last[s.dir] != int(s.ord) {
				op |= 1 << 3
			}
			last[s.dir] = int(s.ord)
		}
		script = binary.BigEndian.AppendUint16(append(script, op), uint16(n))
		script = append(script, s.data...)
	}
	return script
}

func decode(script []byte) (c conversation) {
	var ordinals [2]uint32
	var closed [2]bool
	for at := int64(1); len(script) >= 3; at++ {
		op, n := script[0], int(binary.BigEndian.Uint16(script[1:]))
		script = script[3:]
		s := step{dir: proto.Dir(op & 1), at: at}
		switch op >> 1 & 3 {
		case scriptFeed, scriptFeedMore:
			n = min(n, len(script))
			s.verb, s.data, script = "feed", script[:n], script[n:]
			if op&8 != 0 {
				ordinals[s.dir]++
			}
			s.ord = ordinals[s.dir]
		case scriptGap:
			if s.verb, s.n = "gap", int64(n); n == 0 {
				s.verb = "skip"
			}
		case scriptClose:
			if closed[s.dir] {
				continue
			}
			closed[s.dir] = true
			s.verb, s.how = "close", proto.Ending(op>>4&3)
		}
		c.steps = append(c.steps, s)
	}
	return c
}

// TestChunkingInvariance plays every conversation in pieces: byte by byte, cut
// once at every place, and at random. Every split must give the same log.
func TestChunkingInvariance(t *testing.T) {
	for _, file := range conversationFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := loadConversation(t, file)
			o := newProtocol(wordy)
			require.Equal(t, c.want, c.play(t, o, func(int) int { return 1 }), "byte by byte")
			for at := 1; at < 200; at++ {
				first := true
				cut := func(n int) int {
					if first = !first; first || at >= n {
						return n
					}
					return at
				}
				require.Equal(t, c.want, c.play(t, o, cut), "cut at %d", at)
			}
			for seed := range uint64(50) {
				r := rand.New(rand.NewPCG(seed, 1))
				cut := func(n int) int { return 1 + r.IntN(min(n, 40)) }
				require.Equal(t, c.want, c.play(t, o, cut), "seed %d", seed)
			}
		})
	}
}

// TestRandomConversations puts pieces of the conversations together as they
// never were, with gaps in between.
func TestRandomConversations(t *testing.T) {
	var pieces [2][][]byte
	for _, file := range conversationFiles(t) {
		for _, s := range loadConversation(t, file).steps {
			if s.verb == "feed" && len(s.data) < 1000 {
				pieces[s.dir] = append(pieces[s.dir], s.data)
			}
		}
	}
	for _, config := range []Config{{}, {MaxHead: 60, MaxOpen: 2, MaxHeld: 100}} {
		for seed := range uint64(2000) {
			r := rand.New(rand.NewPCG(seed, 1))
			c := randomConversation(r, pieces)
			want := c.play(t, newProtocol(config), whole)
			require.Equal(t, want, c.play(t, newProtocol(config), func(int) int { return 1 }), "seed %d, byte by byte", seed)
			require.Equal(t, want, c.play(t, newProtocol(config), func(n int) int { return 1 + r.IntN(n) }), "seed %d, in pieces", seed)
		}
	}
}

func randomConversation(r *rand.Rand, pieces [2][][]byte) (c conversation) {
	var ordinals [2]uint32
	last := proto.ToServer
	for at := range int64(2 + r.IntN(20)) {
		s := step{dir: proto.Dir(r.IntN(2)), at: at}
		if r.IntN(5) == 0 {
			s.verb, s.n = "gap", 1+r.Int64N(1<<r.IntN(12))
		} else {
			s.verb, s.data = "feed", pieces[s.dir][r.IntN(len(pieces[s.dir]))]
			if r.IntN(4) == 0 {
				s.data = s.data[r.IntN(len(s.data)):]
			}
			if r.IntN(4) == 0 {
				s.data = s.data[:r.IntN(len(s.data)+1)]
			}
			if s.dir != last {
				ordinals[s.dir]++
			}
			last, s.ord = s.dir, ordinals[s.dir]
		}
		c.steps = append(c.steps, s)
	}
	for dir := range proto.Dir(2) {
		if r.IntN(2) == 0 {
			c.steps = append(c.steps, step{verb: "close", dir: dir, at: 100, how: proto.Ending(r.IntN(4))})
		}
	}
	return c
}
