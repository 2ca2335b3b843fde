package testkit

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const accessLogFormat = `$request_id\t$msec\t$connection\t$connection_requests\t$remote_addr\t$remote_port\t` +
	`$status\t$request_length\t$bytes_sent\t$body_bytes_sent\t$request_time\t$request_completion\t$request_method\t$request`

// Access is one line of nginx's access log.
type Access struct {
	// ID is nginx's own id of the request, which /proxy/ passes on as X-Request-ID.
	ID string
	// Logged is when the request ended, in the resolution of a millisecond.
	Logged time.Time
	// Connection numbers the connections; Serial the requests on it, from 1.
	Connection, Serial int
	// Peer is the client's address and port.
	Peer   string
	Status int
	// RequestBytes and Sent count what went over the wire, heads included; Body
	// counts the response without its head.
	RequestBytes, Sent, Body int64
	// Took is from the first byte read to the last byte sent.
	Took time.Duration
	// Complete is false when the response did not go out to its end.
	Complete bool
	Method   string
	// Request is the request line, escaped as in JSON.
	Request string
}

// Accesses reads what has been logged so far.
func (n *Nginx) Accesses(t testing.TB) []Access {
	t.Helper()
	data, err := os.ReadFile(n.log)
	if err != nil {
		t.Fatalf("read nginx's access log: %v", err)
	}
	all, err := parseAccesses(string(data))
	if err != nil {
		t.Fatalf("read nginx's access log: %v", err)
	}
	return all
}

// WaitAccesses waits until at least count requests have been logged; nginx
// logs a request shortly after its last byte has left.
func (n *Nginx) WaitAccesses(t testing.TB, count int, within time.Duration) []Access {
	t.Helper()
	var all []Access
	Poll(t, within, fmt.Sprintf("%d lines in nginx's access log", count), func() bool {
		all = n.Accesses(t)
		return len(all) >= count
	})
	return all
}

// parseAccesses leaves out a last line that is still being written.
func parseAccesses(text string) ([]Access, error) {
	all := make([]Access, 0, strings.Count(text, "\n"))
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			return all, nil
		}
		a, err := parseAccess(line)
		if err != nil {
			return nil, fmt.Errorf("parse line %q: %w", line, err)
		}
		all, text = append(all, a), rest
	}
}

func parseAccess(line string) (Access, error) {
	f := strings.SplitN(line, "\t", 14)
	if len(f) != 14 {
		return Access{}, fmt.Errorf("%d fields, not 14", len(f))
	}
	var n numbers
	a := Access{
		ID:     f[0],
		Logged: time.UnixMilli(n.millis(f[1])), Connection: int(n.int(f[2])), Serial: int(n.int(f[3])),
		Peer: f[4] + ":" + f[5], Status: int(n.int(f[6])),
		RequestBytes: n.int(f[7]), Sent: n.int(f[8]), Body: n.int(f[9]),
		Took: time.Duration(n.millis(f[10])) * time.Millisecond, Complete: f[11] == "OK",
		Method: f[12], Request: f[13],
	}
	if strings.Contains(f[4], ":") {
		a.Peer = "[" + f[4] + "]:" + f[5]
	}
	return a, n.err
}

// numbers parses numbers and keeps the first error.
type numbers struct{ err error }

func (n *numbers) int(s string) int64 {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil && n.err == nil {
		n.err = err
	}
	return v
}

// millis reads "seconds.milliseconds".
func (n *numbers) millis(s string) int64 { return n.int(strings.Replace(s, ".", "", 1)) }
