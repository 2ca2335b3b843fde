package soak

import (
	"fmt"
	"maps"
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/soak/otlpsink"
	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
)

// Made is how many exchanges the clients made with each server, by port.
type Made map[int]int64

// Balance answers, of an account at rest after the last client has ended, whether
// everything is accounted for. Flows are how many connections are still remembered: what was said
// over UDP, or by a connection that is ignored, is forgotten later. Each holds two messages at most.
func Balance(a vitals.Account, flows int64, made Made, failed int64, came map[int]otlpsink.Count) []Finding {
	found := []Finding{{Name: "traffic", Figure: fmt.Sprintf("%d exchanges, %d failed", made.total(), failed)}}
	found[0].OK = failed == 0 && made.total() > 0

	ledger := Finding{Name: "ledger", OK: true, Figure: fmt.Sprintf(
		"%d received = %d used + %d dropped + %d filtered + %d held by %d connections",
		a.Received, a.Used, a.Dropped, a.Filtered, a.Held, flows)}
	if err := a.Check(); err != nil {
		ledger.OK, ledger.Figure = false, err.Error()
	} else if a.Held > 2*flows {
		ledger.OK = false
	}
	var arrived int64
	for _, c := range came {
		arrived += c.Total()
	}
	delivered := Finding{Name: "delivered", OK: arrived == a.Emitted, Figure: fmt.Sprintf("%d spans emitted, %d arrived", a.Emitted, arrived)}
	return append(found, ledger, delivered, complete(a, made, came))
}

func (m Made) total() (n int64) {
	for _, made := range m {
		n += made
	}
	return n
}

// complete compares spans with exchanges, server by server and end by end. When records or
// spans were lost, and counted, so many of them may be missing; one too many is always wrong.
func complete(a vitals.Account, made Made, came map[int]otlpsink.Count) Finding {
	counted := a.LostStarts + a.Shed + a.LostOther + a.Refused
	f := Finding{Name: "complete", OK: true}
	var missing int64
	for _, port := range slices.Sorted(maps.Keys(made)) {
		for _, end := range []struct {
			name string
			n    int64
		}{{"server", came[port].Server}, {"client", came[port].Client}} {
			missing += max(0, made[port]-end.n)
			if end.n > made[port] || end.n < made[port] && counted == 0 {
				f.OK = false
				f.Figure += fmt.Sprintf("port %d: %d exchanges, %d %s spans; ", port, made[port], end.n, end.name)
			}
		}
	}
	f.OK = f.OK && missing <= counted
	f.Figure += fmt.Sprintf("%d of %d spans missing, %d lost in the ring, %d left out, %d refused", missing, 2*made.total(), a.LostStarts+a.LostOther, a.Shed, a.Refused)
	return f
}

// Verdict is one line: whether all is well, and the findings.
func Verdict(found []Finding) (line string, ok bool) {
	ok = true
	for _, f := range found {
		ok = ok && f.OK
		line += "; " + f.String()
	}
	word := "FAIL"
	if ok {
		word = "PASS"
	}
	return "soak: " + word + line, ok
}
