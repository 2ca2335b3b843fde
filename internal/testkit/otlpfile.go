package testkit

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// ReadOTLPFile reads the OTLP JSON lines that the file exporter writes. A last
// line that is still being written is left out; a file that does not exist yet is empty.
func ReadOTLPFile(t testing.TB, path string) ptrace.Traces {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatalf("read exported traces: %v", err)
	}
	traces, err := parseOTLPLines(data)
	if err != nil {
		t.Fatalf("read exported traces: %v", err)
	}
	return traces
}

func parseOTLPLines(data []byte) (ptrace.Traces, error) {
	all := ptrace.NewTraces()
	var read ptrace.JSONUnmarshaler
	for {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return all, nil
		}
		if data = rest; len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		one, err := read.UnmarshalTraces(line)
		if err != nil {
			return all, fmt.Errorf("parse line %.80q: %w", line, err)
		}
		one.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
}
