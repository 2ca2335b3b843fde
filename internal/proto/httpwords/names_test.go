package httpwords

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNamesAreBounded(t *testing.T) {
	n := newNames()
	for i := range 10 * nameSlots {
		s := fmt.Sprintf("host-%d.test", i)
		require.Equal(t, s, n.of([]byte(s)))
	}
	long := strings.Repeat("x", maxName+1)
	assert.Equal(t, long, n.of([]byte(long)))
	for _, s := range n.slots {
		require.LessOrEqual(t, len(s), maxName)
	}
	hot := []byte("shop.test")
	n.of(hot)
	assert.Zero(t, testing.AllocsPerRun(100, func() { n.of(hot) }))
	assert.Equal(t, "a\ufffdb", n.of([]byte("a\xffb")), "attributes are valid UTF-8")
}
