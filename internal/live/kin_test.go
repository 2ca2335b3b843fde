package live

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// kin remembers which server span claims which parent, and what both asked for.
type kin struct {
	mu       sync.Mutex
	clients  map[pcommon.SpanID]string
	children []child
}

type child struct {
	parent pcommon.SpanID
	target string
}

// add notes a span.
func (k *kin) add(s ptrace.Span) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.clients == nil {
		k.clients = make(map[pcommon.SpanID]string)
	}
	if s.Kind() == ptrace.SpanKindClient {
		k.clients[s.SpanID()] = askedFor(s)
		return
	}
	if !s.ParentSpanID().IsEmpty() {
		k.children = append(k.children, child{s.ParentSpanID(), askedFor(s)})
	}
}

// askedFor is a request's URL, or the method of a call.
func askedFor(s ptrace.Span) string {
	text := func(key string) string {
		if v, ok := s.Attributes().Get(key); ok {
			return v.AsString()
		}
		return ""
	}
	if method := text("rpc.method"); method != "" {
		return method
	}
	if s.Kind() == ptrace.SpanKindClient {
		return text("url.full")
	}
	return "http://" + text("server.address") + ":" + text("server.port") + text("url.path")
}

// right checks that every parent exists and asked for what its child answered,
// and that no client has two children; it tells how many server spans have a parent.
func (k *kin) right(t testing.TB) int {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	taken := make(map[pcommon.SpanID]bool, len(k.children))
	var missing, wrong, shared int
	for _, c := range k.children {
		asked, ok := k.clients[c.parent]
		switch {
		case !ok:
			missing++
		case asked != c.target:
			wrong++
		case taken[c.parent]:
			shared++
		}
		taken[c.parent] = true
	}
	assert.Zero(t, missing, "parents that do not exist")
	assert.Zero(t, wrong, "parents of another request")
	assert.Zero(t, shared, "parents of two")
	return len(k.children)
}
