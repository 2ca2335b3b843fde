package grpc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCodes(t *testing.T) {
	for c := OK; c < codes; c++ {
		assert.Equal(t, c, parseStatus(append([]byte(nil), decimalOf(c)...)))
		if c == OK {
			assert.Empty(t, c.Connect())
			continue
		}
		want := strings.ToLower(c.String())
		if c == Cancelled {
			want = "canceled"
		}
		assert.Equal(t, want, c.Connect())
		assert.Equal(t, c, parseConnect([]byte(want)))
	}
	for _, s := range []string{"", "17", "999", "1000", "-1", "OK", "0x0", " 0"} {
		assert.Equal(t, Unknown, parseStatus([]byte(s)), "%q", s)
	}
	for _, s := range []string{"", "ok", "cancelled", "NOT_FOUND", "5"} {
		assert.Equal(t, Unknown, parseConnect([]byte(s)), "%q", s)
	}
	assert.Equal(t, "UNKNOWN", Code(200).String())
	assert.Equal(t, "unknown", Code(200).Connect())
}

func decimalOf(c Code) string {
	return strings.TrimLeft(string([]byte{'0' + byte(c)/10, '0' + byte(c)%10}), "0") + map[bool]string{true: "0"}[c == OK]
}

func TestInferred(t *testing.T) {
	for status, want := range map[int]Code{
		400: Internal, 401: Unauthenticated, 403: PermissionDenied, 404: Unimplemented,
		429: Unavailable, 502: Unavailable, 503: Unavailable, 504: Unavailable,
		204: Unknown, 301: Unknown, 409: Unknown, 500: Unknown, 501: Unknown,
	} {
		assert.Equal(t, want, inferred(status), status)
	}
}
