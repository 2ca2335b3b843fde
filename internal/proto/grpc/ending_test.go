package grpc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestTrailersFrame(t *testing.T) {
	for _, tt := range []struct {
		flags   byte
		content string
		want    string
	}{
		{0x80, "grpc-status: 0\r\n", "OK"},
		{0x80, "grpc-status:13\r\ngrpc-message:oh\r\n", "INTERNAL"},
		{0x80, "Grpc-Message: " + strings.Repeat("x", 500) + "\r\nGRPC-Status:  16 \r\n", "UNAUTHENTICATED"},
		{0x80, "grpc-status: 14", "UNAVAILABLE"},
		{0x80, "grpc-status: 8\n", "RESOURCE_EXHAUSTED"},
		{0x80, "x: grpc-status: 0\r\n", ""},
		{0x80, strings.Repeat("x", 32) + "grpc-status: 0\r\n", ""},
		{0x80, "", ""},
		{0x81, "grpc-status: 0\r\n", ""}, // compressed
	} {
		body := join(frame(0, "one"), frame(tt.flags, tt.content))
		for size := 1; size <= len(body); size++ {
			c := begun(t, "application/grpc-web+proto")
			for rest := body; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				c.Payload(proto.ToClient, 1, rest[:min(size, len(rest))])
			}
			got, ok := c.Code()
			require.Equal(t, tt.want, got, "%q by %d", tt.content, size)
			require.Equal(t, tt.want != "", ok)
			require.Equal(t, int64(1), messages(t, c, proto.ToClient))
		}
	}
}

// A line of which some is missing says nothing, the next one does.
func TestTrailersSkipped(t *testing.T) {
	for _, tt := range []struct{ seen, skipped, rest, want string }{
		{"grpc-status: 1", "2\r\n", "", ""},
		{"grpc-status: 1", "2", "\r\nx: y\r\n", ""},
		{"grpc-message: a", "bc", "grpc-status: 0\r\n", ""},
		{"grpc-message: a", "bc", "\r\ngrpc-status: 3\r\n", "INVALID_ARGUMENT"},
	} {
		c := begun(t, "application/grpc-web")
		body := frame(0x80, tt.seen+tt.skipped+tt.rest)
		c.Payload(proto.ToClient, 1, body[:prefix+len(tt.seen)])
		c.Skipped(proto.ToClient, 1, int64(len(tt.skipped)))
		c.Payload(proto.ToClient, 1, []byte(tt.rest))
		got, _ := c.Code()
		assert.Equal(t, tt.want, got, "%q", tt)
	}
}

func TestConnectEndOfStream(t *testing.T) {
	for content, want := range map[string]string{
		`{}`:                                     "",
		`{"metadata":{"code":["x"],"error":[]}}`: "",
		`{"error":null}`:                         "",
		`{"error":{"code":"unavailable"}}`:       "unavailable",
		` { "error" : { "message" : "\"code\":\"x\"" , "code" : "not_found" } } `: "not_found",
		`{"error":{"details":[{"code":"internal"}],"code":"aborted"}}`:            "aborted",
		`{"error":{"details":{"code":"internal"}}}`:                               "unknown",
		`{"error":{"code":"no_such_code"}}`:                                       "unknown",
		`{"error":{"code":5}}`:                                                    "unknown",
		`{"error":{}}`:                                                            "unknown",
		`{"error":{"code":"can\u0063eled"}}`:                                      "unknown", // nobody writes it so
		`{"code":"internal"}`:                                                     "",
		`{"x":{"code":"internal"},"error":{"code":"canceled"}}`:                   "canceled",
		`["error",{"code":"internal"}]`:                                           "",
		`}{"error":{"code":"internal"}}`:                                          "",
		strings.Repeat("{", 70) + `"error":{"code":"internal"}}`:                  "",
	} {
		for size := 1; size <= len(content); size++ {
			c := begun(t, "application/connect+json")
			body := join(frame(0, "{}"), frame(2, content))
			for rest := body; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				c.Payload(proto.ToClient, 1, rest[:min(size, len(rest))])
			}
			got, ok := c.Code()
			require.Equal(t, want, got, "%s by %d", content, size)
			require.Equal(t, want != "", ok)
			require.Equal(t, int64(1), messages(t, c, proto.ToClient))
		}
	}
}

func TestConnectEndOfStreamUnread(t *testing.T) {
	c := begun(t, "application/connect+proto")
	c.Payload(proto.ToClient, 1, frame(3, `{"error":{"code":"internal"}}`))
	_, ok := c.Code()
	assert.False(t, ok, "compressed")

	c = begun(t, "application/connect+proto")
	body := frame(2, `{"error":{"message":"...","code":"internal"}}`)
	c.Payload(proto.ToClient, 1, body[:20])
	c.Skipped(proto.ToClient, 1, 5)
	c.Payload(proto.ToClient, 1, body[25:])
	_, ok = c.Code()
	assert.False(t, ok, "a part is missing")
}

// unary is a call of Connect whose response has this head.
func unary(t testing.TB, status int, fields ...string) *Call {
	c := &Call{}
	c.RequestField([]byte("content-type"), []byte("application/proto"))
	c.RequestField([]byte("connect-protocol-version"), []byte("1"))
	require.True(t, c.Begin("POST", "/shop.Cart/Add"))
	for i := 0; i < len(fields); i += 2 {
		c.ResponseField([]byte(fields[i]), []byte(fields[i+1]))
	}
	c.Respond(status)
	return c
}

func TestConnectError(t *testing.T) {
	const body = `{"code":"permission_denied","message":"no"}`
	for _, tt := range []struct {
		name   string
		status int
		fields []string
		want   string
	}{
		{"read", 403, []string{"content-type", "application/json"}, "permission_denied"},
		{"success has none", 200, []string{"content-type", "application/json"}, ""},
		{"not JSON", 403, []string{"content-type", "text/html"}, ""},
		{"compressed", 403, []string{"content-type", "application/json", "content-encoding", "gzip"}, ""},
		{"said not to be", 403, []string{"content-type", "application/json", "content-encoding", "identity"}, "permission_denied"},
	} {
		c := unary(t, tt.status, tt.fields...)
		c.Payload(proto.ToClient, 1, []byte(body[:9]))
		c.Payload(proto.ToClient, 1, []byte(body[9:]))
		got, _ := c.Code()
		assert.Equal(t, tt.want, got, tt.name)
		assert.False(t, c.Streams())
	}
	c := unary(t, 403, "content-type", "application/json")
	c.Skipped(proto.ToClient, 1, 1)
	c.Payload(proto.ToClient, 1, []byte(body))
	_, ok := c.Code()
	assert.False(t, ok, "the beginning is missing")
}
