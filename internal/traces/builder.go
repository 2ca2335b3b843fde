package traces

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata"

	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

const (
	// SchemaURL is put on every resource and scope: the semantic conventions
	// that all attributes follow.
	SchemaURL = "https://opentelemetry.io/schemas/1.43.0"
	// ScopeName is the instrumentation scope: the component's import path.
	ScopeName = "github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
)

// Builder makes pdata of batches. It keeps scratch memory between batches and
// belongs to one goroutine.
type Builder struct {
	version string
	groups  []group
	// index finds a resource's group while a batch is built.
	index map[*process.Resource]int
	// member is the group of each span of the batch.
	member []int
	pairs  xpdata.MapBuilder
}

// group is what a batch holds of one resource.
type group struct {
	resource *process.Resource
	size     int
	spans    ptrace.SpanSlice
}

// NewBuilder makes a builder that puts the build's version on every scope.
func NewBuilder(version string) *Builder {
	return &Builder{version: version, index: make(map[*process.Resource]int)}
}

// Build makes pdata of the spans, which it neither changes nor keeps: after a
// refused export the same spans can be built again. Strings are shared, not copied.
func (b *Builder) Build(spans []span.Span) ptrace.Traces {
	defer b.release()
	b.group(spans)

	traces := ptrace.NewTraces()
	resources := traces.ResourceSpans()
	resources.EnsureCapacity(len(b.groups))
	for i := range b.groups {
		b.openGroup(&b.groups[i], resources.AppendEmpty())
	}
	for i := range spans {
		b.putSpan(b.groups[b.member[i]].spans.AppendEmpty(), &spans[i])
	}
	return traces
}

// group counts the spans of every resource. Neighbours mostly share one, which
// saves them the look-up.
func (b *Builder) group(spans []span.Span) {
	last := -1
	for i := range spans {
		r := spans[i].Resource
		if last < 0 || b.groups[last].resource != r {
			last = b.groupOf(r)
		}
		b.groups[last].size++
		b.member = append(b.member, last)
	}
}

func (b *Builder) groupOf(r *process.Resource) int {
	i, known := b.index[r]
	if !known {
		i = len(b.groups)
		b.groups = append(b.groups, group{resource: r})
		b.index[r] = i
	}
	return i
}

func (b *Builder) openGroup(g *group, out ptrace.ResourceSpans) {
	out.SetSchemaUrl(SchemaURL)
	if g.resource != nil {
		b.putAttributes(out.Resource().Attributes(), g.resource.Attrs)
	}
	scope := out.ScopeSpans().AppendEmpty()
	scope.SetSchemaUrl(SchemaURL)
	scope.Scope().SetName(ScopeName)
	scope.Scope().SetVersion(b.version)
	g.spans = scope.Spans()
	g.spans.EnsureCapacity(g.size)
}

func (b *Builder) putSpan(out ptrace.Span, s *span.Span) {
	out.SetTraceID(s.TraceID)
	out.SetSpanID(s.SpanID)
	out.SetParentSpanID(s.Parent)
	if s.TraceState != "" {
		out.TraceState().FromRaw(s.TraceState)
	}
	out.SetFlags(s.Flags)
	out.SetName(s.Name)
	out.SetKind(kind(s.Kind))
	out.SetStartTimestamp(pcommon.Timestamp(s.Start))
	out.SetEndTimestamp(pcommon.Timestamp(s.End))
	if s.Error {
		out.Status().SetCode(ptrace.StatusCodeError)
	}
	b.putAttributes(out.Attributes(), s.Attrs)
	if len(s.Links) > 0 {
		putLinks(out.Links(), s)
	}
}

// putLinks leaves the flags of links at 0: whether what they point to was
// sampled, and where it lives, is not known.
func putLinks(out ptrace.SpanLinkSlice, s *span.Span) {
	out.EnsureCapacity(len(s.Links))
	for i := range s.Links {
		from, to := &s.Links[i], out.AppendEmpty()
		to.SetTraceID(from.TraceID)
		to.SetSpanID(from.SpanID)
		if from.State != "" {
			to.TraceState().FromRaw(from.State)
		}
		if from.Evidence != "" {
			to.Attributes().PutStr(span.LinkEvidence, string(from.Evidence))
		}
	}
}

// release lets go of the batch and keeps the memory.
func (b *Builder) release() {
	clear(b.groups)
	b.groups = b.groups[:0]
	clear(b.index)
	b.member = b.member[:0]
}

func kind(k span.Kind) ptrace.SpanKind {
	switch k {
	case span.Client:
		return ptrace.SpanKindClient
	case span.Internal:
		return ptrace.SpanKindInternal
	default:
		return ptrace.SpanKindServer
	}
}
