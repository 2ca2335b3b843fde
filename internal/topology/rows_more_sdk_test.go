package topology

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// sdkSpan is what testdata/apps/topology/gosdk writes of a span that the SDK ended.
type sdkSpan struct {
	Trace, Span, Parent, Kind, Path string
}

// noParent is how the SDK writes that.
const noParent = "0000000000000000"

// TestBesideTheSDK checks where our spans stand when both ends of a request are instrumented:
//
//	the SDK's client span        made by the caller, and in the header
//	├── our client span
//	│   └── our server span
//	└── the SDK's server span    made by the callee, from the header
//
// Nothing joins ours to the SDK's but the header: where a request comes without one, the SDK
// of the service that it enters begins a trace that our span of that request is not in.
func TestBesideTheSDK(t *testing.T) {
	testkit.Root(t)
	for _, header := range []string{"", "traceparent"} {
		t.Run("entered with "+header, func(t *testing.T) {
			row := sdkRows()[0]
			row.Header = header
			ours, sdk := both(t, row)
			requests := 0
			for at, span := range sdk {
				switch {
				case !at.server:
					beside(t, at.path, span, ours, sdk)
					requests++
				case entryOf(at.path) == at.path && strings.HasPrefix(at.path, workPrefix):
					entered(t, header != "", span, ours[at])
				}
			}
			assert.Greater(t, requests, 150, "requests that the SDK has sent")
		})
	}
}

// both runs the row, and gives our spans and the SDK's.
func both(t *testing.T, row Row) (ours map[end]testkit.Span, sdk map[end]sdkSpan) {
	t.Helper()
	group := testkit.NewCgroup(t, "beyla-topology-sdk-"+strconv.Itoa(os.Getpid()))
	r := tap(t, group, nil)
	s := StartScene(t, row, group)
	ours, sdk = make(map[end]testkit.Span), make(map[end]sdkSpan)
	Measure(t, s, Receiver{Count: r.SpanCount, Stop: func() testkit.Spans {
		r.stop(t)
		for _, span := range r.Spans() {
			ours[endOf(span)] = span
		}
		return r.Spans()
	}}, 8, 50)
	for _, p := range s.Processes {
		for line := range strings.Lines(p.Output()) {
			if text, ok := strings.CutPrefix(line, "sdk "); ok {
				var span sdkSpan
				require.NoError(t, json.Unmarshal([]byte(text), &span), text)
				sdk[end{path: span.Path, server: span.Kind == "server"}] = span
			}
		}
	}
	return ours, sdk
}

// beside checks a request whose caller and callee both have the SDK.
func beside(t *testing.T, path string, caller sdkSpan, ours map[end]testkit.Span, sdk map[end]sdkSpan) {
	t.Helper()
	client, server := ours[end{path: path}], ours[end{path: path, server: true}]
	callee := sdk[end{path: path, server: true}]
	assert.Equal(t, caller.Span, client.Parent, "our client span of %s is the child of the SDK's", path)
	assert.Equal(t, client.SpanID, server.Parent, "our server span of %s is the child of our client span", path)
	assert.Equal(t, caller.Span, callee.Parent, "the SDK's server span of %s is the child of its client span", path)
	for what, trace := range map[string]string{
		"our client": client.TraceID, "our server": server.TraceID, "the SDK's server": callee.Trace,
	} {
		assert.Equal(t, caller.Trace, trace, "trace of %s span of %s", what, path)
	}
}

// entered checks the request of a client without SDK, which carried a header or did not.
func entered(t *testing.T, carried bool, sdk sdkSpan, our testkit.Span) {
	t.Helper()
	if carried {
		assert.Equal(t, our.TraceID, sdk.Trace, "one trace of %s", sdk.Path)
		assert.NotEqual(t, noParent, sdk.Parent)
		return
	}
	assert.Equal(t, noParent, sdk.Parent, "the SDK begins a trace with %s", sdk.Path)
	assert.NotEqual(t, our.TraceID, sdk.Trace, "ours of %s is another one", sdk.Path)
}
