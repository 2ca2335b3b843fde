package main

// panel is one diagram.
type panel struct {
	title, unit string
	lines       []line
}

const mib = 1.0 / (1 << 20)

// panels are drawn two to a row.
func panels() []panel {
	return []panel{
		{"Memory of the collector", "MiB", []line{
			{"resident", "rss_kib", 1.0 / 1024, false},
			{"anonymous", "anonymous_kib", 1.0 / 1024, false},
			{"Go heap", "heap_bytes", mib, false},
			{"eBPF maps", "bpf_map_bytes", mib, false},
		}},
		{"What it holds", "number", []line{
			{"descriptors", "descriptors", 1, false},
			{"goroutines", "goroutines", 1, false},
			{"threads", "threads", 1, false},
			{"eBPF maps", "bpf_maps", 1, false},
			{"eBPF programs", "bpf_programs", 1, false},
			{"eBPF links", "bpf_links", 1, false},
		}},
		{"Work", "per second", []line{
			{"exchanges made", "exchanges_total", 1, true},
			{"spans arrived", "spans_total", 1, true},
			{"messages received", "received_total", 1, true},
		}},
		{"CPU of the collector", "% of one core", []line{
			{"user and system", "cpu_seconds_total", 100, true},
		}},
		{"Remembered", "number", []line{
			{"connections", "flows", 1, false},
			{"messages held", "held", 1, false},
			{"requests in flight", "inflight", 1, false},
			{"processes", "processes", 1, false},
		}},
		{"Not in a span, since the start", "number", []line{
			{"messages dropped (noise)", "dropped_total", 1, false},
			{"messages filtered", "filtered_total", 1, false},
			{"messages lost in the ring", "lost_starts_total", 1, false},
			{"other records lost", "lost_records_total", 1, false},
			{"messages left out", "shed_total", 1, false},
			{"spans refused", "refused_total", 1, false},
			{"requests failed", "failed_total", 1, false},
		}},
	}
}
