package http1

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// log is a sink that writes down what it is told.
type log struct {
	strings.Builder
	t        testing.TB
	accounts map[string]*account
	open     map[*proto.Exchange]bool
	streams  map[*proto.Exchange]bool
	ids      []uint64 // request ids in the order of their first appearance
}

type account struct {
	name   string
	claims int
}

func (a *account) Claim() { a.claims++ }

func (l *log) account(dir proto.Dir, ord uint32) *account {
	name := arrow(dir) + strconv.Itoa(int(ord))
	if l.accounts[name] == nil {
		l.accounts[name] = &account{name: name}
	}
	return l.accounts[name]
}

func arrow(dir proto.Dir) string { return [...]string{">", "<"}[dir] }

func (l *log) Open(x *proto.Exchange) {
	if l.open == nil {
		l.open = map[*proto.Exchange]bool{}
	}
	l.open[x] = true
	e := x.Semantics.(*exchange)
	fmt.Fprintf(l, "open %s %s\n", e.Method, short(e.target))
}

func (l *log) Done(x *proto.Exchange) {
	require.True(l.t, l.open[x], "done without open, or twice")
	delete(l.open, x)
	delete(l.streams, x)
	e := x.Semantics.(*exchange)
	fmt.Fprintf(l, "done %s %s", e.Method, short(e.target))
	for _, f := range []struct {
		name, value string
	}{
		{"original", e.Original},
		{"version", e.version},
		{"host", e.Host},
		{"agent", e.UserAgent},
		{"origin", e.origin},
		{"fault", string(x.Fault)},
		{"stream", string(e.Stream)},
		{"marks", marks(x.Mark)},
	} {
		if f.value != "" {
			fmt.Fprintf(l, " %s=%s", f.name, short(f.value))
		}
	}
	l.WriteByte('\n')
	if x.Context.Valid() {
		l.context(&x.Context)
	}
	if x.RequestID != 0 {
		fmt.Fprintf(l, "  request id %d\n", l.id(x.RequestID))
	}
	l.message("request ", &x.Request)
	if e.Status != 0 {
		fmt.Fprintf(l, "  status %d\n", e.Status)
	}
	l.message("response", &x.Response)
	l.stream(e)
	x.Semantics.Release()
}

func (l *log) context(c *tracecontext.Context) {
	fmt.Fprintf(l, "  context %x-%x-%02x %s", c.TraceID, c.SpanID, c.Flags, c.State)
	if c.Format != tracecontext.W3C {
		fmt.Fprintf(l, "format=%s", c.Format)
	}
	if c.Deferred {
		l.WriteString(" deferred")
	}
	l.WriteByte('\n')
}

// id numbers the request ids of the conversation from 1; their hashes differ from run to run.
func (l *log) id(hash uint64) int {
	if i := slices.Index(l.ids, hash); i >= 0 {
		return i + 1
	}
	l.ids = append(l.ids, hash)
	return len(l.ids)
}

func (l *log) message(name string, m *proto.Message) {
	if !m.Seen && len(m.Accounts) == 0 {
		return
	}
	fmt.Fprintf(l, "  %s %d-%d wire=%d body=%d message=%d#%d accounts=", name, m.First, m.Last, m.Wire, m.Body, m.Origin.Ordinal, m.Index)
	for _, a := range m.Accounts {
		l.WriteString(a.(*account).name)
		a.(*account).claims--
	}
	switch {
	case !m.Seen:
		l.WriteString(" unseen")
	case !m.Whole:
		l.WriteString(" part")
	}
	if m.Truncated {
		l.WriteString(" truncated")
	}
	l.WriteByte('\n')
}

func (l *log) Streams(x *proto.Exchange) {
	e := x.Semantics.(*exchange)
	require.True(l.t, l.open[x], "a stream without open")
	require.True(l.t, x.Response.Seen, "a stream before its response")
	require.NotZero(l.t, x.Mark&proto.MarkStream)
	require.False(l.t, l.streams[x], "twice")
	if l.streams == nil {
		l.streams = map[*proto.Exchange]bool{}
	}
	l.streams[x] = true
	fmt.Fprintf(l, "streams %s %s\n", e.Method, short(e.target))
}

func (l *log) stream(e *exchange) {
	if s := e.stream; s != nil {
		fmt.Fprintf(l, "  messages %d, bytes %d", s.traffic.Messages, s.traffic.Bytes)
		if s.closed {
			fmt.Fprintf(l, " closed%s %d", arrow(s.closer), s.code)
		}
		l.WriteByte('\n')
	}
	if c := e.call; c != nil {
		sent, known := c.Messages(proto.ToServer)
		received, knownToo := c.Messages(proto.ToClient)
		code, _ := c.Code()
		fmt.Fprintf(l, "  %s call of %s: %d %t, %d %t %q\n", e.Protocol, c.Method, sent, known, received, knownToo, code)
	}
}

func (l *log) Lost(m proto.Account, why proto.Lost) {
	name := "-"
	if a, ok := m.(*account); ok {
		name = a.name
	}
	fmt.Fprintf(l, "lost %s %s\n", name, [...]string{"gap", "syntax", "no request", "cap", "opaque"}[why])
}

// settle checks that nothing is held any more.
func (l *log) settle(p *parser) {
	require.Empty(l.t, l.open, "exchanges never done")
	for _, a := range l.accounts {
		require.Zero(l.t, a.claims, "claims on %s never given back", a.name)
	}
	require.Zero(l.t, p.owner.buffered)
	require.Zero(l.t, p.queue.held)
	for _, h := range p.halves {
		require.Nil(l.t, h.buf)
		require.Nil(l.t, h.x)
	}
	require.Nil(l.t, p.next)
}

func marks(m proto.Mark) string {
	var out []string
	if m&proto.MarkOTLP != 0 {
		out = append(out, "otlp")
	}
	if m&proto.MarkHealthProbe != 0 {
		out = append(out, "probe")
	}
	if m&proto.MarkStream != 0 {
		out = append(out, "stream")
	}
	return strings.Join(out, ",")
}

func short(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%s...(%d)", s[:40], len(s))
	}
	return s
}
