package grpc

import (
	"encoding/base64"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

var fuzzed = []string{"application/grpc", "application/grpc-web", "application/grpc-web-text", "application/connect+json"}

// state is all that a call says of a body.
type state struct {
	count          int64
	known, streams bool
	code           string
}

func stateOf(c *Call) (s state) {
	s.count, s.known = c.Messages(proto.ToClient)
	s.code, _ = c.Code()
	s.streams = c.Streams()
	return s
}

// FuzzSplit: however a body is split, it says the same.
func FuzzSplit(f *testing.F) {
	body := join(frame(0, "one"), frame(1, ""), frame(0x80, "grpc-status: 5\r\n"))
	f.Add(uint8(0), join(frame(0, "one"), frame(0, "two")), []byte{3, 1})
	f.Add(uint8(1), body, []byte{1})
	f.Add(uint8(2), []byte(base64.StdEncoding.EncodeToString(body)), []byte{7})
	f.Add(uint8(2), []byte("AAAAAAA000 0"), []byte{7})
	f.Add(uint8(3), join(frame(0, "{}"), frame(2, `{"error":{"code":"internal"}}`)), []byte{2, 11})
	f.Fuzz(func(t *testing.T, flavour uint8, body, sizes []byte) {
		contentType := fuzzed[int(flavour)%len(fuzzed)]
		whole, split := begun(t, contentType), begun(t, contentType)
		whole.Payload(proto.ToClient, 1, body)
		for i, rest := 0, body; len(rest) > 0; i++ {
			n := len(rest)
			if len(sizes) > 0 {
				n = min(n, 1+int(sizes[i%len(sizes)]))
			}
			split.Payload(proto.ToClient, 1, rest[:n])
			rest = rest[n:]
		}
		require.Equal(t, stateOf(whole), stateOf(split))
	})
}

// FuzzSkip: what is skipped inside messages changes nothing; what is skipped anywhere
// else never makes a wrong count of it.
func FuzzSkip(f *testing.F) {
	f.Add([]byte{3, 200, 0}, []byte{5, 3, 10, 0, 100})
	f.Add([]byte{255, 255}, []byte{8, 251})
	f.Fuzz(func(t *testing.T, lengths, cuts []byte) {
		var body []byte
		for _, n := range lengths[:min(len(lengths), 64)] {
			body = append(binary.BigEndian.AppendUint32(append(body, 0), uint32(n)), make([]byte, n)...)
		}
		whole, cut := begun(t, "application/grpc"), begun(t, "application/grpc")
		whole.Payload(proto.ToClient, 1, body)
		want := stateOf(whole)
		for i, rest := 0, body; len(rest) > 0; i++ {
			n := len(rest)
			if i < len(cuts) {
				n = min(n, int(cuts[i]))
			}
			if i%2 == 0 {
				cut.Payload(proto.ToClient, 1, rest[:n])
			} else {
				cut.Skipped(proto.ToClient, 1, int64(n))
			}
			rest = rest[n:]
		}
		got := stateOf(cut)
		require.LessOrEqual(t, got.count, want.count)
		require.False(t, got.streams && !want.streams)
		if got.known {
			require.Equal(t, want, got)
		}
	})
}

// FuzzAnything: hostile bytes and skips give neither panics nor more messages than there is room for.
func FuzzAnything(f *testing.F) {
	f.Add(uint8(1), []byte("\x80\x00\x00\x00\x10grpc-status: 0\r\n"), int64(3))
	f.Fuzz(func(t *testing.T, flavour uint8, body []byte, skip int64) {
		c := begun(t, fuzzed[int(flavour)%len(fuzzed)])
		for dir := proto.ToServer; dir <= proto.ToClient; dir++ {
			c.Payload(dir, 1, body)
			c.Skipped(dir, 2, skip)
			c.Payload(dir, 3, body)
			n, _ := c.Messages(dir)
			require.LessOrEqual(t, n, int64(2*len(body)/prefix+1))
			c.End(dir, 4)
		}
	})
}
