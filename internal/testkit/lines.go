package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// jobWithin is how long a client may take for one line of its input.
const jobWithin = time.Minute

// JSONLines are the whole lines of a process's output that begin with prefix, each read as a T.
func JSONLines[T any](t testing.TB, p *Process, prefix string) []T {
	t.Helper()
	var all []T
	for rest := p.out.Bytes(); ; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if !whole {
			return all
		}
		if rest = after; !bytes.HasPrefix(line, []byte(prefix)) {
			continue // what else it has to say
		}
		var one T
		if err := json.Unmarshal(line, &one); err != nil {
			t.Fatalf("read a line %q of %s: %v", line, p.name, err)
		}
		all = append(all, one)
	}
}

// WaitLines waits for n such lines.
func WaitLines[T any](t testing.TB, p *Process, prefix string, n int) []T {
	t.Helper()
	var all []T
	Poll(t, jobWithin, fmt.Sprintf("%d lines of %s that begin with %s", n, p.name, prefix), func() bool {
		all = JSONLines[T](t, p, prefix)
		return len(all) >= n || !p.Running()
	})
	if len(all) < n {
		t.Fatalf("%s ended with %d lines of %d that begin with %s", p.name, len(all), n, prefix)
	}
	return all
}

// Commanded is a client that does what the lines of its input say, logs each
// request as a line that begins with {"method", and says {"done":n} after each line of input.
type Commanded[T any] struct {
	*Process
	jobs, lines int
}

// Do sends one job, waits for its end and gives its requests.
func (c *Commanded[T]) Do(t testing.TB, job any) []T {
	t.Helper()
	c.Begin(t, job)
	return c.Await(t)
}

// Begin sends one job.
func (c *Commanded[T]) Begin(t testing.TB, job any) {
	t.Helper()
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatalf("write a job: %v", err)
	}
	c.Send(t, string(text))
	c.jobs++
}

// Await waits for the end of all jobs, and gives the requests that were not given yet.
func (c *Commanded[T]) Await(t testing.TB) []T {
	t.Helper()
	WaitLines[struct{}](t, c.Process, `{"done"`, c.jobs)
	all := JSONLines[T](t, c.Process, `{"method"`)
	fresh := all[c.lines:]
	c.lines = len(all)
	return fresh
}
