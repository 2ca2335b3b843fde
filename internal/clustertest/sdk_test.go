package clustertest

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// ours tells the receiver's spans from those of SDKs.
func ours(s testkit.Span) bool {
	return s.Scope == "github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
}

// export sends the spans that the services' SDKs have made to the agents of their nodes, as an SDK's own
// exporter would: testdata/apps/topology/gosdk writes them to its output.
func (c *cluster) export(t *testing.T) {
	t.Helper()
	// a and b make two for a request, c one; those of nginx' errors never get to c.
	want := map[string]int{"a": 2 * requests, "b": 2 * requests, "c": answered}
	testkit.Poll(t, patience, "the SDKs' spans", func() bool {
		got := make(map[string]int)
		for _, s := range c.services {
			if is := strings.Count(s.Output(), `"path":"/w/`); is > 0 {
				got[s.name] += is
			}
		}
		return maps.Equal(got, want)
	})
	for _, s := range c.services {
		if want[s.name] == 0 {
			continue
		}
		data, err := new(ptrace.JSONMarshaler).MarshalTraces(sdkTraces(t, s))
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "otlp.json")
		require.NoError(t, os.WriteFile(file, data, 0o600))
		at := testkit.Place{NetNS: c.nodes[s.node].NetNS}
		at.Run(t, "curl", "--silent", "--show-error", "--fail", "--header", "Content-Type: application/json",
			"--data-binary", "@"+file, "http://127.0.0.1:4318/v1/traces")
	}
}

// sdkTraces are the spans in a service's output.
func sdkTraces(t *testing.T, s service) ptrace.Traces {
	t.Helper()
	all := ptrace.NewTraces()
	resource := all.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", s.name)
	scope := resource.ScopeSpans().AppendEmpty()
	scope.Scope().SetName("go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp")
	for line := range strings.Lines(s.Output()) {
		text, is := strings.CutPrefix(line, "sdk ")
		if !is {
			continue
		}
		var record struct{ Trace, Span, Parent, Kind, Path string }
		require.NoError(t, json.Unmarshal([]byte(text), &record))
		if record.Path == ready {
			continue
		}
		span := scope.Spans().AppendEmpty()
		span.SetName(record.Path)
		span.SetKind(map[string]ptrace.SpanKind{"server": ptrace.SpanKindServer, "client": ptrace.SpanKindClient}[record.Kind])
		span.SetTraceID(pcommon.TraceID(unhex(t, record.Trace, 16)))
		span.SetSpanID(pcommon.SpanID(unhex(t, record.Span, 8)))
		span.SetParentSpanID(pcommon.SpanID(unhex(t, record.Parent, 8)))
		// It does not say when they were; nothing here looks at that.
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		span.SetEndTimestamp(span.StartTimestamp())
	}
	return all
}

func unhex(t *testing.T, text string, length int) []byte {
	t.Helper()
	id, err := hex.DecodeString(text)
	require.NoError(t, err)
	require.Len(t, id, length)
	return id
}
