package pacer

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func serve(t *testing.T, handler http.HandlerFunc) netip.AddrPort {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
}

func connect(t *testing.T, server netip.AddrPort, conns int) *Pacer {
	t.Helper()
	p, err := Connect(server, conns)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// Every request that was due is sent and answered.
func TestRun(t *testing.T) {
	var served atomic.Int64
	p := connect(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		_, _ = io.WriteString(w, "hello")
	}), 4)
	r, err := p.Run(1000, 100*time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, int64(100), r.Requests)
	require.Equal(t, served.Load(), r.Requests)
	require.Positive(t, r.P50)
	require.LessOrEqual(t, r.P50, r.P90)
	require.LessOrEqual(t, r.P90, r.P99)
	require.LessOrEqual(t, r.P99, r.Max)
}

// Requests that could not be sent when they were due are late from then on, not
// from when they were sent.
func TestDelayIsCharged(t *testing.T) {
	const behind = 50 * time.Millisecond
	p := connect(t, serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }), 1)
	require.NoError(t, p.run(newSchedule(time.Now().Add(-behind), 1000, 100*time.Millisecond)))
	r := p.report(100 * time.Millisecond)
	require.Equal(t, int64(100), r.Requests)
	require.Positive(t, r.Late)
	require.GreaterOrEqual(t, r.Max, float64(behind.Microseconds()))
}

func TestOnce(t *testing.T) {
	var served atomic.Int64
	p := connect(t, serve(t, func(http.ResponseWriter, *http.Request) { served.Add(1) }), 20)
	require.NoError(t, p.Once())
	require.Equal(t, int64(20), served.Load())
}

func TestErrors(t *testing.T) {
	missing := serve(t, http.NotFound)
	_, err := connect(t, missing, 1).Run(100, 20*time.Millisecond)
	require.ErrorIs(t, err, errAnswer)

	hasty := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	_, err = connect(t, hasty, 1).Run(100, 50*time.Millisecond)
	require.ErrorIs(t, err, errClosed)

	_, err = Connect(netip.MustParseAddrPort("127.0.0.1:1"), 1)
	require.ErrorContains(t, err, "connect to 127.0.0.1:1")
}
