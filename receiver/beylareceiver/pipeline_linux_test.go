//go:build amd64 || arm64

package beylareceiver

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/sampling"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func pcapConfig(path string, p Perspective) *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Capture.Source = SourcePcap
	cfg.Capture.Pcap = configoptional.Some(PcapConfig{Path: path, Perspective: p})
	return cfg
}

func TestCaptureBecomesSpans(t *testing.T) {
	for perspective, want := range map[Perspective]int{
		PerspectiveServer: 1, PerspectiveClient: 1, PerspectiveBoth: 2,
	} {
		t.Run(string(perspective), func(t *testing.T) {
			core, logs := observer.New(zapcore.InfoLevel)
			set := fakeSettings()
			set.Logger = zap.New(core)
			sink, host := new(consumertest.TracesSink), newStatusHost()
			r, err := NewFactory().CreateTraces(t.Context(), set, pcapConfig("testdata/http.pcap", perspective), sink)
			require.NoError(t, err)
			require.NoError(t, r.Start(t.Context(), host))
			end := func() []observer.LoggedEntry { return logs.FilterMessage("end of the capture").All() }
			testkit.Poll(t, 10*time.Second, "the end of the capture", func() bool { return len(end()) == 1 })

			got := end()[0].ContextMap()
			assert.EqualValues(t, want, got["spans"])
			assert.EqualValues(t, 2, got["messages"], "a request and a response")
			assert.EqualValues(t, 12, got["packets"])
			for _, key := range []string{"lost_records", "lost_messages", "filtered_messages", "refused_spans"} {
				assert.Zero(t, got[key], key)
			}
			assert.Equal(t, want, sink.SpanCount())
			assert.Empty(t, host.seen())
			require.NoError(t, r.Shutdown(t.Context()))
		})
	}
}

func TestCaptureThatCannotBeRead(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(garbage, []byte("this is not a capture file at all"), 0o600))
	for path, want := range map[string]string{
		"testdata/none.pcap": "no such file or directory",
		garbage:              garbage,
	} {
		r, err := NewFactory().CreateTraces(t.Context(), fakeSettings(), pcapConfig(path, PerspectiveServer), consumertest.NewNop())
		require.NoError(t, err, "Create opens nothing")
		err = r.Start(t.Context(), componenttest.NewNopHost())
		require.ErrorContains(t, err, "capture.pcap.path: ")
		require.ErrorContains(t, err, want)
		require.NoError(t, r.Shutdown(t.Context()))
	}
}

func TestShutdownOfAnEngineWhoseReaderIsGone(t *testing.T) {
	e, err := newPipeline(pcapConfig("testdata/http.pcap", PerspectiveBoth), fakeSettings(), func(health) {})
	require.NoError(t, err)
	require.NoError(t, e.Shutdown(t.Context()), "before Start")
	require.NoError(t, e.Start(t.Context()))
	require.NoError(t, e.Shutdown(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = e.Shutdown(ctx) // either answer is right: it is over already
	for {
		if b, err := e.Next(); err != nil {
			break
		} else {
			b.Release()
		}
	}
	var s stats
	e.Stats(&s)
	assert.EqualValues(t, s.Received, total(s.Dropped)+total(s.Filtered)+usedMessages(e), "after Shutdown too")
}

func usedMessages(e engine) uint64 {
	return e.(*pipelineEngine).inner.Stats().Ended[ledger.Used]
}

func TestPipelineConfig(t *testing.T) {
	c, err := pipelineConfig(load(t, "beyla/full"), "1.2.3")
	require.NoError(t, err)

	want := pipeline.Config{
		Pcap: "capture.pcapng.gz", Sides: pipeline.BothSides,
		Off:              map[string]bool{"http": true, "http2": true, "grpc": true, "connect": true, "fastcgi": true, "dns": true},
		DropHealthProbes: true,
		Exclude:          []selection.Rule{{ContainerID: "0123456789ab"}},
		MaxInflight:      20, FlushInterval: time.Second, MaxBatch: 100, Explain: true, Queue: 64,
	}
	want.Tap.CgroupPath, want.Tap.Window, want.Tap.RingBytes = "/sys/fs/cgroup/user.slice", 16<<10, 64<<20
	want.Tap.Drain = 5 * time.Millisecond
	want.Tap.Shed, want.Tap.Owners = true, tap.RungKprobe
	want.Replay.MaxConnections, want.Flow.MaxFlows, want.Flow.MaxHeld = 10, 10, 30<<20
	want.Protocols.HTTP.RequestHeaders = []string{"X-Tenant", "authorization"}
	want.Protocols.HTTP.ResponseHeaders = []string{"Content-Type"}
	want.Protocols.HTTP.Routes = []string{"/users/{id}", "/static/*"}
	want.Protocols.HTTP.RedactQuery = []string{"token"}
	want.Protocols.HTTP.Formats = []tracecontext.Format{"b3", "tracecontext"}
	want.Protocols.HTTP.RequestIDHeaders = []string{"X-Ray-Id"}
	want.Correlate.Sampler = sampling.New(0.25, false)
	want.Correlate.MaxAge, want.Correlate.MaxSpans, want.Correlate.Links = time.Minute, 50, true
	want.Correlate.Agreements = 32
	want.Process.Entries, want.Process.Version = 40, "1.2.3"

	host, err := namespace("host")
	require.NoError(t, err)
	assert.NotZero(t, host)
	want.Include = []selection.Rule{
		{Ports: []selection.PortRange{{From: 80, To: 80}, {From: 443, To: 443}, {From: 8000, To: 9000}},
			Executable: "/usr/sbin/*", Service: "shop-*"},
		{Namespace: 4026531840},
		{Namespace: host, Cgroup: "*/docker-*.scope"},
	}
	assert.Equal(t, want, c)
}

func TestDefaultPipelineConfig(t *testing.T) {
	c, err := pipelineConfig(createDefaultConfig().(*Config), "")
	require.NoError(t, err)
	assert.Empty(t, c.Pcap)
	for name, off := range c.Off {
		assert.False(t, off, name)
	}
	assert.Equal(t, time.Minute, c.StreamReport)
	assert.True(t, c.DropOTLP)
	assert.Empty(t, c.Include)
	assert.Empty(t, c.Exclude)
	assert.Equal(t, sampling.Sampler{}, c.Correlate.Sampler, "keeps everything")
	assert.True(t, c.Correlate.Threads)
	assert.True(t, c.Timing)
	assert.Equal(t, tracecontext.Formats(), c.Protocols.HTTP.Formats)
	assert.Equal(t, tracecontext.DefaultRequestIDHeaders(), c.Protocols.HTTP.RequestIDHeaders)
}

func TestPipelineConfigNamesTheRule(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Exclude = []Rule{{Ports: []string{"1"}}, {Namespace: "x"}}
	_, err := pipelineConfig(cfg, "")
	require.EqualError(t, err, `exclude[1].namespace: strconv.ParseUint: parsing "x": invalid syntax`)
	cfg.Include = []Rule{{Ports: []string{"x"}}}
	_, err = newPipeline(cfg, fakeSettings(), nil)
	require.ErrorContains(t, err, "include[0].ports[0]: must be a port")
}

func TestKernelStats(t *testing.T) {
	in := pipeline.Stats{RingFill: 1, RingCapacity: 2, Malformed: 3, FailedOrders: 4}
	in.Kernel.Packets, in.Kernel.Messages = 5, 6
	in.Kernel.LostStart, in.Kernel.LostData, in.Kernel.LostControl = 7, 8, 9
	in.Kernel.NoStorage, in.Kernel.ProgressFull, in.Kernel.CopyFailed, in.Kernel.Malformed = 10, 11, 12, 13
	in.Kernel.Retransmit, in.Kernel.Ignored, in.Kernel.Own = 14, 15, 16
	var got stats
	kernelStats(&got, &in)
	assert.Equal(t, stats{
		Packets: 5, KernelMessages: 6, RingBytes: 1, RingCapacity: 2,
		KernelLost: []count{
			{"ring_full_start", 7}, {"ring_full_data", 8}, {"ring_full_control", 9}, {"no_storage", 10},
			{"progress_full", 11}, {"copy_failed", 12}, {"malformed_packet", 13}, {"malformed_record", 3}, {"failed_order", 4},
		},
		KernelSkipped: []count{{"retransmit", 14}, {"ignored_flow", 15}, {"own_socket", 16}},
	}, got)
}

func TestCaptureStats(t *testing.T) {
	damaged := errors.New("read packet 3: unexpected EOF")
	in := pipeline.Stats{Malformed: 1}
	in.Capture.Packets, in.Capture.Messages, in.Capture.FileError = 2, 3, damaged
	in.Capture.Skipped[0] = 4
	var got stats
	captureStats(&got, &in)
	assert.Equal(t, stats{
		Packets: 2, KernelMessages: 3, Incomplete: damaged,
		KernelLost:    []count{{"malformed_record", 1}},
		KernelSkipped: []count{{"not_ip", 4}},
	}, got)
}

func TestHealthOf(t *testing.T) {
	refused := []error{errors.New("owner hooks by tp_btf: operation not permitted")}
	assert.Equal(t, health{}, healthOf("tp_btf", true, nil))
	assert.Equal(t, health{}, healthOf("fexit", true, refused), "another rung makes up for it")

	h := healthOf("none", false, refused)
	assert.Equal(t, []string{"process attribution", "connect times and failed connects"}, h.Missing)
	assert.EqualError(t, h.Err, "works without process attribution and connect times and failed connects: "+
		"the kernel refused owner hooks by tp_btf: operation not permitted")
}
