// Package beylareceiver is the door between the Collector and the tap: its
// factory, its configuration, its lifecycle, its self-telemetry. It turns what
// eBPF sees of a host's traffic (or a capture file) into traces; the work is
// done behind the engine interface, in internal/pipeline.
package beylareceiver // import "github.com/beylareceiver/beylareceiver/receiver/beylareceiver"

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
