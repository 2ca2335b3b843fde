package span

import (
	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/clock"
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Input is what one span is made of.
type Input struct {
	Exchange *proto.Exchange
	// Side is the end of the connection that the span speaks for.
	Side      proto.Side
	Endpoints proto.Endpoints
	Identity  correlate.Identity
	// Resource is whose end it is; spans with the same pointer are exported together.
	Resource *process.Resource
	// Part is true for a span about what is new of an exchange that another span has told
	// of; it begins at Since, event time, and is nobody's client's or server's.
	Part  bool
	Since int64
	// NotBefore is when the span begins at the earliest, Unix ns: where the wall clock
	// was stepped after the client's span was made, the server's moves along.
	NotBefore uint64
	// Extra are attributes that only the flow knows, put after the
	// protocol's. Their keys must differ from those.
	Extra attr.List
	// Links are what the span may have to do with; seldom any. They are copied.
	Links []correlate.Link
}

// Builder makes spans. It belongs to one goroutine.
type Builder struct {
	clock clock.Clock
	// description is handed to every Describe, so that none is allocated.
	description proto.Description
}

// NewBuilder makes a builder that converts event times with the given clock.
func NewBuilder(c clock.Clock) *Builder { return &Builder{clock: c} }

// Build writes the span of an exchange that is done into s, whatever s held
// before, and reuses the memory of s.Attrs and s.Links. It keeps nothing of the input but
// strings and the resource, so the exchange may be released afterwards.
func (b *Builder) Build(s *Span, in *Input) {
	d := &b.description
	d.Attrs = s.Attrs
	d.Reset()
	in.Exchange.Semantics.Describe(in.Side, in.Endpoints, d)
	d.Attrs = append(d.Attrs, in.Extra...)
	if in.Identity.Evidence != correlate.NoEvidence {
		d.Attrs.Str(ParentEvidence, string(in.Identity.Evidence))
	}

	first, last := interval(in.Exchange)
	if in.Part {
		first, last = in.Since, max(in.Since, last)
	}
	// Every field by itself: a literal would be made elsewhere and copied.
	s.TraceID = in.Identity.TraceID
	s.SpanID = in.Identity.SpanID
	s.Parent = in.Identity.Parent
	s.TraceState = in.Identity.State
	s.Flags = in.Identity.Flags
	s.Name = d.Name
	s.Kind = kind(in.Side, d.Internal || in.Part)
	s.Start = b.clock.Unix(first)
	s.End = b.clock.Unix(last)
	if s.Start < in.NotBefore {
		s.Start, s.End = in.NotBefore, s.End+in.NotBefore-s.Start
	}
	s.Error = d.Error
	s.Attrs = d.Attrs
	s.Resource = in.Resource
	if len(s.Links)+len(in.Links) > 0 { // seldom
		clear(s.Links)
		s.Links = append(s.Links[:0], in.Links...)
	}
	d.Attrs = nil // they are the span's now
}

// interval is when an exchange began and ended, in event time. It begins with
// the request's first byte and ends with the response's last: on a server from
// arrival to departure, on a client the mirror of that. Of an exchange that
// is not whole it ends with the last byte seen of either half. That is always
// a byte's time: when a connection was closed says nothing of the work.
func interval(x *proto.Exchange) (first, last int64) {
	first = x.Request.First
	if !x.Request.Seen {
		first = x.Response.First
	}
	last = x.Response.Last
	if !x.Response.Whole {
		last = max(last, x.Request.Last)
	}
	return first, max(first, last)
}

func kind(side proto.Side, internal bool) Kind {
	switch {
	case internal:
		return Internal
	case side == proto.Client:
		return Client
	default:
		return Server
	}
}
