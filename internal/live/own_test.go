package live

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestOwnSockets: what this process sends and serves, as a collector does with
// its exporters and receivers, is not seen at its own end, however old the socket is.
func TestOwnSockets(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	older, err := net.Dial("tcp", n.Addr)
	require.NoError(t, err)
	defer older.Close()
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ours") }))
	defer ours.Close()

	in := start(t, nil)
	fmt.Fprintf(older, "GET /older HTTP/1.1\r\nHost: %s\r\n\r\n", n.Addr)
	res, err := http.ReadResponse(bufio.NewReader(older), nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err = client.Get(n.URL + "/newer")
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	x := curl(t, ours.URL+"/served")[0]
	require.Equal(t, 200, x.Status)

	served := ours.Listener.Addr().String()
	in.WaitFor(t, patience, func(all testkit.Spans) bool {
		return len(all.Where(of(n.Addr))) >= 2 && len(all.Where(of(served))) >= 1
	})
	assert.GreaterOrEqual(t, in.metric(t, "kernel_skipped_packets", "own_socket"), int64(6))
	in.shutdown(t)
	all := in.Spans()
	assert.Empty(t, all.Of(os.Getpid()))
	require.Len(t, all.Where(of(n.Addr)), 2, "nginx's end")
	assert.Len(t, all.Where(of(n.Addr)).Kind("Server").Of(worker(t, n)), 2)
	assert.EqualValues(t, x.PID, all.Where(of(served)).One(t).Resource["process.pid"], "curl's end")
}

// TestOTLPExports of other processes are counted and, by default, no spans.
func TestOTLPExports(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	export := []string{"--header", "Content-Type: application/x-protobuf", "--data-binary", "body", n.URL + "/v1/traces"}
	t.Run("dropped", func(t *testing.T) {
		in := start(t, nil)
		curl(t, export...)
		testkit.Poll(t, patience, "the export to be counted", func() bool {
			return in.metric(t, "filtered_messages", "otlp_export") >= 4 // request and response, at both ends
		})
		curl(t, n.URL+"/v1/traces") // no export
		in.await(t, n.Addr, 2)
		for _, s := range in.finish(t, n.Addr, 2) {
			assert.Equal(t, "GET", s.Name)
		}
	})
	t.Run("kept", func(t *testing.T) {
		in := start(t, keys{"drop_otlp_exports": false})
		in.pair(t, n.Addr, curl(t, export...)[0])
		assert.Zero(t, in.metric(t, "filtered_messages", "otlp_export"))
	})
}

func TestHealthProbes(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	probe := []string{"--user-agent", "kube-probe/1.30", n.URL + "/healthz"}
	t.Run("kept", func(t *testing.T) {
		in := start(t, nil)
		in.pair(t, n.Addr, curl(t, probe...)[0])
		assert.Zero(t, in.metric(t, "filtered_messages", "health_probe"))
	})
	t.Run("dropped", func(t *testing.T) {
		in := start(t, keys{"http": keys{"drop_health_probes": true}})
		curl(t, probe...)
		testkit.Poll(t, patience, "the probe to be counted", func() bool {
			return in.metric(t, "filtered_messages", "health_probe") >= 4
		})
		in.pair(t, n.Addr, curl(t, n.URL+"/healthz")[0])
		in.finish(t, n.Addr, 2)
	})
}
