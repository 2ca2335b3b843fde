package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"time"
)

// options are what the command line says.
type options struct {
	collector string
	out       string
	duration  time.Duration // of each run of a load
	idle      time.Duration
	patience  time.Duration
	pairs     int
	conns     int
	hold      int
	only      *regexp.Regexp
}

var errOption = errors.New("impossible value")

func parseOptions(args []string, names string, usage io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&o.collector, "collector", "dist/otelcol-beyla", "the collector's `executable`")
	flags.StringVar(&o.out, "out", "dist/bench.json", "`file` for the report")
	flags.DurationVar(&o.duration, "duration", 4*time.Second, "how long each run of a load lasts, whole seconds")
	flags.DurationVar(&o.idle, "idle", 15*time.Second, "how long the idle collector is watched")
	flags.DurationVar(&o.patience, "patience", 2*time.Minute, "how long to wait, all in all, for others to leave the CPUs alone")
	flags.IntVar(&o.pairs, "pairs", 5, "how many pairs (without, with the receiver) are compared")
	flags.IntVar(&o.conns, "conns", 32, "connections of the loads")
	flags.IntVar(&o.hold, "hold", 10_000, "connections to hold open for the memory's sake")
	only := flags.String("only", "", "measure only what matches this `regexp`: "+names)
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return options{}, fmt.Errorf("-only: %w", err)
	}
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("%w: %q is no option", errOption, flags.Arg(0))
	case o.duration < time.Second:
		err = fmt.Errorf("%w: -duration must be at least 1s", errOption)
	case o.idle <= 0 || o.pairs < 1 || o.conns < 1 || o.hold < 1:
		err = fmt.Errorf("%w: -idle, -pairs, -conns and -hold must be positive", errOption)
	}
	return o, err
}
