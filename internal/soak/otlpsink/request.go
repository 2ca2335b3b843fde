package otlpsink

import "strconv"

// request is the part of an ExportTraceServiceRequest that is counted.
type request struct {
	ResourceSpans []struct {
		ScopeSpans []struct {
			Spans []span `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

type span struct {
	Kind       int         `json:"kind"`
	Attributes []attribute `json:"attributes"`
}

type attribute struct {
	Key   string `json:"key"`
	Value struct {
		// Int is a decimal: 64-bit integers are strings in the JSON of protobuf.
		Int string `json:"intValue"`
	} `json:"value"`
}

// Kinds of spans: SpanKind of trace.proto.
const (
	kindServer = 2
	kindClient = 3
)

// port is the server's, as the span's own end knows it; 0 when it does not.
func (s span) port() int {
	want := "server.port"
	if s.Kind == kindClient {
		want = "network.peer.port" // server.port is what the request said
	}
	port := 0
	for _, a := range s.Attributes {
		if a.Key == want || a.Key == "server.port" && port == 0 {
			port, _ = strconv.Atoi(a.Value.Int)
		}
	}
	return port
}
