package opaque

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// FuzzParser plays any conversation, described by ops, in either mode: no panic, every message
// accounted for, every byte counted once, and the same exchanges in any split.
func FuzzParser(f *testing.F) {
	paths, err := filepath.Glob(conversations)
	require.NoError(f, err)
	require.NotEmpty(f, paths)
	for _, path := range paths {
		_, steps := load(f, path)
		var data, ops []byte
		for _, s := range steps {
			for b := s.data; len(b) > 0; {
				n := min(len(b), 255)
				data, b = append(data, b[:n]...), b[n:]
				ops = append(ops, byte(s.dir), byte(n))
			}
			if s.what == "gap" {
				ops = append(ops, byte(s.dir)|2, byte(s.n))
			}
		}
		f.Add(data, ops, uint8(3))
		f.Add(data, append(ops, 4, 0), uint8(200))
	}
	f.Fuzz(func(t *testing.T, data, ops []byte, size uint8) {
		steps := script(data, ops)
		for _, mode := range [...]Mode{Connection, Turn} {
			want, book := run(New(Config{Mode: mode}), steps)
			require.Zero(t, book.Held(), want)
			got, book := run(New(Config{Mode: mode}), chunked(steps, int(size)))
			require.Equal(t, want, got)
			require.Zero(t, book.Held())
		}
		count(t, steps)
	})
}

// script makes a conversation of bytes: pairs of what to do and of how many bytes or of how; whatever
// came, both directions are closed at the end.
func script(data, ops []byte) (steps []step) {
	now := int64(1)
	for i := 0; i+1 < len(ops); i += 2 {
		op, n := ops[i], int(ops[i+1])
		s := step{dir: proto.Dir(op & 1), at: now}
		switch now += 1e9 * int64(op>>6); op >> 1 & 3 {
		case 0, 3:
			n = min(n, len(data))
			s.data, data = data[:n], data[n:]
			if n == 0 {
				continue
			}
		case 1:
			if s.what, s.n = "gap", int64(n); n == 0 {
				s.what = "skip"
			}
		default:
			return append(steps, step{what: "void", at: now})
		}
		steps = append(steps, s)
	}
	how := proto.Ending(len(ops) % 5)
	return append(steps, step{dir: proto.ToServer, at: now, what: "close", how: how},
		step{dir: proto.ToClient, at: now, what: "close", how: how})
}

// count holds a connection's byte counts to what was fed.
func count(t *testing.T, steps []step) {
	sink := &keeper{}
	p := New(Config{}).NewParser(event.TCP, sink)
	var want [2]int64
	for _, s := range steps {
		switch s.what {
		case "":
			want[s.dir] += int64(len(s.data))
			p.Feed(s.dir, &proto.Segment{At: s.at, Bytes: s.data})
		case "gap":
			want[s.dir] += s.n
			p.Gap(s.dir, s.at, s.n)
		case "skip":
			skip(p)
		case "close":
			p.Close(s.dir, s.at, s.how)
		default:
			p.(proto.Provisional).Void()
		}
	}
	if want == [2]int64{} {
		require.Empty(t, sink.open)
		return
	}
	require.Len(t, sink.done, 1)
	x := sink.done[0]
	require.Equal(t, want, [2]int64{x.Request.Wire, x.Response.Wire})
}
