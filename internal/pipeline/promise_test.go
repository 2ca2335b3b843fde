//go:build linux && (amd64 || arm64)

package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/sampling"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// A request whose answer is never seen has no span, unless another one refers
// to it: then it has one, which says so.
func TestParentThatIsNeverAnswered(t *testing.T) {
	worker := thread(31)
	for name, tt := range map[string]struct {
		cfg  Config
		then func(m *middle)
		why  string
	}{
		"at the end of the run": {then: func(*middle) {}, why: "response_not_observed"},
		"flow expires": {
			cfg: Config{Flow: flow.Config{IdleTimeout: time.Second}},
			then: func(m *middle) {
				for range 30 {
					m.b.pass(100 * time.Millisecond)
				}
				require.Zero(t, m.b.Stats().Inflight)
			}, why: "response_not_observed",
		},
		"connection gone": {then: func(m *middle) { m.in.close() }, why: "connection_closed"},
		"no longer HTTP": {then: func(m *middle) {
			for range 4 { // as many as the parser bears
				m.in.say(event.Egress, "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", -1)
				m.in.say(event.Ingress, "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", -1)
			}
		}, why: "response_not_observed"},
	} {
		for _, links := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", linked to"}[links], func(t *testing.T) {
				tt.cfg.Correlate.Links = links
				m := newMiddle(t, tt.cfg)
				m.in.say(event.Ingress, ask("/a"), -1) // by a client elsewhere
				by := worker
				if links { // an event loop proves too little
					m.in.read(by, 0)
				} else {
					m.in.read(by, event.Blocking)
				}
				m.call(by, ask("/b"))
				tt.then(m)
				server, client := requireParents(t, m.b.finish(t))
				in, out := of(t, server, "/a"), of(t, client, "/b")
				require.Equal(t, tt.why, text(in, "error.type"))
				require.Zero(t, number(in, "http.response.status_code"))
				require.Equal(t, tt.why != "response_not_observed", in.Error, "what we did not see is not their failure")
				require.Zero(t, m.b.Stats().Ended[ledger.NoResponse])
				if links {
					require.Zero(t, out.Parent)
					require.Len(t, out.Links, 1)
					require.Equal(t, in.SpanID, out.Links[0].SpanID)
					return
				}
				require.Equal(t, in.SpanID, out.Parent)
				require.Empty(t, out.Links)
			})
		}
	}
}

// The same request without a child is counted, and nothing is made up.
func TestNeverAnsweredAndNobodysParent(t *testing.T) {
	m := newMiddle(t, Config{})
	m.in.say(event.Ingress, ask("/a"), -1)
	m.in.read(thread(31), event.Blocking)
	m.call(thread(32), ask("/b"))
	server, client := requireParents(t, m.b.finish(t))
	require.Len(t, server, 1)
	require.Len(t, client, 1)
	require.EqualValues(t, 1, m.b.Stats().Ended[ledger.NoResponse])
}

// Where a call is never seen answered, the server's end takes its place, and
// keeps its own calls below.
func TestChainThatIsNeverAnswered(t *testing.T) {
	m := newMiddle(t, Config{})
	worker, behind := thread(31), thread(41)
	last, end := m.b.join(3, behindPID, clientPID)
	m.request(ask("/a"), worker, event.Blocking)
	m.out.writer = worker
	passes(m.out, m.back, ask("/b"))
	m.back.read(behind, event.Blocking)
	last.writer = behind
	passes(last, end, ask("/c"))
	passes(end, last, hello)
	server, client := requireParents(t, m.b.finish(t)) // neither /b nor /a is answered
	require.Len(t, server, 3)
	require.Len(t, client, 1)
	for path, why := range map[string]string{"/a": "response_not_observed", "/b": "response_not_observed", "/c": ""} {
		require.Equal(t, why, text(of(t, server, path), "error.type"))
	}
	require.Zero(t, of(t, server, "/b").Parent)
	require.Equal(t, of(t, server, "/b").SpanID, client[0].Parent)
	require.Equal(t, client[0].SpanID, of(t, server, "/c").Parent)
}

// A request that will have no span is nobody's parent, and nobody's link.
func TestParentThatIsNotKept(t *testing.T) {
	const (
		otlp  = "POST /v1/traces HTTP/1.1\r\nHost: c\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
		probe = "GET /healthz HTTP/1.1\r\nHost: c\r\nUser-Agent: kube-probe/1.30\r\n\r\n"
	)
	served := []selection.PortRange{{From: localEnd.Port(), To: localEnd.Port()}} // by the middle
	for name, tt := range map[string]struct {
		cfg    Config
		req    string
		before func(m *middle) (after func())
		why    ledger.Reason
		ended  uint64 // messages, for that reason
		how    string // why the child has no parent
	}{
		"unselected": {cfg: Config{Exclude: []selection.Rule{{Ports: served}}}, why: ledger.Unselected, ended: 4, how: "nothing_in_hand"},
		"not decided on": {
			cfg:    Config{Exclude: []selection.Rule{{Ports: served, Service: "middle"}}},
			before: (*middle).forgetOwner, why: ledger.Unselected, ended: 2, how: "not_kept",
		},
		"OTLP":         {cfg: Config{DropOTLP: true}, req: otlp, why: ledger.OTLPExport, ended: 2, how: "not_kept"},
		"health probe": {cfg: Config{DropHealthProbes: true}, req: probe, why: ledger.HealthProbe, ended: 2, how: "not_kept"},
		"too many": {
			cfg: Config{MaxInflight: 3}, before: (*middle).crowd, why: ledger.Inflight, ended: 2, how: "not_kept",
		},
	} {
		for _, links := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", with links"}[links], func(t *testing.T) {
				tt.cfg.Correlate.Links = links
				m := newMiddle(t, tt.cfg)
				after := func() {}
				if tt.before != nil {
					after = tt.before(m)
				}
				if tt.req == "" {
					tt.req = ask("/a")
				}
				m.in.say(event.Ingress, tt.req, -1)
				m.in.read(thread(31), event.Blocking)
				after()
				m.call(thread(31), ask("/b"))
				m.in.say(event.Egress, hello, -1)
				m.in.own(middlePID)
				_, client := requireParents(t, m.b.finish(t))
				out := of(t, client, "/b")
				require.Zero(t, out.Parent)
				require.Empty(t, out.Links)
				require.Equal(t, tt.ended, m.b.Stats().Ended[tt.why])
				require.EqualValues(t, 1, m.missing("middle", tt.how))
			})
		}
	}
}

// forgetOwner makes it unknown who holds the socket that requests come by.
func (m *middle) forgetOwner() func() {
	_, m.in = m.b.pair(7)
	m.in.tgid, m.in.reader, m.in.comm = 0, middlePID, "middle"
	return func() {}
}

// crowd fills the engine with exchanges, until after is called.
func (m *middle) crowd() (after func()) {
	var others []*conn
	for n := range uint64(3) {
		c := m.b.conn(100+n, event.RoleServer)
		c.own(behindPID)
		c.say(event.Ingress, get, -1)
		others = append(others, c)
	}
	return func() {
		for _, c := range others {
			c.say(event.Egress, hello, -1)
		}
	}
}

// What the sampler leaves out has children that it leaves out too.
func TestParentThatIsNotSampled(t *testing.T) {
	for _, links := range []bool{false, true} {
		m := newMiddle(t, Config{Correlate: correlate.Options{Sampler: sampling.New(0, true), Links: links}})
		m.request(ask("/a", unsampled), thread(31), event.Blocking)
		m.call(thread(31), ask("/b"))
		m.out.say(event.Egress, ask("/c", sdkparent), -1) // below an SDK's span, which is kept
		m.out.say(event.Ingress, hello, -1)
		m.answer(thread(31))
		server, client := requireParents(t, m.b.finish(t))
		require.Empty(t, server)
		require.Len(t, client, 1)
		require.Equal(t, "wire", text(of(t, client, "/c"), span.ParentEvidence))
		require.Empty(t, client[0].Links)
		require.Zero(t, m.b.Stats().Ended[ledger.NoResponse])
	}
}

const (
	unsampled = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
	sdkparent = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
)

// What was sent for an answered request, but comes to the engine after its answer, is nobody's child.
func TestParentThatIsOver(t *testing.T) {
	m := newMiddle(t, Config{Correlate: correlate.Options{Links: true}})
	m.request(ask("/a"), thread(31), event.Blocking)
	m.answer(thread(31))
	m.call(thread(31), ask("/b"))
	h := m.finish(t, "/a", "/b")
	h.apart(t)
	require.Empty(t, h.out.Links)
	require.EqualValues(t, 1, m.missing("middle", "nothing_in_hand"))
}
