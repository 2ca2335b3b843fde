package testkit

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// get sends one request over a connection of its own.
func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Close = true
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func refused(t *testing.T, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	if err == nil {
		res.Body.Close()
	}
	require.Error(t, err, "the server still answers after Stop")
}

func TestNginx(t *testing.T) {
	upstream := StartNginx(t, NginxOptions{})
	n := StartNginx(t, NginxOptions{Upstream: upstream.Addr, BigBytes: 3 << 20})

	_, body := get(t, n.URL+"/")
	assert.Equal(t, "hello\n", body)
	res, body := get(t, n.URL+"/big")
	assert.Len(t, body, 3<<20)
	assert.Equal(t, int64(3<<20), res.ContentLength)
	res, body = get(t, n.URL+"/chunked")
	assert.Equal(t, []string{"chunked"}, res.TransferEncoding)
	assert.Equal(t, string(Text(chunkedBytes)), body)
	res, _ = get(t, n.URL+"/status/404")
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
	_, body = get(t, n.URL+"/proxy/x")
	assert.Equal(t, "hello\n", body)

	log := n.WaitAccesses(t, 5, 5*time.Second)
	require.Len(t, log, 5)
	assert.Equal(t, "GET /big HTTP/1.1", log[1].Request)
	assert.Equal(t, int64(3<<20), log[1].Body)
	assert.Greater(t, log[1].Sent, log[1].Body)
	assert.True(t, log[1].Complete)
	assert.Equal(t, http.StatusNotFound, log[3].Status)
	assert.Len(t, log[0].ID, 32)
	assert.WithinDuration(t, time.Now(), log[0].Logged, time.Minute)
	passed := upstream.WaitAccesses(t, 1, 5*time.Second)
	assert.Equal(t, "GET /x HTTP/1.1", passed[0].Request)

	n.Stop()
	refused(t, n.URL)
}

func TestPythonHTTP(t *testing.T) {
	p := StartPythonHTTP(t, Place{})
	res, body := get(t, p.URL+"/hello.txt")
	assert.Equal(t, "hello\n", body)
	assert.Equal(t, "HTTP/1.0", res.Proto)
	p.Stop()
	refused(t, p.URL)
}

func TestGoServer(t *testing.T) {
	far := StartGoServer(t, GoServerOptions{})
	s := StartGoServer(t, GoServerOptions{})
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

	_, body := get(t, s.URL+"/hello", "Traceparent", parent)
	assert.Equal(t, "hello\n", body)
	res, body := get(t, s.URL+"/chunked?size=70000")
	assert.Equal(t, []string{"chunked"}, res.TransferEncoding)
	assert.Len(t, body, 70000)
	res, body = get(t, s.URL+"/big?size=100000")
	assert.Equal(t, int64(100000), res.ContentLength)
	assert.Len(t, body, 100000)
	res, _ = get(t, s.URL+"/status/404")
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
	_, body = get(t, s.URL+"/hop?url="+far.URL+"/hello")
	assert.Equal(t, "hello\n", body)

	log := s.WaitServed(t, 5, 5*time.Second)
	assert.Equal(t, parent, log[0].Traceparent)
	assert.Equal(t, int64(70000), log[1].Sent)
	assert.Equal(t, http.StatusNotFound, log[3].Status)
	assert.Equal(t, "/hello", far.WaitServed(t, 1, 5*time.Second)[0].Target)
	s.Stop()
	refused(t, s.URL)
}

func TestGoServerUnusual(t *testing.T) {
	Need(t, "curl")
	s := StartGoServer(t, GoServerOptions{})
	var here Place
	file := t.TempDir() + "/body"
	here.Run(t, "dd", "if=/dev/zero", "of="+file, "bs=1024", "count=64")

	out := here.Run(t, "curl", "-sv", "--stderr", "-", "-H", "Expect: 100-continue", "--data-binary", "@"+file, s.URL+"/100")
	assert.Contains(t, out, "100 Continue")
	assert.Contains(t, out, "65536 bytes")
	_, err := here.Try(t, "curl", "-s", s.URL+"/abort")
	assert.ErrorContains(t, err, "exit status 18", "curl's word for a partial file")
	_, err = here.Try(t, "curl", "-s", s.URL+"/abort?rst=1")
	assert.ErrorContains(t, err, "exit status 56", "curl's word for a reset")
	assert.Contains(t, here.Run(t, "curl", "-sI", s.URL+"/head"), "Content-Length: 12345")
	assert.Equal(t, "hello\n", here.Run(t, "curl", "-sp", "-x", s.URL, "http://"+s.Addr+"/hello"))
	assert.Equal(t, 2, strings.Count(here.Run(t, "curl", "-s", s.URL+"/events?n=2"), "data: "))
}

func TestGoClient(t *testing.T) {
	n := StartNginx(t, NginxOptions{})
	c := StartGoClient(t, n.Addr, Place{})
	assert.Equal(t, []Answer{{200, 6}}, c.Get(t, "/"))
	assert.Equal(t, []Answer{{200, 6}, {404, 153}, {200, chunkedBytes}}, c.Get(t, "/", "/status/404", "/chunked"))
	c.CloseInput()
	require.NoError(t, c.Wait(t, 5*time.Second))

	log := n.WaitAccesses(t, 4, 5*time.Second)
	assert.Equal(t, log[0].Connection, log[3].Connection, "one connection for all")
	assert.Equal(t, 4, log[3].Serial)
}

func TestLoadIsExact(t *testing.T) {
	n := StartNginx(t, NginxOptions{})
	Load(t, Place{}, n.URL, 500, 7)
	log := n.WaitAccesses(t, 500, 5*time.Second)
	assert.Len(t, log, 500)
	conns := map[int]bool{}
	for _, a := range log {
		conns[a.Connection] = true
	}
	assert.Len(t, conns, 7)
}

func TestDNS(t *testing.T) {
	Need(t, "dig")
	d := StartDNS(t, DNSOptions{})
	var here Place
	dig := func(args ...string) string {
		args = append([]string{"dig", "+short", "+tries=1", "@127.0.0.1", "-p", d.Addr[len("127.0.0.1:"):]}, args...)
		return here.Run(t, args...)
	}
	assert.Equal(t, "192.0.2.1\n", dig("a.test", "A"))
	assert.Equal(t, "2001:db8::1\n", dig("+tcp", "a.test", "AAAA"))
	assert.Equal(t, "a.test.\n192.0.2.1\n", dig("www.test", "A"))
	assert.Empty(t, dig("nobody.test", "A"))
	assert.Len(t, strings.Fields(dig("many.test", "A")), 8)
	assert.Greater(t, len(dig("long.test", "TXT")), 1500, "long.test needs TCP")
	assert.Equal(t, "10 a.test.\n", dig("mail.test", "MX"))
	assert.Contains(t, d.Output(), "query[AAAA] a.test")
}

func TestWrk(t *testing.T) {
	n := StartNginx(t, NginxOptions{})
	r := Wrk(t, WrkOptions{URL: n.URL + "/", Conns: 4})
	assert.Positive(t, r.Requests)
	assert.Positive(t, r.PerSecond)
	assert.GreaterOrEqual(t, r.P99, r.P50)
	assert.Positive(t, r.P50)
	assert.Zero(t, r.SocketErrors)
	assert.Zero(t, r.BadStatus)
	logged := n.WaitAccesses(t, int(r.Requests), 10*time.Second)
	assert.InDelta(t, r.Requests, len(logged), 4, "a request under way per connection at most")

	r = Wrk(t, WrkOptions{URL: n.URL + "/status/404", Conns: 1})
	assert.Equal(t, r.Requests, r.BadStatus)
}
