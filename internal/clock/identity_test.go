package clock

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestIdentity(t *testing.T) {
	var c Identity
	assert.Zero(t, c.Now())
	assert.Equal(t, uint64(epoch), c.Unix(epoch))
	assert.Zero(t, c.Unix(-1), "before 1970")
	c.Advance(epoch)
	c.Advance(epoch - 5)
	assert.Equal(t, int64(epoch), c.Now())
	assert.Zero(t, c.Sync())
}
