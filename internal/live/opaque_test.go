package live

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestTLSConnection: a connection that cannot be read is a span at either end, with what the two hellos
// say in the clear.
func TestTLSConnection(t *testing.T) {
	for _, tt := range []struct {
		name, version, alpn string
		args                []string
	}{
		{"1.3 h2", "1.3", "", nil},
		{"1.3 http/1.1", "1.3", "", []string{"-http1"}},
		{"1.2 h2", "1.2", "h2", []string{"-tls12"}},
		{"1.2 http/1.1", "1.2", "", []string{"-tls12", "-http1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := start(t, nil)
			s := testkit.StartH2Server(t, testkit.H2Options{Cert: testkit.NewCert(t), Env: []string{"OTEL_SERVICE_NAME=vault"}})
			c := testkit.StartH2Client(t, s.URL, testkit.H2Options{Args: append(tt.args, "-name", "vault.test")})
			for _, one := range c.Do(t, testkit.H2Job{Path: "/echo?size=100000", N: 20}) {
				require.Empty(t, one.Error)
			}
			c.CloseInput()
			require.NoError(t, c.Wait(t, patience))
			both := in.await(t, s.Addr, 2)
			in.finish(t, s.Addr, 2)
			server, client := both.Kind("Server").One(t), both.Kind("Client").One(t)
			assert.Equal(t, client.SpanID, server.Parent)
			assert.Equal(t, client.TraceID, server.TraceID)
			assert.Equal(t, "flow", server.Str("beyla.parent.evidence"))
			assert.EqualValues(t, s.PID(), server.Resource["process.pid"])
			assert.EqualValues(t, c.PID(), client.Resource["process.pid"])
			assert.Equal(t, "vault", server.Service)
			for _, span := range both {
				assert.Equal(t, "connection", span.Str("beyla.opaque"))
				assert.Equal(t, true, span.Attrs["beyla.stream"])
				assert.Equal(t, "connection", span.Str("beyla.stream.kind"))
				assert.Equal(t, "tls", span.Str("tls.protocol.name"))
				assert.Equal(t, tt.version, span.Str("tls.protocol.version"))
				assert.Equal(t, "vault.test", span.Str("tls.client.server_name"))
				assert.Equal(t, tt.alpn, span.Str("tls.next_protocol"), "in the clear of TLS 1.2 only")
				assert.NotEmpty(t, span.Str("tls.cipher"))
				assert.Equal(t, true, span.Attrs["tls.established"])
				assert.Equal(t, "Unset", span.StatusCode)
			}
			assert.Equal(t, client.Int("beyla.bytes.sent"), server.Int("beyla.bytes.received"))
			assert.Equal(t, server.Int("beyla.bytes.sent"), client.Int("beyla.bytes.received"))
			assert.Greater(t, client.Int("beyla.bytes.received"), int64(20*100_000))
			assert.Less(t, client.Int("beyla.bytes.received"), int64(20*100_000*11/10))
		})
	}
}

// TestTLSTurns: one span each time that the client has sent something and the server has answered.
func TestTLSTurns(t *testing.T) {
	for version, handshake := range map[string]int{"1.3": 1, "1.2": 2} {
		t.Run(version, func(t *testing.T) {
			const requests = 25
			in := start(t, keys{"opaque": "turn"})
			s := testkit.StartH2Server(t, testkit.H2Options{Cert: testkit.NewCert(t)})
			args := []string{"-http1", "-name", "vault.test"}
			if version == "1.2" {
				args = append(args, "-tls12")
			}
			c := testkit.StartH2Client(t, s.URL, testkit.H2Options{Args: args})
			for _, one := range c.Do(t, testkit.H2Job{Path: "/slow?ms=20", N: requests}) {
				require.Empty(t, one.Error)
			}
			c.CloseInput() // the last turn is over with the connection
			require.NoError(t, c.Wait(t, patience))
			turns := requests + handshake
			in.await(t, s.Addr, 2*turns)
			all := in.finish(t, s.Addr, 2*turns)
			clients, servers := all.Kind("Client"), all.Kind("Server")
			require.Len(t, servers, turns)
			slow := 0
			for _, server := range servers {
				client, ok := clients.Find(func(c testkit.Span) bool { return c.SpanID == server.Parent })
				if !assert.True(t, ok, "the client of %v", server.Attrs) {
					continue
				}
				assert.Equal(t, "turn", server.Str("beyla.opaque"))
				assert.Equal(t, "vault.test", server.Str("tls.client.server_name"))
				assert.Equal(t, client.Int("beyla.bytes.sent"), server.Int("beyla.bytes.received"))
				assert.Equal(t, server.Int("beyla.bytes.sent"), client.Int("beyla.bytes.received"))
				if server.Took() > 18e6 && client.Took() > 18e6 {
					slow++
				}
			}
			assert.Equal(t, requests, slow, "turns that took what the handler takes")
		})
	}
}

// TestTLSCurl: other implementations of TLS: OpenSSL in curl and nginx.
func TestTLSCurl(t *testing.T) {
	in := start(t, nil)
	cert := testkit.NewCert(t, "shop.test")
	port := testkit.FreePort(t)
	n := testkit.StartNginx(t, testkit.NginxOptions{Server: fmt.Sprintf(
		"listen 127.0.0.1:%d ssl http2; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate %s; ssl_certificate_key %s;", port, cert.File, cert.Key)})
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	for _, how := range [][]string{{"--http2", "--tls-max", "1.3"}, {"--http1.1", "--tls-max", "1.2"}} {
		p := testkit.Start(t, testkit.Spec{Args: append([]string{
			"curl", "--silent", "--noproxy", "*", "--insecure", "--resolve", fmt.Sprintf("shop.test:%d:127.0.0.1", port),
			"--output", "/dev/null", "--write-out", "%{http_code}", fmt.Sprintf("https://shop.test:%d/big", port),
		}, how...)})
		require.NoError(t, p.Wait(t, patience))
		require.Equal(t, "200", p.Output())
		ours := func(span testkit.Span) bool {
			return of(addr)(span) && span.Str("tls.protocol.version") == how[2]
		}
		both := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 2 }).Where(ours)
		server, client := both.Kind("Server").One(t), both.Kind("Client").One(t)
		assert.Equal(t, client.SpanID, server.Parent)
		assert.EqualValues(t, p.PID(), client.Resource["process.pid"])
		assert.EqualValues(t, worker(t, n), server.Resource["process.pid"])
		for _, span := range both {
			assert.Equal(t, "shop.test", span.Str("tls.client.server_name"))
		}
		assert.Greater(t, client.Int("beyla.bytes.received"), int64(8<<20), "the file")
	}
	in.finish(t, addr, 4)
}

// TestOpaqueOff makes no spans of what cannot be read.
func TestOpaqueOff(t *testing.T) {
	in := start(t, keys{"opaque": "off"})
	s := testkit.StartH2Server(t, testkit.H2Options{Cert: testkit.NewCert(t)})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{})
	require.Empty(t, c.Do(t, testkit.H2Job{Path: "/echo?size=10"})[0].Error)
	c.CloseInput()
	require.NoError(t, c.Wait(t, patience))
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	in.pair(t, n.Addr, curl(t, n.URL+"/")[0])
	in.finish(t, s.Addr, 0)
}

// lineServer answers each line in capitals: a protocol that nobody has heard of.
const lineServer = `
import socketserver, sys
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`

// lineClient sends so many lines and waits for the answer to each.
const lineClient = `
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
    answers = s.makefile("rb")
    for i in range(int(sys.argv[2])):
        s.sendall(b"zyx line %d\n" % i)
        assert answers.readline() == b"ZYX LINE %d\n" % i
`

// TestUnknownProtocol: what no parser claims is a connection all the same, or turns.
func TestUnknownProtocol(t *testing.T) {
	testkit.Need(t, "python3")
	for mode, want := range map[string]int{"connection": 1, "turn": 40} {
		t.Run(mode, func(t *testing.T) {
			in := start(t, keys{"opaque": mode})
			port := testkit.FreePort(t)
			addr := fmt.Sprintf("127.0.0.1:%d", port)
			s := testkit.Start(t, testkit.Spec{Args: []string{"python3", "-c", lineServer, fmt.Sprint(port)}, TCP: port})
			p := testkit.Start(t, testkit.Spec{Args: []string{"python3", "-c", lineClient, fmt.Sprint(port), "40"}})
			require.NoError(t, p.Wait(t, patience), p.Output())
			in.await(t, addr, 2*want)
			all := in.finish(t, addr, 2*want)
			var sent, received int64
			for _, server := range all.Kind("Server") {
				client, ok := all.Kind("Client").Find(func(c testkit.Span) bool { return c.SpanID == server.Parent })
				require.True(t, ok, "the client of %v", server.Attrs)
				assert.Equal(t, mode, server.Str("beyla.opaque"))
				assert.EqualValues(t, s.PID(), server.Resource["process.pid"])
				assert.EqualValues(t, p.PID(), client.Resource["process.pid"])
				sent += server.Int("beyla.bytes.sent")
				received += server.Int("beyla.bytes.received")
				assert.Equal(t, server.Int("beyla.bytes.sent"), client.Int("beyla.bytes.received"))
			}
			lines := int64(len(strings.Repeat("zyx line n\n", 10) + strings.Repeat("zyx line nn\n", 30)))
			assert.Equal(t, lines, sent)
			assert.Equal(t, lines, received)
		})
	}
}
