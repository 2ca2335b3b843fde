package main

import (
	"context"
	"fmt"
)

// pdata: from the neutral span to the next consumer's.
func pdata(ctx context.Context, b *bench) error {
	found, err := runGoBench(ctx, ".", "./internal/traces", "^BenchmarkBuild$/^one_process$")
	if err != nil {
		return err
	}
	units := found["Build/one_process"]
	if units == nil {
		return fmt.Errorf("measure pdata: %w", errNoBenchmark)
	}
	ns, allocs := units["ns/op"], units["allocs/op"]
	b.add(
		figure("pdata per span of ten attributes", ns.median()/1000, "µs").against(atMost(1.2)),
		figure("pdata per span: allocations", allocs.median(), "allocs").against(atMost(12)),
	)
	return nil
}

// beforePdata: from the raw record to the neutral span, and the parsers alone.
func beforePdata(ctx context.Context, b *bench) error {
	for _, m := range []struct {
		pkg, benchmark, name string
		allocs               *target
	}{
		// What its span keeps has been seen before, and is kept once for all: nothing is left to allocate.
		{"./internal/pipeline", "Exchange", "exchange, raw record to span", atMost(0)},
		{"./internal/proto/http1", "Exchange/parse_and_describe/server", "http parser and description, known target", atMost(0)},
		{"./internal/proto/http1", "Exchange/parse_and_describe/server/unique_target", "http parser and description, new target", atMost(1)},
		{"./internal/proto/dns", "Exchange/udp", "dns parser and description, known name", nil},
		{"./internal/proto/dns", "Exchange/udp/new_names", "dns parser and description, new name", nil},
	} {
		found, err := runGoBench(ctx, ".", m.pkg, benchPattern(m.benchmark))
		if err != nil {
			return err
		}
		units := found[m.benchmark]
		if units == nil {
			return fmt.Errorf("measure %s: %w", m.name, errNoBenchmark)
		}
		allocs := figure(m.name+": allocations", units["allocs/op"].median(), "allocs")
		if m.allocs != nil {
			allocs = allocs.against(m.allocs)
		}
		b.add(figure(m.name, units["ns/op"].median(), "ns"), allocs)
	}
	return nil
}
