package beylareceiver

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/beylareceiver/beylareceiver/internal/explain"
)

// explainedEngine is a fake engine that knows a connection.
type explainedEngine struct {
	*fakeEngine
	snapshot explain.Snapshot
}

func (e *explainedEngine) Explain(context.Context) (*explain.Snapshot, error) {
	return &e.snapshot, nil
}
func (e *explainedEngine) Found() explain.Report { return nil }

// pageOf makes a receiver with a page, and tells what to ask for it.
func pageOf(t *testing.T, endpoint string) (receiver.Traces, func() string) {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	set := fakeSettings()
	set.Logger = zap.New(core)
	e := &explainedEngine{fakeEngine: newFakeEngine(), snapshot: explain.Snapshot{
		Time: time.Now(), Opened: 1, Without: []explain.Count{{What: "gap", N: 1}},
		Connections: []explain.Connection{{Reason: "gap"}},
	}}
	e.account = stats{
		Received: 7, Used: 3, Held: 1, Dropped: []count{{"gap", 2}}, Filtered: []count{{"unselected", 1}},
		KernelLost: []count{{"ring_full_data", 9}}, Shed: 8, QueueFull: 4, Flows: gauge{5, 10},
	}
	f := fakeFactory(func(*Config, receiver.Settings, func(health)) (engine, error) { return e, nil }, defaultBackoff())
	cfg := f.CreateDefaultConfig().(*Config)
	cfg.Explain = configoptional.Some(explainAt(endpoint))
	r, err := f.CreateTraces(t.Context(), set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	return r, func() string {
		served := logs.FilterMessage("serving the explain page").All()
		require.Len(t, served, 1)
		return "http://" + served[0].ContextMap()["address"].(string)
	}
}

// fetch asks on a connection of its own.
func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestExplainPage(t *testing.T) {
	r, url := pageOf(t, "localhost:0")
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	status, page := fetch(t, url()+"/")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "1 connection, 0 with spans; most frequent reason for none: gap (1)")
	status, data := fetch(t, url()+"/explain.json")
	assert.Equal(t, http.StatusOK, status)
	var got struct {
		Receiver string          `json:"receiver"`
		Account  explain.Account `json:"account"`
	}
	require.NoError(t, json.Unmarshal([]byte(data), &got))
	assert.Equal(t, "beyla", got.Receiver[:5])
	assert.Equal(t, explain.Account{
		Messages: explain.Messages{Received: 7, Used: 3, Held: 1,
			Dropped: map[string]uint64{"gap": 2}, Filtered: map[string]uint64{"unselected": 1}},
		Spans:  explain.Spans{Refused: 4},
		Kernel: explain.Kernel{Shed: 8, Lost: map[string]uint64{"ring_full_data": 9}, Skipped: map[string]uint64{}},
		Limits: map[string]explain.Gauge{
			"flows": {Value: 5, Limit: 10}, "inflight_exchanges": {}, "reassembly_bytes": {}, "processes": {}, "ring_bytes": {},
		},
	}, got.Account)
	require.NoError(t, r.Shutdown(t.Context()))
	_, err := net.DialTimeout("tcp", url()[len("http://"):], time.Second)
	assert.Error(t, err, "nothing is served after Shutdown")
}

// Somebody who reads slowly, or never, does not hold up Shutdown for long.
func TestExplainPageOfAReaderThatHangs(t *testing.T) {
	r, url := pageOf(t, "localhost:0")
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	conn, err := net.Dial("tcp", url()[len("http://"):])
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("GET /explain HTTP/1.1\r\nHost:"))
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Less(t, time.Since(began), 10*time.Second)
}

func TestExplainPortInUse(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	r, _ := pageOf(t, ln.Addr().String())
	err = r.Start(t.Context(), componenttest.NewNopHost())
	require.ErrorContains(t, err, "explain.endpoint: listen tcp "+ln.Addr().String())
	require.ErrorContains(t, err, "address already in use")
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestExplainIsOffByDefault(t *testing.T) {
	cfg := load(t, "beyla")
	assert.False(t, cfg.Explain.HasValue())
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"explain": map[string]any{}}).Unmarshal(cfg))
	assert.Equal(t, "localhost:55690", cfg.Explain.Get().NetAddr.Endpoint, "an empty section turns it on")
	cfg.Explain.Get().NetAddr.Endpoint = ""
	assert.EqualError(t, cfg.Validate(), "explain.endpoint: must be an address such as localhost:55690")
}
