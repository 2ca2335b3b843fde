//go:build amd64 || arm64

package beylareceiver

import (
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// Stats implements engine.
func (p *pipelineEngine) Stats(s *stats) {
	in := p.inner.Stats()
	switch {
	case p.cfg.Pcap != "":
		captureStats(s, &in)
	case p.cfg.Sockets:
		kernelStats(s, &in)
		s.KernelLost = append(s.KernelLost, count{"ring_full_packet", in.Interfaces.Lost})
	case p.cfg.Interfaces != nil:
		wireStats(s, &in)
	default:
		kernelStats(s, &in)
	}
	s.Received, s.Held, s.QueueFull = in.Received, in.Held, in.QueueFull
	for r := range ledger.Reasons {
		switch c := (count{r.String(), in.Ended[r]}); {
		case r == ledger.Used:
			s.Used = c.N
		case r.Filtered():
			s.Filtered = append(s.Filtered, c)
		default:
			s.Dropped = append(s.Dropped, c)
		}
	}
	for _, e := range in.ParserErrors {
		s.ParserErrors = append(s.ParserErrors, count{e.Protocol, e.N})
	}
	for _, p := range in.Parents {
		s.Parents = append(s.Parents, parentCount(p))
	}
	for _, l := range in.Links {
		s.Links = append(s.Links, count{string(l.Evidence), l.N})
	}
	s.Flows = gauge{int64(in.Flows.Flows), int64(in.Flows.Capacity)}
	s.Inflight = gauge{in.Inflight, in.MaxInflight}
	s.ReassemblyBytes = gauge{int64(in.Flows.HeldBytes), int64(p.cfg.Flow.MaxHeld)}
	s.Processes = gauge{int64(in.Processes.Size), int64(in.Processes.Cap)}
}

func kernelStats(s *stats, in *pipeline.Stats) {
	k := &in.Kernel
	s.Packets, s.KernelMessages, s.FailedConnects = k.Packets, k.Messages, in.Flows.ConnectFailed
	s.Shed = k.Shed
	s.RingBytes, s.RingCapacity = int64(in.RingFill), int64(in.RingCapacity)
	s.KernelLost = []count{
		{"ring_full_start", k.LostStart},
		{"ring_full_data", k.LostData},
		{"ring_full_control", k.LostControl},
		{"no_storage", k.NoStorage},
		{"progress_full", k.ProgressFull},
		{"copy_failed", k.CopyFailed},
		{"malformed_packet", k.Malformed},
		{"malformed_record", in.Malformed},
		{"failed_order", in.FailedOrders},
	}
	s.KernelSkipped = []count{
		{"retransmit", k.Retransmit},
		{"ignored_flow", k.Ignored},
		{"own_socket", k.Own},
	}
}

// wireStats are those of interfaces: packets are lost before anybody knows of messages.
func wireStats(s *stats, in *pipeline.Stats) {
	captureStats(s, in)
	w := &in.Interfaces
	s.Packets = w.Packets
	s.KernelLost = append(s.KernelLost, count{"ring_full_packet", w.Lost}, count{"failed_order", in.FailedOrders})
	s.KernelSkipped = append(s.KernelSkipped,
		count{"other_protocol", w.Other}, count{"no_payload", w.Bare}, count{"ignored_flow", w.Ignored})
}

func captureStats(s *stats, in *pipeline.Stats) {
	f := &in.Capture
	s.Packets, s.KernelMessages, s.Incomplete = f.Packets, f.Messages, f.FileError
	s.KernelLost = []count{{"malformed_record", in.Malformed}}
	for r, n := range f.Skipped {
		if n > 0 {
			s.KernelSkipped = append(s.KernelSkipped, count{replay.Reason(r).String(), n})
		}
	}
}
