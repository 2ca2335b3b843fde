package dns

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// seeds calls f with the payload of every step of every conversation.
func seeds(f *testing.F, add func(t event.Transport, s step)) {
	paths, err := filepath.Glob(conversations)
	require.NoError(f, err)
	require.NotEmpty(f, paths)
	for _, path := range paths {
		_, transport, steps := load(f, path)
		for _, s := range steps {
			add(transport, s)
		}
	}
}

// FuzzParser plays any conversation, described by ops: no panic, bounded memory, every
// message accounted for, and over TCP the same exchanges in any split.
func FuzzParser(f *testing.F) {
	bodies := map[event.Transport][]byte{}
	seeds(f, func(t event.Transport, s step) {
		f.Add(t == event.TCP, s.data, []byte{byte(s.dir), 255}, uint8(7))
		bodies[t] = append(bodies[t], s.data...)
	})
	ask, answer := framed(query(1, "a.example", typeA)), framed(response(1, "a.example", typeA, 0, rr(toQuestion, typeA, 1, 2, 3, 4)))
	both := append(slices.Clone(ask), answer...)
	f.Add(true, both, []byte{0, byte(len(ask)), 1, byte(len(answer))}, uint8(3))
	f.Add(true, both, []byte{0, byte(len(ask)), 1, 30, 3, 9, 1, 200, 6, 0}, uint8(1))
	f.Add(false, append(ask[2:], answer[2:]...), []byte{0, byte(len(ask) - 2), 1, byte(len(answer) - 2)}, uint8(1))
	f.Add(true, bodies[event.TCP], []byte{0, 200, 1, 200, 0, 255, 2, 9, 1, 255, 3, 40, 1, 255, 7, 0}, uint8(11))
	f.Add(false, bodies[event.UDP], []byte{0, 40, 1, 90, 0, 41, 3, 9, 1, 90, 5, 1}, uint8(2))
	f.Fuzz(func(t *testing.T, tcp bool, data, ops []byte, size uint8) {
		transport := event.UDP
		if tcp {
			transport = event.TCP
		}
		steps := script(data, ops)
		want, book := run(New(Config{}), transport, steps)
		if held := book.Held(); held != 0 {
			t.Fatalf("%d messages are not accounted for:\n%v", held, want)
		}
		if !tcp {
			return
		}
		got, book := run(New(Config{}), transport, chunked(steps, func(int) int { return int(size) }))
		assert.Equal(t, want, got)
		assert.Zero(t, book.Held())
	})
}

// script makes a conversation of bytes: pairs of what to do and of how many bytes
// or of how; whatever came, both directions are closed at the end.
func script(data, ops []byte) (steps []step) {
	now := int64(0)
	for i := 0; i+1 < len(ops); i += 2 {
		op, n := ops[i], int(ops[i+1])
		s := step{dir: proto.Dir(op & 1), at: now, same: op&8 != 0}
		switch now += 1e9 * int64(op>>6); op >> 1 & 3 {
		case 0:
			n = min(n, len(data))
			s.data, data = data[:n], data[n:]
			if n == 0 {
				continue
			}
		case 1:
			s.what, s.n = "gap", int64(n)
		case 2:
			s.data = query(uint16(n), "a.example", typeA)
		default:
			s.data = framed(response(uint16(n), "a.example", typeA, 0))
		}
		steps = append(steps, s)
	}
	return append(steps,
		step{dir: proto.ToServer, at: now, what: "close", how: proto.FIN},
		step{dir: proto.ToClient, at: now, what: "close", how: proto.Ending(len(ops) % 4)})
}

// FuzzDetect: no panic, pure, and what it takes for DNS the parser can use.
func FuzzDetect(f *testing.F) {
	seeds(f, func(t event.Transport, s step) { f.Add(t == event.TCP, s.dir == proto.ToClient, s.data) })
	for _, text := range others {
		f.Add(true, false, []byte(text))
		f.Add(false, true, []byte(text))
	}
	f.Fuzz(func(t *testing.T, tcp, toClient bool, data []byte) {
		transport, dir, halves := event.UDP, proto.ToServer, [2][]byte{data, nil}
		if tcp {
			transport = event.TCP
		}
		if toClient {
			dir, halves = proto.ToClient, [2][]byte{nil, data}
		}
		verdict := Detect(transport, halves[0], halves[1])
		require.Equal(t, verdict, Detect(transport, halves[0], halves[1]))
		if verdict != proto.Yes {
			return
		}
		lines, _ := run(New(Config{}), transport, []step{{dir: dir, data: data}})
		first := "open "
		if toClient {
			first = "lost no request"
		}
		require.Equal(t, first, lines[0][:min(len(first), len(lines[0]))])
	})
}

// FuzzName: no panic, bounded text, only printable ASCII, and passing over a
// name ends where reading it does.
func FuzzName(f *testing.F) {
	seeds(f, func(_ event.Transport, s step) { f.Add(s.data, uint16(headerSize)) })
	f.Add([]byte("............\x03com\x00\x01a\xc0\x0c"), uint16(17))
	f.Fuzz(func(t *testing.T, msg []byte, from uint16) {
		r := wire.NewReader(msg)
		r.Seek(int(from))
		skip := r
		text, err := readName(nil, &r)
		if err != nil {
			return
		}
		require.NoError(t, skipName(&skip))
		require.Equal(t, r.Offset(), skip.Offset())
		require.NotEmpty(t, text)
		require.LessOrEqual(t, len(text), 4*maxNameOctets)
		for _, c := range text {
			require.True(t, c >= 0x21 && c <= 0x7e, "%q", text)
		}
		require.True(t, sameName(string(text), text))
	})
}
