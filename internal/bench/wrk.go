package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// load is what a load generator has done.
type load struct {
	requests  float64
	perSecond float64
}

var errWrk = errors.New("wrk says nothing of")

// wrkArgs is the command line of a run.
func wrkArgs(url string, conns int, duration time.Duration) []string {
	return []string{
		"wrk", "-t", "1", "-c", strconv.Itoa(conns), "-d", strconv.Itoa(int(duration.Round(time.Second).Seconds())) + "s", url,
	}
}

// parseWrk reads wrk's report. A request under way at the end is not in it.
func parseWrk(out string) (load, error) {
	find := func(what, pattern string) (float64, error) {
		m := regexp.MustCompile(pattern).FindStringSubmatch(out)
		if m == nil {
			return 0, fmt.Errorf("%w %s: %q", errWrk, what, out)
		}
		return strconv.ParseFloat(m[1], 64)
	}
	if m := regexp.MustCompile(`Socket errors: .*|Non-2xx or 3xx responses: .*`).FindString(out); m != "" {
		return load{}, fmt.Errorf("load with wrk: %s", m)
	}
	requests, err := find("requests", `(\d+) requests in `)
	if err != nil {
		return load{}, err
	}
	perSecond, err := find("requests a second", `Requests/sec:\s+([\d.]+)`)
	return load{requests: requests, perSecond: perSecond}, err
}
