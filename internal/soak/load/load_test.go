package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// endless is an input that does not end before the work does.
func endless(t *testing.T) io.Reader {
	r, w := io.Pipe()
	t.Cleanup(func() { _ = w.Close() })
	return r
}

func load(t *testing.T, o options) totals {
	t.Helper()
	if o.workers == 0 {
		o.workers = 2
	}
	o.within = 10 * time.Second
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), o, endless(t), &out))
	var got totals
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	return got
}

func TestHTTP(t *testing.T) {
	for kind, want := range map[string]struct{ requests, conns int64 }{
		"keep":     {40, 2},
		"short":    {40, 40},
		"upload":   {40, 2},
		"hold":     {40, 10},
		"pipeline": {120, 2},
	} {
		t.Run(kind, func(t *testing.T) {
			var requests, conns, parents, bytes atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				n, _ := io.Copy(io.Discard, r.Body)
				bytes.Add(n)
				if r.Header.Get("Traceparent") != "" {
					parents.Add(1)
				}
				_, _ = io.WriteString(w, r.URL.Path)
			}))
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					conns.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			got := load(t, options{
				kind: kind, url: server.URL, paths: []string{"/a", "/b"}, n: 40, conns: 5, depth: 3, size: 1000, parents: true,
			})
			assert.Equal(t, totals{Exchanges: want.requests}, got)
			assert.Equal(t, want.requests, requests.Load())
			// One that was opened and never used may be accepted later.
			assert.Eventually(t, func() bool { return conns.Load() == want.conns }, 5*time.Second, time.Millisecond)
			if kind == "keep" || kind == "short" {
				assert.Equal(t, want.requests, parents.Load())
			}
			if kind == "upload" {
				assert.Equal(t, 1000*want.requests, bytes.Load())
			}
		})
	}
}

// bothTransports listens at one address over UDP and TCP.
func bothTransports(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 10 { // the port may be taken in one of them
		u, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		if l, err := net.Listen("tcp", u.LocalAddr().String()); err == nil {
			return u, l
		}
		_ = u.Close()
	}
	t.Fatal("no port is free over UDP and TCP")
	return nil, nil
}

func TestDNS(t *testing.T) {
	u, l := bothTransports(t)
	defer u.Close()
	defer l.Close()
	go func() {
		for b := make([]byte, 512); ; {
			n, from, err := u.ReadFrom(b)
			if err != nil {
				return
			}
			b[2] |= 0x80 // an answer
			_, _ = u.WriteTo(b[:n], from)
		}
	}()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var length [2]byte
			_, _ = io.ReadFull(conn, length[:])
			_, _ = conn.Write(length[:])
			_, _ = io.CopyN(conn, conn, int64(binary.BigEndian.Uint16(length[:])))
			_ = conn.Close()
		}
	}()
	for _, kind := range []string{"udp", "tcp"} {
		assert.Equal(t, totals{Exchanges: 20}, load(t, options{kind: kind, addr: u.LocalAddr().String(), n: 20}))
	}
}

func TestNoise(t *testing.T) {
	assert.Equal(t, totals{Exchanges: 50}, load(t, options{kind: "noise", ports: 4, n: 50}))
}

func TestFailures(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	assert.Equal(t, totals{Failed: 3}, load(t, options{kind: "keep", url: url, paths: []string{"/"}, n: 3}))
	assert.Equal(t, totals{Failed: 3}, load(t, options{kind: "exec", url: url, paths: []string{"/"}, n: 3}))
	require.ErrorIs(t, run(t.Context(), options{kind: "morse"}, endless(t), io.Discard), errKind)
	err := run(t.Context(), options{kind: "hold", url: url, paths: []string{"/"}, conns: 1, workers: 1}, endless(t), io.Discard)
	assert.ErrorContains(t, err, "connect: ")
}

// TestHalfOpened: workers that have begun end when a later one cannot be made.
func TestHalfOpened(t *testing.T) {
	made := 0
	open := func(o options) (worker, error) {
		if made++; made > 1 {
			return nil, errKind
		}
		return newNoise(o)
	}
	o := options{workers: 2, ports: 1, rate: 1000, within: time.Second}
	require.ErrorIs(t, work(t.Context(), o, open, new(tally)), errKind)
}

// TestAsked: a line of input is answered with the count, the end of the input ends the work.
func TestAsked(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), options{
		kind: "short", url: server.URL, paths: []string{"/"}, rate: 1, workers: 1, within: time.Second,
	}, strings.NewReader("how many\nhow many\n"), &out))
	assert.Equal(t, 3, strings.Count(out.String(), "\n"), out.String())
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began, calls := time.Now(), 0
		pace(ctx, time.Second, 500*time.Millisecond, func() bool {
			calls++
			if calls == 3 {
				time.Sleep(2 * time.Second) // one is left out
			}
			return true
		})
		assert.Equal(t, 9, calls)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
}
