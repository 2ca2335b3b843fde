package beylareceiver

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver/internal/metadatatest"
)

// point is a data point of the receiver beyla.
func point(n int64, attrs ...attribute.KeyValue) metricdata.DataPoint[int64] {
	return metricdata.DataPoint[int64]{
		Value: n, Attributes: attribute.NewSet(append(attrs, attribute.String("receiver", "beyla"))...),
	}
}

func reason(s string) attribute.KeyValue   { return attribute.String("reason", s) }
func evidence(s string) attribute.KeyValue { return attribute.String("evidence", s) }
func service(s string) attribute.KeyValue  { return attribute.String("service", s) }

type assertion func(*testing.T, *componenttest.Telemetry, []metricdata.DataPoint[int64], ...metricdatatest.Option)

// runTelemetry delivers one batch of two spans and one that is refused, and
// keeps the receiver running.
func runTelemetry(t *testing.T, account stats) *componenttest.Telemetry {
	t.Helper()
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	e := newFakeEngine()
	e.account = account
	next := &scripted{answers: []error{nil, consumererror.NewPermanent(errBusy)}}
	r := newFake(t, e, metadatatest.NewSettings(tel), next)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	accepted, refused := newFakeBatch("a", "b"), newFakeBatch("c")
	accepted.oldest = time.Now().Add(-150 * time.Millisecond)
	e.ch <- accepted
	e.ch <- refused
	<-refused.released
	t.Cleanup(func() { require.NoError(t, r.Shutdown(context.Background())) })
	return tel
}

func TestTelemetry(t *testing.T) {
	tel := runTelemetry(t, stats{
		Packets: 100, KernelMessages: 50,
		KernelLost:    []count{{"ring_full_start", 1}, {"ring_full_data", 2}},
		KernelSkipped: []count{{"retransmit", 3}},
		RingBytes:     4096, RingCapacity: 16 << 20,
		Received: 49, Used: 27, Held: 4, FailedConnects: 18, Shed: 26,
		Dropped: []count{{"gap", 5}, {"unknown_protocol", 6}}, Filtered: []count{{"otlp_export", 7}},
		ParserErrors: []count{{"http", 8}}, QueueFull: 9,
		Flows: gauge{10, 11}, Inflight: gauge{12, 13}, ReassemblyBytes: gauge{14, 15}, Processes: gauge{16, 17},
		Parents: []parentCount{
			{"shop", "wire", true, 19}, {"shop", "several_in_hand", false, 20},
			{"cart", "wire", true, 21}, {"cart", "flow", true, 22}, {"cart", "nothing_in_hand", false, 23},
		},
		Links: []count{{"process", 24}, {"wire", 25}},
	})
	for _, tt := range []struct {
		name   string
		assert assertion
		want   []metricdata.DataPoint[int64]
	}{
		{"kernel packets", metadatatest.AssertEqualBeylaKernelPackets, []metricdata.DataPoint[int64]{point(100)}},
		{"kernel messages", metadatatest.AssertEqualBeylaKernelMessages, []metricdata.DataPoint[int64]{point(50)}},
		{"kernel losses", metadatatest.AssertEqualBeylaKernelLosses, []metricdata.DataPoint[int64]{
			point(1, reason("ring_full_start")), point(2, reason("ring_full_data"))}},
		{"skipped", metadatatest.AssertEqualBeylaKernelSkippedPackets, []metricdata.DataPoint[int64]{
			point(3, reason("retransmit"))}},
		{"ring", metadatatest.AssertEqualBeylaRingBytes, []metricdata.DataPoint[int64]{point(4096)}},
		{"ring capacity", metadatatest.AssertEqualBeylaRingCapacityBytes, []metricdata.DataPoint[int64]{point(16 << 20)}},
		{"received", metadatatest.AssertEqualBeylaReceivedMessages, []metricdata.DataPoint[int64]{point(49)}},
		{"shed", metadatatest.AssertEqualBeylaShedMessages, []metricdata.DataPoint[int64]{point(26)}},
		{"used", metadatatest.AssertEqualBeylaUsedMessages, []metricdata.DataPoint[int64]{point(27)}},
		{"failed connects", metadatatest.AssertEqualBeylaFailedConnects, []metricdata.DataPoint[int64]{point(18)}},
		{"held", metadatatest.AssertEqualBeylaHeldMessages, []metricdata.DataPoint[int64]{point(4)}},
		{"dropped", metadatatest.AssertEqualBeylaDroppedMessages, []metricdata.DataPoint[int64]{
			point(5, reason("gap")), point(6, reason("unknown_protocol"))}},
		{"filtered", metadatatest.AssertEqualBeylaFilteredMessages, []metricdata.DataPoint[int64]{
			point(7, reason("otlp_export"))}},
		{"parser errors", metadatatest.AssertEqualBeylaParserErrors, []metricdata.DataPoint[int64]{
			point(8, attribute.String("protocol", "http"))}},
		{"flows", metadatatest.AssertEqualBeylaFlows, []metricdata.DataPoint[int64]{point(10)}},
		{"flows limit", metadatatest.AssertEqualBeylaFlowsLimit, []metricdata.DataPoint[int64]{point(11)}},
		{"inflight", metadatatest.AssertEqualBeylaInflightExchanges, []metricdata.DataPoint[int64]{point(12)}},
		{"inflight limit", metadatatest.AssertEqualBeylaInflightExchangesLimit, []metricdata.DataPoint[int64]{point(13)}},
		{"reassembly", metadatatest.AssertEqualBeylaReassemblyBytes, []metricdata.DataPoint[int64]{point(14)}},
		{"reassembly limit", metadatatest.AssertEqualBeylaReassemblyBytesLimit, []metricdata.DataPoint[int64]{point(15)}},
		{"processes", metadatatest.AssertEqualBeylaProcesses, []metricdata.DataPoint[int64]{point(16)}},
		{"processes limit", metadatatest.AssertEqualBeylaProcessesLimit, []metricdata.DataPoint[int64]{point(17)}},
		{"emitted", metadatatest.AssertEqualBeylaEmittedSpans, []metricdata.DataPoint[int64]{point(2)}},
		{"refused", metadatatest.AssertEqualBeylaRefusedSpans, []metricdata.DataPoint[int64]{
			point(9, reason("queue_full")), point(1, reason("permanent_error")),
			point(0, reason("retries_exhausted")), point(0, reason("shutdown"))}},
		{"parents found", metadatatest.AssertEqualReceiverBeylaParentFound, []metricdata.DataPoint[int64]{
			point(19, evidence("wire"), service("shop")), point(21, evidence("wire"), service("cart")),
			point(22, evidence("flow"), service("cart"))}},
		{"parents missing", metadatatest.AssertEqualReceiverBeylaParentMissing, []metricdata.DataPoint[int64]{
			point(20, reason("several_in_hand"), service("shop")), point(23, reason("nothing_in_hand"), service("cart"))}},
		{"links", metadatatest.AssertEqualReceiverBeylaLinks, []metricdata.DataPoint[int64]{
			point(24, evidence("process")), point(25, evidence("wire"))}},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.assert(t, tel, tt.want, metricdatatest.IgnoreTimestamp()) })
	}
}

// The names are promised, whatever the generator makes of those in metadata.yaml.
func TestNamesOfParentMetrics(t *testing.T) {
	tel := runTelemetry(t, stats{
		Parents: []parentCount{{"shop", "wire", true, 1}, {"shop", "event_loop", false, 1}},
		Links:   []count{{"process", 1}},
	})
	for _, name := range []string{
		"otelcol_receiver_beyla_parent_found", "otelcol_receiver_beyla_parent_missing", "otelcol_receiver_beyla_links",
	} {
		_, err := tel.GetMetric(name)
		assert.NoError(t, err, name)
	}
}

func TestDeliveryDelay(t *testing.T) {
	tel := runTelemetry(t, stats{})
	m, err := tel.GetMetric("otelcol_beyla_delivery_delay")
	require.NoError(t, err)
	points := m.Data.(metricdata.Histogram[float64]).DataPoints
	require.Len(t, points, 1)
	assert.EqualValues(t, 1, points[0].Count, "accepted batches only")
	assert.GreaterOrEqual(t, points[0].Sum, 0.15)
}

func TestObsReportSeesEveryAttempt(t *testing.T) {
	tel := runTelemetry(t, stats{})
	for name, want := range map[string]int64{
		"otelcol_receiver_accepted_spans": 2, "otelcol_receiver_refused_spans": 1,
	} {
		m, err := tel.GetMetric(name)
		require.NoError(t, err, name)
		points := m.Data.(metricdata.Sum[int64]).DataPoints
		require.Len(t, points, 1, name)
		assert.Equal(t, want, points[0].Value, name)
		transport, _ := points[0].Attributes.Value("transport")
		assert.Equal(t, "socket", transport.AsString())
	}
}

func TestTwoInstancesKeepTheirMetricsApart(t *testing.T) {
	tel := componenttest.NewTelemetry()
	defer func() { require.NoError(t, tel.Shutdown(context.Background())) }()
	for i, name := range []string{"one", "two"} {
		set := metadatatest.NewSettings(tel)
		set.ID = component.NewIDWithName(set.ID.Type(), name)
		e := newFakeEngine()
		e.account.Received = uint64(i + 1)
		r := newFake(t, e, set, new(scripted))
		require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
		defer func() { require.NoError(t, r.Shutdown(t.Context())) }()
	}
	metadatatest.AssertEqualBeylaReceivedMessages(t, tel, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("receiver", "beyla/one"))},
		{Value: 2, Attributes: attribute.NewSet(attribute.String("receiver", "beyla/two"))},
	}, metricdatatest.IgnoreTimestamp())
}
