package inner

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Registry is who may follow. Protocols that hand over need its Next before they are made, so
// it is filled in afterwards. Like they, it is used from one goroutine.
type Registry struct {
	// Protocols are asked in this order.
	Protocols []proto.Protocol
	// Opaque takes what none of them claims; nil: nobody does.
	Opaque proto.Protocol
}

// Upgrader is a protocol to which a connection can be upgraded, by name, with a request that it is to answer.
type Upgrader interface {
	// Upgraded makes the parser of such a connection.
	Upgraded(h proto.Handover) proto.Parser
}

// maxDepth is how many handovers deep a connection is followed.
const maxDepth = 4

// Next is a proto.Next.
func (r *Registry) Next(h proto.Handover) proto.Parser {
	inside, ok := nest(h.Sink)
	if !ok {
		return nil
	}
	h.Sink = inside
	if h.Name != "" {
		return r.named(h)
	}
	if len(r.Protocols) == 0 && r.Opaque == nil {
		return nil
	}
	return &sniffer{registry: r, transport: h.Transport, sink: h.Sink}
}

// named makes the parser that the two ends agreed upon.
func (r *Registry) named(h proto.Handover) proto.Parser {
	for _, p := range r.Protocols {
		if p.Name() != h.Name {
			continue
		}
		if u, ok := p.(Upgrader); ok {
			return u.Upgraded(h)
		}
		if h.First == nil {
			return p.NewParser(h.Transport, h.Sink)
		}
	}
	return nil
}

// nested is a sink inside a number of others.
type nested struct {
	proto.Sink
	depth int
}

// nest goes one deeper, if that is not too deep.
func nest(s proto.Sink) (*nested, bool) {
	n := &nested{Sink: s, depth: 1}
	if outer, ok := s.(*nested); ok {
		n.Sink, n.depth = outer.Sink, outer.depth+1
	}
	return n, n.depth <= maxDepth
}
