package http2

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// line is what passed on one connection between net/http's own client and server.
type line struct {
	mu   sync.Mutex
	c    conversation
	done sync.WaitGroup
}

// relay copies one direction. What it passes on it has written down before.
func (l *line) relay(dir proto.Dir, from, to net.Conn) {
	defer l.done.Done()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		l.mu.Lock()
		if n > 0 {
			l.c.steps = append(l.c.steps, step{dir: dir, verb: "feed", at: int64(1 + len(l.c.steps)), data: bytes.Clone(buf[:n])})
		}
		l.mu.Unlock()
		if _, failed := to.Write(buf[:n]); err != nil || failed != nil {
			_ = from.Close()
			_ = to.Close()
			return
		}
	}
}

// record runs requests against a handler, over one connection, and gives what passed.
func record(t *testing.T, handler http.Handler, requests func(*http.Client)) conversation {
	t.Helper()
	var only http.Protocols
	only.SetUnencryptedHTTP2(true)
	back, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler, Protocols: &only}
	var all sync.WaitGroup
	all.Go(func() { _ = server.Serve(back) })
	l := &line{}
	transport := &http.Transport{Protocols: &only}
	dialled := 0
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialled++
		near, far := net.Pipe()
		out, err := net.Dial("tcp", back.Addr().String())
		if err != nil {
			return nil, err
		}
		l.done.Add(2)
		go l.relay(proto.ToServer, far, out)
		go l.relay(proto.ToClient, out, far)
		return near, nil
	}
	requests(&http.Client{Transport: transport})
	transport.CloseIdleConnections()
	require.NoError(t, server.Close())
	all.Wait()
	l.done.Wait()
	require.Equal(t, 1, dialled)
	for dir := range proto.Dir(2) {
		l.c.steps = append(l.c.steps, step{dir: dir, verb: "close", at: int64(1 + len(l.c.steps)), how: proto.FIN})
	}
	l.c.number()
	return l.c
}

// told is what an application knows of a request.
type told struct {
	method, path, agent string
	status              int
	request, response   int64
	fault               proto.Fault
}

// books are what the application has written down.
type books struct {
	mu   sync.Mutex
	list map[told]int
}

func (b *books) add(one told) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.list == nil {
		b.list = make(map[told]int)
	}
	b.list[one]++
}

// handle does what the request's path says: /STATUS/SIZE, with "hints", "trailers", and "early" for
// one that does not read its body.
func handle(w http.ResponseWriter, r *http.Request) {
	var status, size int
	_, _ = fmt.Sscanf(r.URL.Path, "/%d/%d", &status, &size)
	if r.URL.Query().Has("hints") {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
	}
	if !r.URL.Query().Has("early") {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	if r.URL.Query().Has("trailers") {
		w.Header().Set("Trailer", "X-Sum")
		defer w.Header().Set("X-Sum", "1")
	}
	w.Header().Set("X-Unique", r.URL.RawQuery)
	w.WriteHeader(status)
	_, _ = w.Write(bytes.Repeat([]byte("x"), size))
}

// ask makes one request and writes it down.
func (b *books) ask(t *testing.T, c *http.Client, method, target string, body int) {
	var content io.Reader
	if body > 0 {
		content = io.MultiReader(strings.NewReader(strings.Repeat("y", body))) // of no announced length
	}
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error { return nil },
	})
	r, err := http.NewRequestWithContext(ctx, method, "http://shop.test:8080"+target, content)
	if !assert.NoError(t, err) {
		return
	}
	r.Header.Set("User-Agent", "agent/"+method)
	r.Header.Set("X-Request-Id", target)
	answer, err := c.Do(r)
	if !assert.NoError(t, err) {
		return
	}
	n, err := io.Copy(io.Discard, answer.Body)
	assert.NoError(t, err)
	_ = answer.Body.Close()
	b.add(told{method, target, "agent/" + method, answer.StatusCode, int64(body), n, proto.NoFault})
}

// seen turns facts into what an application would know.
func seen(all map[uint32]fact) map[told]int {
	list := make(map[told]int)
	for _, f := range all {
		list[told{f.method, f.path, f.agent, f.status, f.request.body, f.response.body, f.fault}]++
	}
	return list
}

// mixed makes requests of many kinds, some at the same time.
func (b *books) mixed(t *testing.T, c *http.Client, n, width int) {
	b.ask(t, c, "GET", "/204/0?first", 0) // so that the others find a connection
	var all sync.WaitGroup
	jobs := make(chan int)
	for range width {
		all.Go(func() {
			for i := range jobs {
				size := []int{0, 1, 100, 5000, 70_000, 300_000}[i%6]
				switch i % 7 {
				case 0:
					b.ask(t, c, "POST", fmt.Sprintf("/200/%d?i=%d", size, i), 1+size)
				case 1:
					b.ask(t, c, "PUT", fmt.Sprintf("/500/%d?i=%d&hints", size, i), 3)
				case 2:
					b.ask(t, c, "GET", fmt.Sprintf("/404/%d?i=%d&trailers", size, i), 0)
				case 3:
					b.ask(t, c, "DELETE", "/204/0", 0)
				default:
					b.ask(t, c, "GET", fmt.Sprintf("/200/%d", size), 0)
				}
			}
		})
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	all.Wait()
}

// TestPeers holds spans == requests, with all that both know, in any split.
func TestPeers(t *testing.T) {
	for _, width := range []int{1, 16} {
		b := &books{}
		c := record(t, http.HandlerFunc(handle), func(client *http.Client) { b.mixed(t, client, 210, width) })
		require.Equal(t, b.list, seen(facts(t, &c)))
		want := c.play(t, New(Config{}), whole)
		r := rand.New(rand.NewPCG(1, uint64(width)))
		require.True(t, want == c.play(t, New(Config{}), func(n int) int { return 1 + r.IntN(min(n, 100)) }), "in pieces")
	}
}

// TestPeersManyAtOnce are concurrent streams, far more than any peer loses none of.
func TestPeersManyAtOnce(t *testing.T) {
	b := &books{}
	var together sync.WaitGroup
	together.Add(100)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has("first") {
			together.Done()
			together.Wait()
		}
		handle(w, r)
	})
	c := record(t, handler, func(client *http.Client) {
		b.ask(t, client, "GET", "/204/0?first", 0)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { b.ask(t, client, "GET", fmt.Sprintf("/200/%d", i), 0) })
		}
		all.Wait()
	})
	require.Equal(t, b.list, seen(facts(t, &c)))
}

// TestPeersGiveUp: a client that cancels, and a server that breaks off.
func TestPeersGiveUp(t *testing.T) {
	begun := make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/wait":
			close(begun)
			<-r.Context().Done()
		case "/break":
			w.WriteHeader(200)
			_, _ = w.Write([]byte("half"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	})
	c := record(t, handler, func(client *http.Client) {
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			<-begun
			cancel()
		}()
		r, err := http.NewRequestWithContext(ctx, "GET", "http://a.test/wait", nil)
		require.NoError(t, err)
		_, err = client.Do(r)
		require.ErrorIs(t, err, context.Canceled)
		answer, err := client.Get("http://a.test/break")
		require.NoError(t, err)
		_, err = io.ReadAll(answer.Body)
		require.Error(t, err)
		_ = answer.Body.Close()
		answer, err = client.Get("http://a.test/ok")
		require.NoError(t, err)
		_ = answer.Body.Close()
	})
	var faults []string
	for id, f := range facts(t, &c) {
		faults = append(faults, fmt.Sprintf("%d %s %s %d", id, f.path, f.fault, f.status))
	}
	require.ElementsMatch(t, []string{"1 /wait http2_cancel 0", "3 /break http2_internal_error 200", "5 /ok  200"}, faults)
}

// TestPeersCut leaves out what the kernel would: of a DATA frame's payload all but the first 64 bytes, where it
// is longer than 1 KiB. Nothing may be different for it.
func TestPeersCut(t *testing.T) {
	b := &books{}
	c := record(t, http.HandlerFunc(handle), func(client *http.Client) { b.mixed(t, client, 140, 8) })
	c = c.reframed(t)
	truth := facts(t, &c)
	require.Equal(t, b.list, seen(truth))
	var cut conversation
	skipped := 0
	for _, s := range c.steps {
		if s.verb != "feed" || len(s.data) <= headSize+1024 || kind(s.data[3]) != data {
			cut.steps = append(cut.steps, s)
			continue
		}
		rest := s
		rest.verb, rest.n, rest.data = "gap", int64(len(s.data)-headSize-64), nil
		s.data = s.data[:headSize+64]
		skipped += int(rest.n)
		cut.steps = append(cut.steps, s, rest)
	}
	require.Greater(t, skipped, 1_000_000)
	require.Equal(t, truth, facts(t, &cut))
}

// reframed is framewise for frames that do not end where packets do.
func (c *conversation) reframed(t *testing.T) (out conversation) {
	t.Helper()
	var rest [2][]byte
	var begun bool
	at := int64(0)
	for _, s := range c.steps {
		if s.verb != "feed" {
			out.steps = append(out.steps, s)
			continue
		}
		rest[s.dir] = append(rest[s.dir], s.data...)
		for {
			b := rest[s.dir]
			n := len(preface)
			if begun || s.dir == proto.ToClient {
				if len(b) < headSize {
					break
				}
				f := parseFrame((*[headSize]byte)(b))
				n = headSize + f.size()
			}
			if len(b) < n {
				break
			}
			begun = begun || s.dir == proto.ToServer
			at += 100
			piece := s
			piece.data, piece.at, piece.ord = bytes.Clone(b[:n]), at, 0
			out.steps = append(out.steps, piece)
			rest[s.dir] = b[n:]
		}
	}
	for dir := range rest {
		require.Empty(t, rest[dir])
	}
	for i := range out.steps {
		if out.steps[i].verb == "close" {
			out.steps[i].at = at + 100
		}
	}
	out.number()
	return out
}

// TestPeersOpenedBefore begins to listen at every frame of a real conversation, and loses runs of frames
// in the middle of it.
func TestPeersOpenedBefore(t *testing.T) {
	b := &books{}
	c := record(t, http.HandlerFunc(handle), func(client *http.Client) { b.mixed(t, client, 70, 4) })
	c = c.reframed(t)
	truth := facts(t, &c)
	began := time.Now()
	for n := 0; n < len(c.steps)-2; n += 1 + len(c.steps)/400 {
		late := c.without(n)
		check(t, truth, &late, fmt.Sprintf("from frame %d on", n))
	}
	r := rand.New(rand.NewPCG(7, 7))
	for range 400 {
		n := r.IntN(len(c.steps) - 2)
		holed := c.lose(n, min(n+1+r.IntN(6), len(c.steps)-2))
		check(t, truth, &holed, fmt.Sprintf("frames from %d on lost", n))
		bytewise := c.hole(n, r.IntN(max(1, len(c.steps[n].data))), 1+r.IntN(40))
		check(t, truth, &bytewise, fmt.Sprintf("some bytes of frame %d lost", n))
	}
	t.Logf("%d frames, %v", len(c.steps), time.Since(began))
}
