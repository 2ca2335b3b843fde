package span

// Batch collects the spans of one flush and owns their memory: a batch that is
// filled and reset again and again allocates nothing once it has been as full as it
// gets. The zero value is ready. Its owner bounds it by looking at Len.
type Batch struct{ spans []Span }

// Add appends a span to be built and answers where. The pointer is good until the
// next Add or Reset.
func (b *Batch) Add() *Span {
	n := len(b.spans)
	if n < cap(b.spans) {
		b.spans = b.spans[:n+1] // with the attribute and link memory of its predecessor
	} else {
		b.spans = append(b.spans, Span{})
	}
	return &b.spans[n]
}

// Spans are the spans in the order of Add, good until the next Add or Reset.
func (b *Batch) Spans() []Span { return b.spans }

// Len is the number of spans.
func (b *Batch) Len() int { return len(b.spans) }

// Reset empties the batch and keeps its memory, but lets go of every string
// and resource that the spans held.
func (b *Batch) Reset() {
	for i := range b.spans {
		s := &b.spans[i]
		s.Attrs.Reset()
		clear(s.Links)
		attrs, links := s.Attrs, s.Links[:0]
		*s = Span{}
		s.Attrs, s.Links = attrs, links
	}
	b.spans = b.spans[:0]
}
