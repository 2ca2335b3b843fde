package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/explain"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// answered is the explain page's data, as far as the tests look at it.
type answered struct {
	Summary     explain.Summary      `json:"summary"`
	Connections []explain.Connection `json:"connections"`
	Account     explain.Account      `json:"account"`
	Preflight   struct {
		Scenario string `json:"scenario"`
	} `json:"preflight"`
}

// explained asks the page of a receiver for the connections of a server's address.
func (in *instance) explained(t testing.TB, addr, query string) (a answered) {
	t.Helper()
	served := in.logs.FilterMessage("serving the explain page").All()
	require.Len(t, served, 1)
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	url := fmt.Sprintf("http://%s/explain.json?port=%s%s", served[0].ContextMap()["address"], addr[strings.LastIndexByte(addr, ':')+1:], query)
	res, err := client.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.NoError(t, json.NewDecoder(res.Body).Decode(&a))
	return a
}

// ends waits for both ends of the only connection to a server, and gives them.
func (in *instance) ends(t testing.TB, addr string) (server, client explain.Connection) {
	t.Helper()
	var a answered
	testkit.Poll(t, patience, "both ends to be over", func() bool {
		a = in.explained(t, addr, "&state=ended")
		return len(a.Connections) == 2
	})
	local := netip.MustParseAddrPort(addr)
	for _, c := range a.Connections {
		if c.Local == local {
			server = c
		} else {
			client = c
		}
	}
	assert.Equal(t, local, server.Local)
	assert.Equal(t, local, client.Remote)
	return server, client
}

// babbler answers whatever it is sent with what no protocol knows, and closes.
func babbler(t testing.TB) (addr string) {
	t.Helper()
	testkit.Need(t, "python3")
	port := testkit.FreePort(t)
	testkit.Start(t, testkit.Spec{TCP: port, Args: []string{"python3", "-c", `
import socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    c, _ = s.accept()
    if c.recv(100):
        c.sendall(b"\x00\x01\x02 who knows\n")
    c.close()
`, fmt.Sprint(port)}})
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// TestExplain: each connection's row says why there is no span, or how many there are.
func TestExplain(t *testing.T) {
	left := testkit.StartNginx(t, testkit.NginxOptions{})
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	garbage, mumble := babbler(t), babbler(t)
	in := start(t, keys{
		"explain": keys{"endpoint": "localhost:0"},
		"opaque":  "off",
		"exclude": []any{keys{"ports": []any{left.Addr[strings.LastIndexByte(left.Addr, ':')+1:]}}},
	})
	x := curl(t, n.URL+"/a", n.URL+"/b")
	curl(t, left.URL+"/")
	curl(t, "http://"+mumble+"/")
	testkit.Need(t, "sh")
	talk := testkit.Start(t, testkit.Spec{Args: []string{
		"sh", "-c", `printf '\001\002 what\n' | exec curl --silent --noproxy '*' --max-time 20 telnet://` + garbage,
	}})
	require.NoError(t, talk.Wait(t, time.Minute))
	in.await(t, n.Addr, 4)

	t.Run("spans", func(t *testing.T) {
		server, client := in.ends(t, n.Addr)
		for _, c := range []explain.Connection{server, client} {
			assert.Equal(t, uint32(2), c.Spans)
			assert.Equal(t, explain.Selected, c.Verdict)
			assert.Equal(t, "http", c.Protocol)
			assert.Empty(t, c.Reason)
			assert.Equal(t, uint32(2), c.Received.Messages)
			assert.Equal(t, uint32(2), c.Sent.Messages)
		}
		assert.Equal(t, server.Received.Bytes, client.Sent.Bytes)
		assert.Equal(t, server.Sent.Bytes, client.Received.Bytes)
		assert.Equal(t, "flow", server.Parent)
		assert.True(t, server.ParentFound)
		assert.Equal(t, explain.Server, server.Role)
		assert.Equal(t, explain.Client, client.Role)
		assert.Equal(t, "curl", client.Service)
		assert.EqualValues(t, x[0].PID, client.PID)
	})
	t.Run("unselected", func(t *testing.T) {
		server, client := in.ends(t, left.Addr)
		for _, c := range []explain.Connection{server, client} {
			assert.Zero(t, c.Spans)
			assert.Equal(t, explain.Unselected, c.Verdict)
			assert.EqualValues(t, "unselected", c.Reason)
		}
	})
	t.Run("unknown protocol", func(t *testing.T) {
		server, client := in.ends(t, garbage)
		for _, c := range []explain.Connection{server, client} {
			assert.Zero(t, c.Spans)
			assert.Empty(t, c.Protocol)
			assert.EqualValues(t, "unknown_protocol", c.Reason)
		}
		assert.Equal(t, "curl", client.Service)
	})
	t.Run("no response", func(t *testing.T) {
		server, client := in.ends(t, mumble)
		for _, c := range []explain.Connection{server, client} {
			assert.Zero(t, c.Spans)
			assert.Equal(t, "http", c.Protocol)
			assert.EqualValues(t, "no_response", c.Reason)
		}
	})
	a := in.explained(t, n.Addr, "")
	assert.Equal(t, uint64(8), a.Summary.Connections, "%+v", a.Summary)
	assert.Equal(t, uint64(2), a.Summary.WithSpans)
	assert.Equal(t, map[string]uint64{"unselected": 2, "unknown_protocol": 2, "no_response": 2}, a.Summary.Without)
	m := a.Account.Messages
	assert.Equal(t, int64(m.Received), int64(m.Used)+m.Held+int64(explain.Total(m.Dropped)+explain.Total(m.Filtered)))
	assert.Equal(t, uint64(4), a.Account.Spans.Emitted)
	assert.NotEmpty(t, a.Preflight.Scenario)
	in.finish(t, n.Addr, 4)
}
