package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/beylareceiver/beylareceiver/internal/testkit/bpfstats"
)

// measurement is something that gives rows.
type measurement struct {
	name string
	run  func(context.Context, *bench) error
}

// measurements in the order of the report.
func measurements() []measurement {
	return []measurement{
		{"throughput", bothEnds},
		{"server-end", serverEnd},
		{"empty", emptyPrograms},
		{"sdk", sdk},
		{"fixed", fixedLoad},
		{"rare", rare},
		{"kernel", kernelTime},
		{"pdata", pdata},
		{"allocations", beforePdata},
		{"memory", memoryUse},
		{"start", startUp},
		{"idle", idle},
		{"losses", losses},
	}
}

func measurementNames() string {
	var names []string
	for _, m := range measurements() {
		names = append(names, m.name)
	}
	return strings.Join(names, ", ")
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures, prints the table and writes the report. A measurement that
// cannot be made does not keep the others from being made.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parseOptions(args, measurementNames(), progress)
	if err != nil {
		return err
	}
	b := &bench{opts: o}
	defer b.close()
	if err := b.open(ctx); err != nil {
		return err
	}
	note := log.New(progress, "bench: ", 0)
	taps, err := bpfstats.Named("beyla_ingress", "beyla_egress")
	if err != nil {
		return err
	}
	note.Print(surroundings())
	if len(taps) > 0 {
		note.Print("another tap runs on this host, and slows both sides of every comparison")
	}
	var errs []error
	for _, m := range measurements() {
		if !o.only.MatchString(m.name) {
			continue
		}
		note.Print(m.name)
		err := m.run(ctx, b)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("measure %s: %w", m.name, err))
		}
	}
	note.Print("load average at the end ", firstLine("/proc/loadavg"))
	b.add(figure("runs during which other programs took more than 5 % of the CPUs", float64(b.neighbours.disturbed), "runs"))
	errs = append(errs, printTable(out, b.rows), writeJSON(o.out, b.rows))
	return errors.Join(errs...)
}
