package clock

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseOffsets(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0,
		"monotonic           7         0\nboottime            0         0\n": 0,
		"monotonic           0         0\nboottime       100000         5\n": 100_000_000_000_005,
		"boottime -1 500000000\n": -500_000_000,
	} {
		got, err := parseOffsets(text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	for _, bad := range []string{"boottime x 0", "boottime 0 y"} {
		_, err := parseOffsets(bad)
		assert.Error(t, err)
	}
}
