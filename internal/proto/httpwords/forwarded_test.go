package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClientOf(t *testing.T) {
	for _, tc := range []struct{ forwarded, forwardedFor, want string }{
		{"", "", ""},
		{"for=192.0.2.1", "", "192.0.2.1"},
		{`For="192.0.2.1:4711";proto=http`, "", "192.0.2.1"},
		{`for="[2001:db8::1]"`, "", "2001:db8::1"},
		{`for="[2001:db8::1`, "192.0.2.3", "192.0.2.3"},
		{"for=_gazonk", "192.0.2.3", "192.0.2.3"},
		{"by=192.0.2.9", "192.0.2.3", "192.0.2.3"},
		{"for=unknown, for=192.0.2.1", "", ""},
		{"", "192.0.2.1, 10.0.0.1", "192.0.2.1"},
		{"", " [2001:db8::1]:80", "2001:db8::1"},
		{"", "2001:db8::1", "2001:db8::1"},
		{"", "unknown", ""},
		{"", ",", ""},
	} {
		assert.Equal(t, tc.want, string(ClientOf([]byte(tc.forwarded), []byte(tc.forwardedFor))), "%+v", tc)
	}
}
