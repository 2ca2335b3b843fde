package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
)

// losses: whether every message is accounted for, with the ring as it comes
// and with one that is much too small for the load.
func losses(ctx context.Context, b *bench) error {
	for _, ring := range []struct {
		name string
		mib  int
	}{{"default ring", 16}, {"1 MiB ring", 1}} {
		// Of this server alone, so that the account is at rest when the load is over.
		s := plain()
		s.Options = fmt.Sprintf("{capture: {ring_buffer_mib: %d}, include: [{ports: [%d]}]}", ring.mib, b.server.port)
		var done load
		d, err := b.under(ctx, s, func(*collector) (err error) {
			done, err = b.wrk(ctx)
			return err
		})
		if err != nil {
			return err
		}
		b.add(account(ring.name, d.after, done)...)
	}
	return nil
}

// account holds the collector's counters to the equations of internal/ledger.
func account(name string, m metrics, done load) []row {
	ringFull := m.sum("kernel_losses", "reason=ring_full_start")
	shed := m.sum("shed_messages")
	kernel := m.sum("kernel_messages") - m.sum("received_messages") - ringFull - shed
	inSpans := exchangeMessages * (m.sum("emitted_spans") + m.sum("refused_spans"))
	lost := m.sum("dropped_messages") + m.sum("filtered_messages") + m.sum("held_messages")
	rows := []row{
		figure(name+": messages begun, less received, lost in the ring, left out", math.Abs(kernel), "messages").against(atMost(0)),
		figure(name+": messages received, less in spans, dropped, filtered, held", math.Abs(m.sum("received_messages")-inSpans-lost), "messages").against(atMost(0)),
		figure(name+": messages left out", shed, "messages"),
		figure(name+": spans emitted of exchanges made", 100*m.sum("emitted_spans")/done.requests/ends, "%"),
	}
	for _, metric := range []string{"kernel_losses", "dropped_messages", "refused_spans"} {
		reasons := m.by(metric, "reason")
		for _, reason := range slices.Sorted(maps.Keys(reasons)) {
			rows = append(rows, figure(fmt.Sprintf("%s: %s %s", name, metric, reason), reasons[reason], ""))
		}
	}
	return rows
}

// exchangeMessages is a request and a response: wrk does not pipeline.
const exchangeMessages = 2
