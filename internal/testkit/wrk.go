package testkit

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// WrkOptions say how to load a server.
type WrkOptions struct {
	Place Place
	URL   string
	// Conns are kept connections; 16 by default.
	Conns int
	// Threads; 1 by default.
	Threads int
	// Duration is whole seconds; 1 s by default.
	Duration time.Duration
}

// WrkResult is what wrk measured. A request under way at the end is not in
// Requests, though the server may have answered it: count by the server's log.
type WrkResult struct {
	Requests           int64
	PerSecond          float64
	P50, P75, P90, P99 time.Duration
	// SocketErrors are failed connects, reads, writes and timeouts together.
	SocketErrors int64
	// BadStatus is the number of responses that were neither 2xx nor 3xx.
	BadStatus int64
}

// Wrk runs wrk and waits for its end.
func Wrk(t testing.TB, o WrkOptions) WrkResult {
	t.Helper()
	Need(t, "wrk")
	if o.Conns == 0 {
		o.Conns = 16
	}
	o.Threads = max(o.Threads, 1)
	o.Duration = max(o.Duration, time.Second)
	out := o.Place.Run(t, "wrk", "--latency", "-t", strconv.Itoa(o.Threads), "-c", strconv.Itoa(o.Conns),
		"-d", strconv.Itoa(int(o.Duration.Seconds()))+"s", o.URL)
	r, err := parseWrk(out)
	if err != nil {
		t.Fatalf("read wrk's report: %v\n%s", err, out)
	}
	return r
}

var errNoTotals = errors.New("no line with the number of requests")

func parseWrk(out string) (WrkResult, error) {
	var r WrkResult
	find := func(pattern string) []string { return regexp.MustCompile(pattern).FindStringSubmatch(out) }
	total, rate := find(`(\d+) requests in `), find(`Requests/sec:\s+([\d.]+)`)
	if total == nil || rate == nil {
		return r, errNoTotals
	}
	r.Requests, _ = strconv.ParseInt(total[1], 10, 64) // digits by the pattern
	r.PerSecond, _ = strconv.ParseFloat(rate[1], 64)
	for percent, into := range map[string]*time.Duration{"50": &r.P50, "75": &r.P75, "90": &r.P90, "99": &r.P99} {
		m := find(`(?m)^\s+` + percent + `%\s+(\S+)\s*$`)
		if m == nil {
			return r, fmt.Errorf("no latency line for %s %%", percent)
		}
		d, err := time.ParseDuration(m[1])
		if err != nil {
			return r, fmt.Errorf("parse the latency of %s %%: %w", percent, err)
		}
		*into = d
	}
	if m := find(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`); m != nil {
		for _, n := range m[1:] {
			v, _ := strconv.ParseInt(n, 10, 64)
			r.SocketErrors += v
		}
	}
	if m := find(`Non-2xx or 3xx responses: (\d+)`); m != nil {
		r.BadStatus, _ = strconv.ParseInt(m[1], 10, 64)
	}
	return r, nil
}
