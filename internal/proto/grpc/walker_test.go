package grpc

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// frame is a message, or what ends a body.
func frame(flags byte, content string) []byte {
	b := binary.BigEndian.AppendUint32([]byte{flags}, uint32(len(content)))
	return append(b, content...)
}

func join(frames ...[]byte) (all []byte) {
	for _, f := range frames {
		all = append(all, f...)
	}
	return all
}

// begun is a call whose two heads were read.
func begun(t testing.TB, contentType string) *Call {
	c := &Call{}
	c.RequestField([]byte("content-type"), []byte(contentType))
	require.True(t, c.Begin("POST", "/shop.Cart/Add"))
	c.ResponseField([]byte("content-type"), []byte(contentType))
	c.Respond(200)
	return c
}

func messages(t testing.TB, c *Call, dir proto.Dir) int64 {
	n, known := c.Messages(dir)
	require.True(t, known)
	return n
}

func TestMessagesInAnySplit(t *testing.T) {
	body := join(frame(0, "one"), frame(1, ""), frame(0, strings.Repeat("x", 300)), frame(0, ""))
	for size := 1; size <= len(body); size++ {
		for _, dir := range []proto.Dir{proto.ToServer, proto.ToClient} {
			c := begun(t, "application/grpc")
			for rest := body; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				c.Payload(dir, 1, rest[:min(size, len(rest))])
			}
			assert.Equal(t, int64(4), messages(t, c, dir))
			assert.True(t, c.Streams())
		}
	}
}

func TestUnfinishedMessageIsNone(t *testing.T) {
	c := begun(t, "application/grpc")
	body := join(frame(0, "one"), frame(0, "two"))
	c.Payload(proto.ToServer, 1, body[:len(body)-1])
	assert.Equal(t, int64(1), messages(t, c, proto.ToServer))
	assert.False(t, c.Streams())
	c.Payload(proto.ToServer, 1, body[len(body)-1:])
	assert.Equal(t, int64(2), messages(t, c, proto.ToServer))
	assert.True(t, c.Streams())
}

func TestSkips(t *testing.T) {
	long := frame(0, strings.Repeat("x", 1000))
	for _, tt := range []struct {
		name    string
		type_   string
		steps   func(c *Call)
		count   int64
		known   bool
		streams bool
	}{
		{"inside", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:64])
			c.Skipped(proto.ToClient, 2, 900)
			c.Payload(proto.ToClient, 3, long[964:])
		}, 1, true, false},
		{"to the end", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:64])
			c.Skipped(proto.ToClient, 2, int64(len(long)-64))
		}, 1, true, false},
		{"to the end, then another", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:5])
			c.Skipped(proto.ToClient, 2, 1000)
			c.Payload(proto.ToClient, 3, long)
		}, 2, true, true},
		{"nothing", "", func(c *Call) { c.Skipped(proto.ToClient, 1, 0) }, 0, true, false},
		{"beyond the end", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:64])
			c.Skipped(proto.ToClient, 2, int64(len(long)-64)+1)
		}, 0, false, true},
		{"beyond the end, perhaps into trailers", "application/grpc-web", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:64])
			c.Skipped(proto.ToClient, 2, int64(len(long)-64)+1)
		}, 0, false, false},
		{"at the first head", "", func(c *Call) { c.Skipped(proto.ToClient, 1, 10) }, 0, false, false},
		{"at the second head", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, frame(0, "one"))
			c.Skipped(proto.ToClient, 2, 10)
		}, 1, false, true},
		{"in a head", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:3])
			c.Skipped(proto.ToClient, 2, 2)
		}, 0, false, false},
		{"unknown number", "", func(c *Call) {
			c.Payload(proto.ToClient, 1, long[:64])
			c.Skipped(proto.ToClient, 2, -1)
		}, 0, false, false},
		{"for good", "", func(c *Call) {
			c.Skipped(proto.ToClient, 1, -1)
			c.Payload(proto.ToClient, 2, join(long, long))
		}, 0, false, false},
		{"base64", "application/grpc-web-text", func(c *Call) {
			c.Payload(proto.ToClient, 1, []byte(base64.StdEncoding.EncodeToString(long))[:64])
			c.Skipped(proto.ToClient, 2, 4)
		}, 0, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.type_ == "" {
				tt.type_ = "application/grpc"
			}
			c := begun(t, tt.type_)
			tt.steps(c)
			n, known := c.Messages(proto.ToClient)
			assert.Equal(t, tt.count, n)
			assert.Equal(t, tt.known, known)
			assert.Equal(t, tt.streams, c.Streams())
		})
	}
}

// Bytes that are no messages are not counted as such.
func TestNotMessages(t *testing.T) {
	for _, flags := range []byte{2, 0x80, 0x81, 0xff} {
		c := begun(t, "application/grpc")
		c.Payload(proto.ToClient, 1, frame(flags, "x"))
		_, known := c.Messages(proto.ToClient)
		assert.False(t, known, "%#x", flags)
	}
	c := &Call{}
	c.RequestField([]byte("content-type"), []byte("application/grpc"))
	require.True(t, c.Begin("POST", "/shop.Cart/Add"))
	c.ResponseField([]byte("content-type"), []byte("text/html"))
	c.Respond(200)
	c.Payload(proto.ToClient, 1, join(frame(0, ""), frame(0, "")))
	_, known := c.Messages(proto.ToClient)
	assert.False(t, known, "a page is no stream of messages")
	assert.False(t, c.Streams())
}

func TestEncodedBodies(t *testing.T) {
	c := &Call{}
	for _, f := range [][2]string{{"content-type", "application/grpc-web"}, {"content-encoding", "gzip"}} {
		c.RequestField([]byte(f[0]), []byte(f[1]))
	}
	require.True(t, c.Begin("POST", "/shop.Cart/Add"))
	for _, f := range [][2]string{{"content-type", "application/grpc-web"}, {"content-encoding", "br"}} {
		c.ResponseField([]byte(f[0]), []byte(f[1]))
	}
	c.Respond(200)
	for _, dir := range []proto.Dir{proto.ToServer, proto.ToClient} {
		c.Payload(dir, 1, frame(0, "x"))
		_, known := c.Messages(dir)
		assert.False(t, known)
	}
}

func TestBase64(t *testing.T) {
	bodies := map[string]string{
		"whole":  base64.StdEncoding.EncodeToString(join(frame(0, "one"), frame(0, "two"), frame(0x80, "grpc-status: 5\r\n"))),
		"pieces": "",
	}
	for _, piece := range [][]byte{frame(0, "one"), frame(0, "tw")[:6], []byte("w"), frame(0x80, "grpc-status: 5\r\n")} {
		bodies["pieces"] += base64.StdEncoding.EncodeToString(piece)
	}
	for name, body := range bodies {
		for size := 1; size <= len(body); size++ {
			c := begun(t, "application/grpc-web-text")
			for rest := body; rest != ""; rest = rest[min(size, len(rest)):] {
				c.Payload(proto.ToClient, 1, []byte(rest[:min(size, len(rest))]))
			}
			require.Equal(t, int64(2), messages(t, c, proto.ToClient), "%s by %d", name, size)
			code, ok := c.Code()
			require.True(t, ok)
			require.Equal(t, "NOT_FOUND", code)
		}
	}
	for _, bad := range []string{"AA-A", "A===", "=AAA", "AA=A", "AAA\n"} {
		c := begun(t, "application/grpc-web-text")
		c.Payload(proto.ToClient, 1, []byte(bad))
		_, known := c.Messages(proto.ToClient)
		assert.False(t, known, "%q", bad)
	}
}

// The response's content-type says how it is written, not the request's.
func TestTextAnsweredInBinary(t *testing.T) {
	c := &Call{}
	c.RequestField([]byte("content-type"), []byte("application/grpc-web-text"))
	require.True(t, c.Begin("POST", "/shop.Cart/Add"))
	c.ResponseField([]byte("content-type"), []byte("application/grpc-web"))
	c.Respond(200)
	c.Payload(proto.ToClient, 1, frame(0, "one"))
	assert.Equal(t, int64(1), messages(t, c, proto.ToClient))
}
