package live

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// sparse makes a file of zeros that takes no room.
func sparse(t testing.TB, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sparse")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	require.NoError(t, os.Truncate(path, size))
	return path
}

// lasted compares a span's duration with what the client measured: within 15 %
// or 50 ms, whichever is more.
func lasted(t testing.TB, s testkit.Span, measured time.Duration) {
	t.Helper()
	t.Logf("%s: took %v, curl measured %v", s.Kind, s.Took(), measured)
	assert.InDelta(t, measured, s.Took(), float64(max(slack, measured*15/100)),
		"%s took %v, curl measured %v", s.Kind, s.Took(), measured)
}

const huge = 200 << 20

// served starts nginx with one sparse file of 200 MiB, sent with sendfile: at
// /huge as fast as it goes, at /slowly in about a second.
func served(t testing.TB) *testkit.Nginx {
	t.Helper()
	file := sparse(t, huge)
	require.NoError(t, os.Chmod(filepath.Dir(file), 0o755))
	return testkit.StartNginx(t, testkit.NginxOptions{Directives: "location = /huge { alias " + file + "; }\n" +
		"location = /slowly { alias " + file + "; limit_rate 150m; }"})
}

func TestSendfile(t *testing.T) {
	in := start(t, nil)
	n := served(t)
	x := curl(t, n.URL+"/slowly")[0]
	require.EqualValues(t, huge, x.Received)
	server, client := in.pair(t, n.Addr, x)
	for _, s := range []testkit.Span{server, client} {
		assert.EqualValues(t, huge, s.Int("http.response.body.size"), s.Kind)
		assert.Equal(t, "Unset", s.StatusCode)
		lasted(t, s, x.took())
	}
	in.finish(t, n.Addr, 2)
}

// TestEndWithoutNextRequest: on a connection that stays open and silent, what
// ends beyond the window is known from the kernel's count, in time.
func TestEndWithoutNextRequest(t *testing.T) {
	in := start(t, nil)
	n := served(t)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	for _, tt := range []struct {
		addr, path string
		body       int64
		sized      bool
	}{
		{n.Addr, "/huge", huge, true},
		{n.Addr, "/chunked", 100 << 10, false},
		{s.Addr, "/chunked?size=5000000", 5000000, false},
		{s.Addr, "/big?size=30000000", 30000000, true},
	} {
		t.Run(tt.path, func(t *testing.T) {
			c := testkit.StartGoClient(t, tt.addr, testkit.Place{})
			answer := c.Get(t, tt.path)[0]
			require.Equal(t, tt.body, answer.Body)
			ours := requesting(tt.addr, tt.path)
			both := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 2 }).Where(ours)
			require.True(t, c.Running(), "the connection is still open")
			in.kept(t, both)
			for _, span := range both {
				t.Logf("%s: took %v, came %v after its end", span.Kind, span.Took(), in.delay(span))
				assert.EqualValues(t, 200, span.Int("http.response.status_code"))
				assert.Equal(t, "Unset", span.StatusCode)
				if assert.Equal(t, tt.sized, span.Has("http.response.body.size"), "a chunked body beyond the window has no known size") && tt.sized {
					assert.Equal(t, tt.body, span.Int("http.response.body.size"))
				}
			}
		})
	}
}

func TestChunkedDownload(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, s.URL+"/chunked?size=20000000")[0]
	require.EqualValues(t, 20000000, x.Received)
	server, client := in.pair(t, s.Addr, x)
	lasted(t, server, x.took())
	lasted(t, client, x.took())
	in.finish(t, s.Addr, 2)
}

func TestUpload(t *testing.T) {
	const size = 50 << 20
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, "-H", "Expect:", "--data-binary", "@"+sparse(t, size), s.URL+"/100")[0]
	require.EqualValues(t, size, x.Sent)
	server, client := in.pair(t, s.Addr, x)
	for _, span := range []testkit.Span{server, client} {
		assert.EqualValues(t, size, span.Int("http.request.body.size"), span.Kind)
		assert.Equal(t, x.Received, span.Int("http.response.body.size"), span.Kind)
		assert.EqualValues(t, 200, span.Int("http.response.status_code"))
		lasted(t, span, x.took())
	}
	in.finish(t, s.Addr, 2)
}
