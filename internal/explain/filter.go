package explain

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Filter says which connections are shown. Zero fields are not asked.
type Filter struct {
	// Port is of either end.
	Port uint16
	// Service is a part of the service's or the executable's name; case does not matter.
	Service string
	// State is one of states.
	State string
	// Reason is a reason.
	Reason Reason
	// Limit is how many are shown at most.
	Limit int
}

// states are what a connection can be asked to be.
func states() []string { return []string{"", "none", "some", "live", "ended"} }

// maxText bounds what a query may carry.
const maxText = 128

// parseFilter reads a query. It answers an error that names the parameter.
func parseFilter(q url.Values, limit int) (Filter, error) {
	f := Filter{Service: q.Get("service"), State: q.Get("state"), Reason: Reason(q.Get("reason")), Limit: limit}
	if len(f.Service) > maxText || len(f.Reason) > maxText {
		return f, fmt.Errorf("service and reason: at most %d characters", maxText)
	}
	if !slices.Contains(states(), f.State) {
		return f, fmt.Errorf("state: must be none, some, live or ended")
	}
	if _, ok := words(f.Reason); !ok {
		return f, fmt.Errorf("reason: there is no such reason")
	}
	if s := q.Get("port"); s != "" {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return f, fmt.Errorf("port: must be a number from 1 to 65535")
		}
		f.Port = uint16(n)
	}
	if s := q.Get("limit"); s != "" {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return f, fmt.Errorf("limit: must be a number from 1 to 65535")
		}
		f.Limit = int(n)
	}
	return f, nil
}

// query is the filter as a query, with its question mark; empty for no filter.
func (f *Filter) query() string {
	q := url.Values{}
	for key, value := range map[string]string{"service": f.Service, "state": f.State, "reason": string(f.Reason)} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if f.Port != 0 {
		q.Set("port", strconv.Itoa(int(f.Port)))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// matches tells whether a connection is to be shown.
func (f *Filter) matches(c *Connection) bool {
	switch {
	case f.Port != 0 && c.Local.Port() != f.Port && c.Remote.Port() != f.Port,
		f.Service != "" && !contains(c.Service, f.Service) && !contains(c.Executable, f.Service),
		f.Reason != "" && c.Reason != f.Reason:
		return false
	}
	switch f.State {
	case "none":
		return c.Spans == 0
	case "some":
		return c.Spans > 0
	case "live":
		return c.State == Live
	case "ended":
		return c.State == Ended
	}
	return true
}

func contains(name, part string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(part))
}
