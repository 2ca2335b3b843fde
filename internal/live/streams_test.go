package live

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// opened waits until both ends of a stream were told of while it is open.
func (in *instance) opened(t testing.TB, addr, path, kind string) {
	t.Helper()
	ours := requesting(addr, path)
	both := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 2 }).Where(ours)
	server, client := both.Kind("Server").One(t), both.Kind("Client").One(t)
	assert.Equal(t, client.SpanID, server.Parent)
	for _, span := range both {
		assert.Equal(t, true, span.Attrs["beyla.stream"])
		assert.Equal(t, true, span.Attrs["beyla.stream.open"])
		assert.Equal(t, kind, span.Str("beyla.stream.kind"))
		assert.True(t, span.Has("beyla.stream.first_byte"))
	}
}

// parts ends the receiver, and checks what it told of a stream that went on from start to end: at
// each end one span, and others below it, one after the other.
func (in *instance) parts(t testing.TB, addr, path string, start, end time.Time) {
	t.Helper()
	in.shutdown(t)
	all := in.Spans().Where(requesting(addr, path))
	for _, first := range []testkit.Span{all.Kind("Server").One(t), all.Kind("Client").One(t)} {
		parts := all.Kind("Internal").Where(func(s testkit.Span) bool { return s.Parent == first.SpanID })
		require.NotEmpty(t, parts, "spans below the %s", first.Kind)
		told := first.End
		for i, part := range parts {
			assert.Equal(t, first.TraceID, part.TraceID)
			assert.EqualValues(t, i+1, part.Int("beyla.stream.part"))
			assert.WithinDuration(t, told, part.Start, time.Microsecond, "what was told of is not told again")
			assert.Equal(t, i < len(parts)-1, part.Has("beyla.stream.open"), "the last one says that it is over")
			told = part.End
		}
		assert.WithinDuration(t, start, first.Start, slack)
		assert.WithinDuration(t, end, told, slack)
	}
}

// webSocket is a line of the log of a server or client.
type webSocket struct {
	Path           string
	Sent, Received int64
	Code           int
}

// startWebSocket starts a server of one of the two libraries.
func startWebSocket(t testing.TB, library []string) (addr string, p *testkit.Process) {
	t.Helper()
	port := testkit.FreePort(t)
	addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	return addr, testkit.Start(t, testkit.Spec{Args: append(library[:len(library):len(library)], "listen", addr), TCP: port})
}

// webSockets are the two libraries' programs.
func webSockets(t testing.TB) map[string][]string {
	t.Helper()
	testkit.NeedPython(t, "websockets")
	testkit.Need(t, "node")
	return map[string][]string{
		"python": {testkit.DebianPython, "-u", testkit.AppFile(t, "python", "ws.py")},
		"node":   {"node", testkit.AppFile(t, "node", "ws.js")},
	}
}

// TestWebSocket: messages of all sizes, counted at both ends of a connection.
func TestWebSocket(t *testing.T) {
	for server, serving := range webSockets(t) {
		for client, calling := range webSockets(t) {
			t.Run(client+" to "+server, func(t *testing.T) {
				in := start(t, nil)
				addr, s := startWebSocket(t, serving)
				p := testkit.Start(t, testkit.Spec{Args: append(calling, "call", "ws://"+addr+"/chat")})
				sizes := make([]int, 0, 200)
				for i := range 195 {
					sizes = append(sizes, i)
				}
				sizes = append(sizes, 1000, 20_000, 65_535, 65_536, 1_000_000)
				for range 3 {
					text, err := json.Marshal(sizes)
					require.NoError(t, err)
					p.Send(t, string(text))
				}
				testkit.WaitLines[struct{}](t, p, `{"done"`, 3)
				p.CloseInput()
				require.NoError(t, p.Wait(t, patience))
				testkit.WaitLines[webSocket](t, s, `{"path"`, 1)
				in.await(t, addr, 2)
				all := in.finish(t, addr, 2)
				for kind, from := range map[string]*testkit.Process{"Server": s, "Client": p} {
					said, span := testkit.JSONLines[webSocket](t, from, `{"path"`)[0], all.Kind(kind).One(t)
					require.EqualValues(t, 600, said.Sent)
					assert.Equal(t, said.Sent, span.Int("beyla.stream.messages.sent"), kind)
					assert.Equal(t, said.Received, span.Int("beyla.stream.messages.received"), kind)
					assert.EqualValues(t, 101, span.Int("http.response.status_code"))
					assert.Equal(t, "websocket", span.Str("beyla.stream.kind"))
					assert.Equal(t, true, span.Attrs["beyla.stream"])
					assert.Equal(t, "Unset", span.StatusCode)
					assert.EqualValues(t, said.Code, span.Int("beyla.websocket.close_code"))
					assert.EqualValues(t, from.PID(), span.Resource["process.pid"])
				}
				assert.Equal(t, all.Kind("Client").One(t).SpanID, all.Kind("Server").One(t).Parent)
			})
		}
	}
}

// TestWebSocketOpen: one that stays open is told of before its end.
func TestWebSocketOpen(t *testing.T) {
	in := start(t, keys{"traces": keys{"stream_report_interval": "1s"}})
	library := webSockets(t)["python"]
	addr, _ := startWebSocket(t, library)
	p := testkit.Start(t, testkit.Spec{Args: append(library, "call", "ws://"+addr+"/open")})
	send := func(lines int) {
		p.Send(t, "[1,2,3]")
		testkit.WaitLines[struct{}](t, p, `{"done"`, lines)
	}
	send(1)
	in.opened(t, addr, "/open", "websocket")
	send(2)
	p.CloseInput()
	require.NoError(t, p.Wait(t, patience))
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(requesting(addr, "/open")).Kind("Internal")) >= 2 })
	in.shutdown(t)
	last := in.Spans().Where(requesting(addr, "/open")).Kind("Internal")
	for _, span := range last[len(last)-2:] {
		assert.EqualValues(t, 6, span.Int("beyla.stream.messages.sent"))
		assert.EqualValues(t, 6, span.Int("beyla.stream.messages.received"))
	}
}

// TestHTTP1EventStream: an event stream of HTTP/1.1 that is open for longer than the interval.
func TestHTTP1EventStream(t *testing.T) {
	in := start(t, keys{"traces": keys{"stream_report_interval": "1s"}})
	s := testkit.StartH2Server(t, testkit.H2Options{})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{Args: []string{"-http1"}})
	const path = "/events?n=30&ms=100"
	c.Begin(t, testkit.H2Job{Path: path})
	in.opened(t, s.Addr, path, "event_stream")
	one := c.Await(t)[0]
	require.Empty(t, one.Error)
	in.parts(t, s.Addr, path, one.Start, one.End)
}

// TestSlowlyMade: a response that is made while it is sent is a stream; one that begins late and comes at once is none.
func TestSlowlyMade(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartH2Server(t, testkit.H2Options{})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{Args: []string{"-http1"}})
	made := c.Do(t, testkit.H2Job{Path: "/drip?n=15&ms=100"})
	made = append(made, c.Do(t, testkit.H2Job{Path: "/slow?ms=1300"})...)
	made = append(made, c.Do(t, testkit.H2Job{Path: "/drip?n=10&ms=10"})...)
	hops := in.joined(t, s, made)
	for path, kind := range map[string]string{"/drip?n=15&ms=100": "chunked", "/slow?ms=1300": "", "/drip?n=10&ms=10": ""} {
		for _, span := range []testkit.Span{hops[path].server, hops[path].client} {
			assert.Equal(t, kind, span.Str("beyla.stream.kind"), "%s %s", span.Kind, path)
		}
	}
}

// TestLongPoll: the request says that its answer is held back.
func TestLongPoll(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, s.URL+"/slow?ms=300&index=7&wait=5s")[0]
	server, client := in.pair(t, s.Addr, x)
	for _, span := range []testkit.Span{server, client} {
		assert.Equal(t, "long_poll", span.Str("beyla.stream.kind"))
		assert.Equal(t, true, span.Attrs["beyla.stream"])
	}
	in.finish(t, s.Addr, 2)
}

// startTinyproxy starts a real proxy that tunnels to any port.
func startTinyproxy(t testing.TB) (addr string, p *testkit.Process) {
	t.Helper()
	testkit.Need(t, "tinyproxy")
	port := testkit.FreePort(t)
	config := t.TempDir() + "/tinyproxy.conf"
	write(t, config, fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nLogLevel Warning\n", port))
	return "127.0.0.1:" + strconv.Itoa(int(port)), testkit.Start(t, testkit.Spec{
		Args: []string{"tinyproxy", "-d", "-c", config}, TCP: port,
	})
}

// TestTunnel: CONNECT through a proxy of another's. The tunnel is a span at both ends of its connection, and what
// flows inside is read there like anything else: requests, or a connection that cannot be read.
func TestTunnel(t *testing.T) {
	t.Run("plain", func(t *testing.T) {
		in := start(t, nil)
		proxy, _ := startTinyproxy(t)
		s := testkit.StartGoServer(t, testkit.GoServerOptions{})
		all := curl(t, "--noproxy", "", "--proxytunnel", "--proxy", proxy, s.URL+"/hello?1", s.URL+"/hello?2")
		require.Equal(t, 200, all[0].Status)
		require.Equal(t, 200, all[1].Status)
		in.tunnelled(t, proxy, s.Addr)
		for _, path := range []string{"/hello?1", "/hello?2"} {
			spans := in.Spans().Where(requesting(s.Addr, path))
			assert.Len(t, spans, 4, "at the ends of both connections: %s", spans)
			for _, span := range spans {
				assert.Equal(t, all[0].Received, span.Int("http.response.body.size"))
			}
		}
	})
	t.Run("encrypted", func(t *testing.T) {
		in := start(t, nil)
		proxy, _ := startTinyproxy(t)
		s := testkit.StartH2Server(t, testkit.H2Options{Cert: testkit.NewCert(t)})
		x := curl(t, "--insecure", "--noproxy", "", "--proxytunnel", "--proxy", proxy, "--output", "/dev/null", s.URL+"/echo?size=10")[0]
		require.Equal(t, 200, x.Status)
		in.tunnelled(t, proxy, s.Addr)
		opaque := in.Spans().Where(func(span testkit.Span) bool { return span.Str("tls.protocol.name") == "tls" })
		assert.Len(t, opaque, 4, "at the ends of both connections")
	})
}

// tunnelled waits for the tunnel's spans and ends the receiver.
func (in *instance) tunnelled(t testing.TB, proxy, server string) {
	t.Helper()
	connect := func(all testkit.Spans) testkit.Spans { return all.With("http.request.method", "CONNECT") }
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(connect(all)) >= 2 })
	in.shutdown(t)
	both := connect(in.Spans())
	require.Len(t, both, 2)
	for _, span := range both {
		assert.Equal(t, "connect", span.Str("beyla.stream.kind"))
		assert.EqualValues(t, 200, span.Int("http.response.status_code"))
		assert.Positive(t, span.Int("beyla.bytes.sent"))
		assert.Positive(t, span.Int("beyla.bytes.received"))
	}
	client, tunnel := both.Kind("Client").One(t), both.Kind("Server").One(t)
	assert.Equal(t, client.SpanID, tunnel.Parent)
	assert.True(t, strings.HasSuffix(proxy, fmt.Sprint(client.Int("network.peer.port"))))
	assert.True(t, strings.HasSuffix(server, fmt.Sprint(client.Int("server.port"))), "the tunnel's destination: %v", client.Attrs)
}
