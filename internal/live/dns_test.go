package live

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// dig asks a server, and gives the process that did.
func dig(t testing.TB, number uint16, args ...string) int {
	t.Helper()
	testkit.Need(t, "dig")
	line := append([]string{"dig", "@127.0.0.1", "-p", strconv.Itoa(int(number)), "+noedns"}, args...)
	p := testkit.Start(t, testkit.Spec{Args: line})
	_ = p.Wait(t, time.Minute) // it fails where nobody answers
	return p.PID()
}

func TestDNS(t *testing.T) {
	in := start(t, nil)
	d := testkit.StartDNS(t, testkit.DNSOptions{})
	for _, tt := range []struct {
		args            string
		name            string
		question, rcode string
		answers         []any
	}{
		{"a.test A", "DNS A", "a.test", "NOERROR", []any{"192.0.2.1"}},
		{"a.test AAAA", "DNS AAAA", "a.test", "NOERROR", []any{"2001:db8::1"}},
		{"www.test A", "DNS A", "www.test", "NOERROR", []any{"a.test", "192.0.2.1"}},
		{"txt.test TXT", "DNS TXT", "txt.test", "NOERROR", []any{`"hello"`}},
		{"none.test A", "DNS A", "none.test", "NXDOMAIN", nil},
	} {
		for _, transport := range []string{"udp", "tcp"} {
			t.Run(tt.args+" over "+transport, func(t *testing.T) {
				args := strings.Fields(tt.args)
				if transport == "tcp" {
					args = append(args, "+tcp")
				}
				pid := dig(t, d.Port, args...)
				ours := func(s testkit.Span) bool {
					return s.Int("server.port") == int64(d.Port) && s.Str("network.transport") == transport &&
						s.Name == tt.name && s.Str("dns.question.name") == tt.question
				}
				all := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 2 }).Where(ours)
				in.kept(t, all)
				server, client := all.Kind("Server").One(t), all.Kind("Client").One(t)
				for _, s := range all {
					assert.Equal(t, tt.rcode, s.Str("beyla.dns.response_code"))
					if tt.answers == nil {
						assert.False(t, s.Has("dns.answers"))
					} else {
						assert.Equal(t, tt.answers, s.Attrs["dns.answers"])
					}
					assert.Equal(t, "127.0.0.1", s.Str("server.address"))
					assert.Less(t, s.Took(), time.Second)
				}
				failed := map[bool]string{true: "Error", false: "Unset"}[tt.rcode != "NOERROR"]
				assert.Equal(t, failed, client.StatusCode)
				assert.Equal(t, "Unset", server.StatusCode, "that a name does not exist is a right answer")
				assert.EqualValues(t, pid, client.Resource["process.pid"])
				assert.Equal(t, "dig", client.Resource["process.executable.name"])
				assert.Equal(t, "dnsmasq", server.Resource["process.executable.name"])
				if transport == "udp" { // dnsmasq serves TCP in a child
					assert.EqualValues(t, d.PID(), server.Resource["process.pid"])
				}
			})
		}
	}
}

// TestTruncatedDNS: the answer that does not fit is asked for again over TCP;
// these are two lookups.
func TestTruncatedDNS(t *testing.T) {
	in := start(t, nil)
	d := testkit.StartDNS(t, testkit.DNSOptions{})
	dig(t, d.Port, "long.test", "TXT")
	ours := func(s testkit.Span) bool { return s.Int("server.port") == int64(d.Port) }
	all := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 4 }).Where(ours)
	for _, transport := range []string{"udp", "tcp"} {
		both := all.With("network.transport", transport)
		require.Len(t, both, 2, transport)
		for _, s := range both {
			assert.Equal(t, transport == "tcp", s.Has("dns.answers"), transport)
		}
	}
}

// resolver asks the same question over one socket until it is answered, 0.1 s each.
const resolver = `
import socket, sys
query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x04test\x00\x00\x01\x00\x01"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.1)
for attempt in range(100):
    s.sendto(query, ("127.0.0.1", int(sys.argv[1])))
    try:
        s.recvfrom(512)
        break
    except TimeoutError:
        pass
`

// TestDNSRetry: every attempt is a span of its own; those that the client gave
// up timed out, and the one that was answered has the answer.
func TestDNSRetry(t *testing.T) {
	testkit.Need(t, "python3")
	server, err := net.ListenPacket("udp", "127.0.0.1:0") // our own socket: only its peer is seen
	require.NoError(t, err)
	defer server.Close()
	number := server.LocalAddr().(*net.UDPAddr).Port

	in := start(t, nil)
	p := testkit.Start(t, testkit.Spec{Args: []string{"python3", "-c", resolver, strconv.Itoa(number)}})
	query := make([]byte, 512)
	for attempt := 1; ; attempt++ {
		n, from, err := server.ReadFrom(query)
		require.NoError(t, err)
		if attempt == 3 {
			query[2] |= 0x80 // a response without answers
			_, err = server.WriteTo(query[:n], from)
			require.NoError(t, err)
			break
		}
	}
	require.NoError(t, p.Wait(t, patience))
	ours := func(s testkit.Span) bool { return s.Int("server.port") == int64(number) }
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 1 })
	in.shutdown(t)
	all := in.Spans().Where(ours)
	require.Len(t, all, 3)
	for _, s := range all {
		assert.Equal(t, "Client", s.Kind)
		assert.EqualValues(t, p.PID(), s.Resource["process.pid"])
	}
	lost := all.With("error.type", "timeout")
	require.Len(t, lost, 2)
	for _, s := range lost {
		assert.Equal(t, "Error", s.StatusCode)
		assert.False(t, s.Has("beyla.dns.response_code"))
	}
	require.Len(t, all.With("beyla.dns.response_code", "NOERROR"), 1)
}

// TestUnansweredDNS: a query whose answer was not seen until the end of
// listening is no span: that it had none is not known, nor how long it took.
func TestUnansweredDNS(t *testing.T) {
	in := start(t, nil)
	number := testkit.FreePort(t)
	before := in.metric(t, "received_messages", "")
	dig(t, number, "a.test", "A", "+tries=1", "+time=1")
	testkit.Poll(t, patience, "the query", func() bool { return in.metric(t, "received_messages", "") > before })
	in.shutdown(t)
	assert.Empty(t, in.Spans().Where(func(s testkit.Span) bool { return s.Int("server.port") == int64(number) }))
}

func TestDNSDisabled(t *testing.T) {
	in := start(t, keys{"dns": keys{"enabled": false}})
	d := testkit.StartDNS(t, testkit.DNSOptions{})
	before := in.metric(t, "filtered_messages", "protocol_off")
	dig(t, d.Port, "a.test", "A")
	testkit.Poll(t, patience, "the query to be counted", func() bool {
		return in.metric(t, "filtered_messages", "protocol_off") >= before+4 // two messages, seen at both ends
	})
	in.shutdown(t)
	assert.Empty(t, in.Spans().Where(func(s testkit.Span) bool { return strings.HasPrefix(s.Name, "DNS") }))
}
