package quic

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// FuzzParser plays any datagrams, described by ops: no panic, bounded memory, every message accounted
// for and every byte counted.
func FuzzParser(f *testing.F) {
	paths, err := filepath.Glob(conversations)
	require.NoError(f, err)
	conversation := func(steps []step) {
		var data, ops []byte
		for _, s := range steps {
			data = append(data, s.data...)
			ops = append(ops, byte(s.dir), byte(len(s.data)>>8), byte(len(s.data)))
		}
		f.Add(data, ops)
	}
	for _, path := range paths {
		_, steps := load(f, path)
		conversation(steps)
	}
	for _, p := range scenes(f) {
		steps := p.talk(f)
		conversation(steps[:min(len(steps), 12)])
	}
	f.Fuzz(func(t *testing.T, data, ops []byte) {
		steps := script(data, ops)
		_, book := run(steps)
		require.Zero(t, book.Held())
		count(t, steps)
	})
}

// script makes a conversation of bytes: what to do, and of how many bytes.
func script(data, ops []byte) (steps []step) {
	for ; len(ops) >= 3; ops = ops[3:] {
		s := step{dir: proto.Dir(ops[0] & 1), at: int64(len(steps)) + 1}
		n := int(ops[1])<<8 | int(ops[2])
		if ops[0]&2 != 0 {
			s.what, s.n = "gap", int64(n)
		} else {
			n = min(n, len(data))
			s.data, data = data[:n], data[n:]
		}
		steps = append(steps, s)
	}
	return append(steps, step{what: "close", how: proto.Idle}, step{dir: proto.ToClient, what: "close", how: proto.Gone})
}

// count holds a connection's bytes to what was fed, and what the parser holds to its bounds.
func count(t *testing.T, steps []step) {
	sink := &recorder{}
	p := newProtocol().NewParser(event.UDP, sink).(*parser)
	var want [2]int64
	for _, s := range steps {
		switch s.what {
		case "":
			p.Feed(s.dir, &proto.Segment{At: s.at, Bytes: s.data})
		case "gap":
			p.Gap(s.dir, s.at, s.n)
		default:
			continue
		}
		if p.x == nil {
			continue
		}
		want[s.dir] += int64(len(s.data)) + s.n
		require.Equal(t, want, [2]int64{p.x.Request.Wire, p.x.Response.Wire})
		if p.hand != nil {
			for i := range p.hand.streams {
				require.LessOrEqual(t, len(p.hand.streams[i].buf), maxHello)
				require.LessOrEqual(t, len(p.hand.streams[i].pieces), maxPieces)
			}
		}
	}
}

// FuzzFrames reads whatever a packet may hold: its first byte seals it, so that the frames are reached.
func FuzzFrames(f *testing.F) {
	f.Add(crypto(0, helloBytes(f, 0)))
	f.Add([]byte{frameACK, 1, 0, 1, 0, 0, 0, frameClose, 0x41, 0x78, 0, 0})
	f.Fuzz(func(t *testing.T, frames []byte) {
		if len(frames) > 4096 {
			return
		}
		b := initial(version1, firstID, minDatagram, frames)
		require.Equal(t, proto.Yes, Detect(event.UDP, b, nil))
		count(t, []step{{data: b}, {data: b}})
	})
}

// FuzzDetect: no panic, and what it takes for QUIC the parser makes an exchange of.
func FuzzDetect(f *testing.F) {
	f.Add(initial(version1, firstID, minDatagram, nil))
	f.Add(initial(version2, firstID, minDatagram, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if Detect(event.UDP, b, nil) != proto.Yes {
			return
		}
		lines, _ := run([]step{{data: b}})
		require.Equal(t, []string{"open", "streams"}, lines)
	})
}
