//go:build linux && (amd64 || arm64)

package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// A client that is answered before its body is out, and whose connection another thread takes then.
func TestAnsweredBeforeTheBodyIsOut(t *testing.T) {
	m := newMiddle(t, Config{})
	one, two := thread(31), thread(32)
	m.request(ask("/a"), one, event.Blocking)
	m.out.writer = one
	passes(m.out, m.back, "POST /b HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\n\r\n12345")
	passes(m.back, m.out, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
	m.out.writer = one
	passes(m.out, m.back, "67890")
	m.out.writer = two
	passes(m.out, m.back, ask("/c"))
	passes(m.back, m.out, hello)
	m.answer(one)
	server, client := requireParents(t, m.b.finish(t))
	require.Equal(t, of(t, server, "/a").SpanID, of(t, client, "/b").Parent)
	require.Zero(t, of(t, client, "/c").Parent)
}
