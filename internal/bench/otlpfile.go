package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// exported is what is needed of the OTLP JSON lines of the file exporter.
type exported struct {
	ResourceSpans []struct {
		ScopeSpans []struct {
			Spans []struct {
				Start int64 `json:"startTimeUnixNano,string"`
			} `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

// firstSpan is when the earliest of the exported spans began; the zero time
// when there is none. A last line that is still being written is left out.
func firstSpan(lines []byte) (time.Time, error) {
	first := int64(0)
	for {
		line, rest, whole := bytes.Cut(lines, []byte("\n"))
		if !whole {
			break
		}
		lines = rest
		var e exported
		if err := json.Unmarshal(line, &e); err != nil {
			return time.Time{}, fmt.Errorf("read exported spans: %w", err)
		}
		for _, rs := range e.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					if first == 0 || s.Start < first {
						first = s.Start
					}
				}
			}
		}
	}
	if first == 0 {
		return time.Time{}, nil
	}
	return time.Unix(0, first), nil
}
