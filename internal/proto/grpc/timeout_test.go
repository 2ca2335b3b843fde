package grpc

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTimeouts(t *testing.T) {
	for _, tt := range []struct {
		field, value string
		want         time.Duration
		ok           bool
	}{
		{"grpc-timeout", "1H", time.Hour, true},
		{"grpc-timeout", "2M", 2 * time.Minute, true},
		{"grpc-timeout", "30S", 30 * time.Second, true},
		{"grpc-timeout", "250m", 250 * time.Millisecond, true},
		{"grpc-timeout", "999u", 999 * time.Microsecond, true},
		{"Grpc-Timeout", "99999999n", 99999999, true},
		{"grpc-timeout", "0n", 0, true},
		{"grpc-timeout", "99999999H", math.MaxInt64, true},
		{"grpc-timeout", "100000000n", 0, false},
		{"grpc-timeout", "1s", 0, false},
		{"grpc-timeout", "-1S", 0, false},
		{"grpc-timeout", "S", 0, false},
		{"grpc-timeout", "1", 0, false},
		{"grpc-timeout", "", 0, false},
		{"Connect-Timeout-Ms", "5000", 5 * time.Second, true},
		{"connect-timeout-ms", "9999999999", 9999999999 * time.Millisecond, true},
		{"connect-timeout-ms", "10000000000", 0, false},
		{"connect-timeout-ms", "5s", 0, false},
		{"connect-timeout-ms", "", 0, false},
	} {
		var c Call
		c.RequestField([]byte(tt.field), []byte(tt.value))
		assert.Equal(t, tt.ok, c.Timed, "%s: %q", tt.field, tt.value)
		assert.Equal(t, int64(tt.want), c.Timeout, "%s: %q", tt.field, tt.value)
	}
}
