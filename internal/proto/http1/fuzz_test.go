package http1

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// FuzzDetect: a verdict that was given stands, whatever comes after.
func FuzzDetect(f *testing.F) {
	for _, file := range conversationFiles(f) {
		for _, s := range loadConversation(f, file).steps {
			f.Add(s.data, uint16(len(s.data)/2))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		Detect(event.TCP, data, nil)
		Detect(event.TCP, nil, data)
		part := data[:min(int(at), len(data))]
		for name, judge := range map[string]func([]byte) proto.Verdict{"request": judgeRequest, "response": judgeResponse} {
			if early := judge(part); early != proto.NeedMore && early != judge(data) {
				t.Fatalf("%s: %d of %d bytes are %d, all of them %d", name, len(part), len(data), early, judge(data))
			}
		}
	})
}

// FuzzParser plays any conversation as it is and in pieces: the logs must be
// the same, nothing may be held at the end, and no limit exceeded meanwhile.
func FuzzParser(f *testing.F) {
	for _, file := range conversationFiles(f) {
		c := loadConversation(f, file)
		f.Add(encode(c), uint64(1))
	}
	limits := Config{
		MaxHead: 300, MaxPipeline: 4, MaxHeld: 500, Routes: []string{"/{a}/*"},
		RequestHeaders: []string{"Cookie", "X"}, ResponseHeaders: []string{"Location"},
	}
	f.Fuzz(func(t *testing.T, script []byte, seed uint64) {
		c := decode(script)
		for _, config := range []Config{{}, {Next: follow}, limits} {
			whole := c.play(t, newProtocol(config), func(n int) int { return n })
			require.Equal(t, whole, c.play(t, newProtocol(config), func(int) int { return 1 }), "byte by byte")
			r := rand.New(rand.NewPCG(seed, 2))
			require.Equal(t, whole, c.play(t, newProtocol(config), func(n int) int { return 1 + r.IntN(n) }), "in pieces")
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
