package span

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
)

func fill(b *Batch, n int) {
	for i := range n {
		s := b.Add()
		s.SpanID[0], s.Name, s.Resource = byte(i), "GET", resource
		s.Attrs.Str("key", "value")
		s.Links = append(s.Links, correlate.Link{SpanID: [8]byte{1}, State: "a=b"})
	}
}

func TestBatchKeepsOrder(t *testing.T) {
	var b Batch
	assert.Empty(t, b.Spans())
	fill(&b, 200)
	require.Equal(t, 200, b.Len())
	for i := range b.Spans() {
		require.Equal(t, byte(i), b.Spans()[i].SpanID[0])
	}
}

func TestBatchReset(t *testing.T) {
	var b Batch
	fill(&b, 3)
	held := b.Spans()
	b.Reset()
	assert.Zero(t, b.Len())
	for i := range held {
		attrs, links := held[i].Attrs, held[i].Links
		assert.Equal(t, Span{Attrs: attrs[:0], Links: links[:0]}, held[i], "lets go of what it held")
		assert.Empty(t, attrs[:1][0], "and of the attributes' strings")
		assert.Empty(t, links[:1][0], "and of the links'")
	}
	fill(&b, 1)
	assert.Len(t, b.Spans()[0].Attrs, 1, "a span starts with no attributes")
	assert.Len(t, b.Spans()[0].Links, 1, "and with no links")
}

func TestBatchReusesItsMemory(t *testing.T) {
	var b Batch
	fill(&b, 100)
	b.Reset()
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		fill(&b, 100)
		b.Reset()
	}))
}
