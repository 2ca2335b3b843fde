package live

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// metric is the sum of the points of one of the receiver's own metrics (the
// name without otelcol_beyla_) whose reason or protocol is the given one; of all points when none is.
func (in *instance) metric(t testing.TB, name, what string) int64 {
	t.Helper()
	m, err := in.telemetry.GetMetric("otelcol_beyla_" + name)
	require.NoError(t, err)
	var points []metricdata.DataPoint[int64]
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		points = data.DataPoints
	case metricdata.Gauge[int64]:
		points = data.DataPoints
	}
	require.NotEmpty(t, points, name)
	var sum int64
	for _, p := range points {
		reason, _ := p.Attributes.Value("reason")
		protocol, _ := p.Attributes.Value("protocol")
		if what == "" || what == reason.AsString() || what == protocol.AsString() {
			sum += p.Value
		}
	}
	return sum
}
