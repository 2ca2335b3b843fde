package soak

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
)

// Sample is one look at everything.
type Sample struct {
	// At is the time since the traffic began.
	At time.Duration
	// Process and Account are the collector's.
	Process vitals.Process
	Account vitals.Account
	// Heap is bytes; Goroutines a number.
	Heap, Goroutines int64
	// Flows, Inflight and Processes are what the receiver remembers; Reassembly and Ring
	// are bytes that wait.
	Flows, Inflight, Processes, Reassembly, Ring int64
	// Exchanges were made by the clients, by their own count; Failed are those that did not come to
	// their end. Spans arrived at the backend.
	Exchanges, Failed, Spans int64
}

// column is one value of a sample, as a whole number.
type column struct {
	name string
	of   func(*Sample) *int64
}

// get reads a column's value.
func (c column) get(s *Sample) int64 { return *c.of(s) }

// columns of the table. The names carry the unit where there is one; what ends in _total counts up.
func columns() []column {
	return []column{
		{"rss_kib", func(s *Sample) *int64 { return &s.Process.Resident }},
		{"anonymous_kib", func(s *Sample) *int64 { return &s.Process.Anonymous }},
		{"mapped_kib", func(s *Sample) *int64 { return &s.Process.Mapped }},
		{"heap_bytes", func(s *Sample) *int64 { return &s.Heap }},
		{"goroutines", func(s *Sample) *int64 { return &s.Goroutines }},
		{"bpf_map_bytes", func(s *Sample) *int64 { return &s.Process.Locked }},
		{"flows", func(s *Sample) *int64 { return &s.Flows }},
		{"inflight", func(s *Sample) *int64 { return &s.Inflight }},
		{"processes", func(s *Sample) *int64 { return &s.Processes }},
		{"reassembly_bytes", func(s *Sample) *int64 { return &s.Reassembly }},
		{"ring_bytes", func(s *Sample) *int64 { return &s.Ring }},
		{"packets_total", func(s *Sample) *int64 { return &s.Account.Packets }},
		{"messages_total", func(s *Sample) *int64 { return &s.Account.Messages }},
		{"lost_starts_total", func(s *Sample) *int64 { return &s.Account.LostStarts }},
		{"shed_total", func(s *Sample) *int64 { return &s.Account.Shed }},
		{"lost_records_total", func(s *Sample) *int64 { return &s.Account.LostOther }},
		{"received_total", func(s *Sample) *int64 { return &s.Account.Received }},
		{"used_total", func(s *Sample) *int64 { return &s.Account.Used }},
		{"dropped_total", func(s *Sample) *int64 { return &s.Account.Dropped }},
		{"filtered_total", func(s *Sample) *int64 { return &s.Account.Filtered }},
		{"held", func(s *Sample) *int64 { return &s.Account.Held }},
		{"emitted_total", func(s *Sample) *int64 { return &s.Account.Emitted }},
		{"refused_total", func(s *Sample) *int64 { return &s.Account.Refused }},
		{"exchanges_total", func(s *Sample) *int64 { return &s.Exchanges }},
		{"failed_total", func(s *Sample) *int64 { return &s.Failed }},
		{"spans_total", func(s *Sample) *int64 { return &s.Spans }},
	}
}
