package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPoolIsBounded(t *testing.T) {
	var p Pool[int]
	assert.Nil(t, p.Take())
	for i := range maxFree + 1 {
		p.Give(&i)
	}
	assert.Equal(t, maxFree, p.Len())
	assert.Equal(t, maxFree-1, *p.Take(), "the one that was used last")
}

func TestBuffersAreBounded(t *testing.T) {
	var s Buffers
	for range 2 * maxBuffers {
		s.Give(make([]byte, 1, minBuffer))
	}
	s.Give(make([]byte, 4*minBuffer+1))
	assert.Len(t, s.free, maxBuffers)
	assert.Empty(t, s.Take())
	assert.Len(t, s.free, maxBuffers-1)
}
