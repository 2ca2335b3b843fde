package clustertest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// figures are the counters of one metric, by the values of some attributes.
type figures map[string]int64

// counters reads the last value of each series of a cumulative metric in a file of OTLP JSON lines, and sums them
// up by the given attributes. No two series of it may look the same: what they count would be lost in any backend.
func counters(t *testing.T, path, metric string, by ...string) figures {
	t.Helper()
	last := make(map[string]int64) // by the whole of their identity
	names := make(map[string]string)
	for _, md := range readMetrics(t, path) {
		seen := make(map[string]bool) // in one export
		for point := range points(md, metric) {
			identity := fmt.Sprint(point.resource, point.attributes)
			at := fmt.Sprint(point.at, identity)
			require.False(t, seen[at], "two series of %s: %s", metric, identity)
			seen[at] = true
			require.GreaterOrEqual(t, point.value, last[identity], identity)
			last[identity] = point.value
			values := make([]string, len(by))
			for i, key := range by {
				values[i] = fmt.Sprint(point.attributes[key])
			}
			names[identity] = strings.Join(values, " ")
		}
	}
	sums := figures{}
	for identity, value := range last {
		sums[names[identity]] += value
	}
	return sums
}

type point struct {
	resource, attributes map[string]any
	value                int64
	at                   pcommon.Timestamp
}

// points are the points of a metric that counts.
func points(md pmetric.Metrics, name string) func(yield func(point) bool) {
	return func(yield func(point) bool) {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Name() != name || m.Type() != pmetric.MetricTypeSum {
						continue
					}
					for _, p := range m.Sum().DataPoints().All() {
						if !yield(point{rm.Resource().Attributes().AsRaw(), p.Attributes().AsRaw(), p.IntValue(), p.Timestamp()}) {
							return
						}
					}
				}
			}
		}
	}
}

// readMetrics reads a file exporter's file; a last line that is still being written is left out.
func readMetrics(t *testing.T, path string) (all []pmetric.Metrics) {
	t.Helper()
	data, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(t, err)
	}
	var read pmetric.JSONUnmarshaler
	lines := slices.Collect(bytes.Lines(data))
	for _, line := range lines {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		md, err := read.UnmarshalMetrics(line)
		require.NoError(t, err)
		all = append(all, md)
	}
	return all
}

// total adds up the figures of several gateways.
func total(each ...figures) figures {
	sum := figures{}
	for _, f := range each {
		for name, value := range f {
			sum[name] += value
		}
	}
	return sum
}
