package beylareceiver

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver/internal/metadata"
)

// refusal is why a span that was built went nowhere.
type refusal int

// The refusals that the door itself decides on.
const (
	refusedPermanent refusal = iota
	refusedRetries
	refusedShutdown
	refusals
)

func (r refusal) String() string {
	return [refusals]string{"permanent_error", "retries_exhausted", "shutdown"}[r]
}

// queueFull is the refusal that the engine decides on.
const queueFull = "queue_full"

// telemetry is the receiver's own account, and publishes it with the engine's.
type telemetry struct {
	builder *metadata.TelemetryBuilder
	meter   metric.Meter
	id      attribute.KeyValue
	plain   metric.MeasurementOption

	emitted atomic.Uint64
	refused [refusals]atomic.Uint64
}

func newTelemetry(set receiver.Settings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, fmt.Errorf("create self-telemetry: %w", err)
	}
	id := attribute.String("receiver", set.ID.String())
	return &telemetry{
		builder: builder,
		meter:   metadata.Meter(set.TelemetrySettings),
		id:      id,
		plain:   metric.WithAttributeSet(attribute.NewSet(id)),
	}, nil
}

// delivered notes that the next consumer accepted a batch.
func (t *telemetry) delivered(ctx context.Context, spans int, oldest time.Time) {
	t.emitted.Add(uint64(spans))
	if !oldest.IsZero() {
		t.builder.BeylaDeliveryDelay.Record(ctx, time.Since(oldest).Seconds(), t.plain)
	}
}

// dropped notes that a batch went nowhere.
func (t *telemetry) dropped(spans int, why refusal) {
	t.refused[why].Add(uint64(spans))
}

// refusedTotal is how many spans were built and went nowhere.
func (t *telemetry) refusedTotal(s *stats) uint64 {
	n := s.QueueFull
	for i := range t.refused {
		n += t.refused[i].Load()
	}
	return n
}

// observe publishes read's account until the registration is taken back. One
// callback serves all instruments, so that they show one moment.
func (t *telemetry) observe(read func(*stats)) (metric.Registration, error) {
	b := t.builder
	reg, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		var s stats
		read(&s)
		t.publish(o, &s)
		return nil
	}, b.BeylaDroppedMessages, b.BeylaEmittedSpans, b.BeylaFailedConnects, b.BeylaFilteredMessages, b.BeylaFlows, b.BeylaFlowsLimit,
		b.BeylaHeldMessages, b.BeylaInflightExchanges, b.BeylaInflightExchangesLimit, b.BeylaKernelLosses,
		b.BeylaKernelMessages, b.BeylaKernelPackets, b.BeylaKernelSkippedPackets, b.BeylaParserErrors,
		b.BeylaProcesses, b.BeylaProcessesLimit, b.BeylaReassemblyBytes, b.BeylaReassemblyBytesLimit,
		b.BeylaReceivedMessages, b.BeylaRefusedSpans, b.BeylaRingBytes, b.BeylaRingCapacityBytes,
		b.BeylaShedMessages, b.BeylaUsedMessages, b.ReceiverBeylaLinks, b.ReceiverBeylaParentFound, b.ReceiverBeylaParentMissing)
	if err != nil {
		return nil, fmt.Errorf("register self-telemetry: %w", err)
	}
	return reg, nil
}

func (t *telemetry) publish(o metric.Observer, s *stats) {
	b := t.builder
	for _, g := range []struct {
		inst metric.Int64Observable
		n    int64
	}{
		{b.BeylaKernelPackets, int64(s.Packets)},
		{b.BeylaKernelMessages, int64(s.KernelMessages)},
		{b.BeylaRingBytes, s.RingBytes},
		{b.BeylaRingCapacityBytes, s.RingCapacity},
		{b.BeylaReceivedMessages, int64(s.Received)},
		{b.BeylaShedMessages, int64(s.Shed)},
		{b.BeylaUsedMessages, int64(s.Used)},
		{b.BeylaHeldMessages, s.Held},
		{b.BeylaFailedConnects, int64(s.FailedConnects)},
		{b.BeylaFlows, s.Flows.Value},
		{b.BeylaFlowsLimit, s.Flows.Limit},
		{b.BeylaInflightExchanges, s.Inflight.Value},
		{b.BeylaInflightExchangesLimit, s.Inflight.Limit},
		{b.BeylaReassemblyBytes, s.ReassemblyBytes.Value},
		{b.BeylaReassemblyBytesLimit, s.ReassemblyBytes.Limit},
		{b.BeylaProcesses, s.Processes.Value},
		{b.BeylaProcessesLimit, s.Processes.Limit},
		{b.BeylaEmittedSpans, int64(t.emitted.Load())},
	} {
		o.ObserveInt64(g.inst, g.n, t.plain)
	}
	t.publishCounts(o, b.BeylaKernelLosses, "reason", s.KernelLost)
	t.publishCounts(o, b.BeylaKernelSkippedPackets, "reason", s.KernelSkipped)
	t.publishCounts(o, b.BeylaDroppedMessages, "reason", s.Dropped)
	t.publishCounts(o, b.BeylaFilteredMessages, "reason", s.Filtered)
	t.publishCounts(o, b.BeylaParserErrors, "protocol", s.ParserErrors)
	t.publishCounts(o, b.BeylaRefusedSpans, "reason", t.refusedCounts(s))
	t.publishCounts(o, b.ReceiverBeylaLinks, "evidence", s.Links)
	t.publishParents(o, s.Parents)
}

func (t *telemetry) publishCounts(o metric.Observer, inst metric.Int64Observable, key string, counts []count) {
	for _, c := range counts {
		o.ObserveInt64(inst, int64(c.N), metric.WithAttributes(t.id, attribute.String(key, c.What)))
	}
}

func (t *telemetry) publishParents(o metric.Observer, parents []parentCount) {
	for _, p := range parents {
		var inst metric.Int64Observable = t.builder.ReceiverBeylaParentMissing
		key := "reason"
		if p.Found {
			inst, key = t.builder.ReceiverBeylaParentFound, "evidence"
		}
		o.ObserveInt64(inst, int64(p.N), metric.WithAttributes(
			t.id, attribute.String(key, p.Outcome), attribute.String("service", p.Service)))
	}
}

func (t *telemetry) refusedCounts(s *stats) []count {
	counts := []count{{queueFull, s.QueueFull}}
	for r := range refusals {
		counts = append(counts, count{r.String(), t.refused[r].Load()})
	}
	return counts
}
