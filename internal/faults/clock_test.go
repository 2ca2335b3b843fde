package faults

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// clocked is a stage whose spans are kept, for their times.
func clocked(t *testing.T, th theatre, wrap ...string) (*stage, *agent.Agent, string) {
	t.Helper()
	s := th.stage(t)
	o := s.options()
	o.Backend, o.Spans, o.Wrap = "", filepath.Join(t.TempDir(), "spans"), wrap
	return s, agent.Start(t, o), o.Spans
}

// timed makes n requests for a path and checks when their spans say that it was.
func timed(t *testing.T, s *stage, spans, path string, n int) {
	t.Helper()
	began := time.Now()
	l := s.begin(t, fmt.Sprintf("%s -paths %s -n %d", s.keep(0, 2), path, n))
	require.NoError(t, l.Wait(t, patience))
	ended := time.Now()
	var all testkit.Spans
	testkit.Poll(t, patience, "spans of "+path, func() bool {
		all = testkit.Flatten(testkit.ReadOTLPFile(t, spans)).Where(func(span testkit.Span) bool {
			return strings.HasSuffix(span.Str("url.full")+span.Str("url.path"), path)
		})
		return len(all) >= 2*n
	})
	const slack = time.Second
	assert.Len(t, all, 2*n)
	for _, span := range all {
		assert.False(t, span.End.Before(span.Start), "%v to %v", span.Start, span.End)
		assert.Less(t, span.Took(), patience)
		if span.Start.Before(began.Add(-slack)) || span.End.After(ended.Add(slack)) {
			t.Errorf("a span from %v to %v of a request made from %v to %v", span.Start, span.End, began, ended)
			return
		}
	}
}

// timeNamespace: for the collector more time has passed since boot than for the kernel.
func timeNamespace(t *testing.T, th theatre) {
	s, a, spans := clocked(t, th, "unshare", "--time", "--fork", "--kill-child", "--boottime", "100000", "--")
	a.PID = child(t, a.PID)
	timed(t, s, spans, "/namespace", 20)
	a.Terminate(t)
}

// clockStepped: the wall clock is set forward and back while requests are made. Spans are neither
// stretched nor turned around, and those of later requests have the new time.
func clockStepped(t *testing.T, th theatre) {
	if !*ownMachine {
		t.Skip("sets this machine's clock: -own-machine; the arithmetic is tested in internal/clock")
	}
	s, _, spans := clocked(t, th)
	for i, step := range []time.Duration{0, time.Hour, -2 * time.Hour, time.Hour} {
		now := unix.NsecToTimespec(time.Now().Add(step).UnixNano())
		require.NoError(t, unix.ClockSettime(unix.CLOCK_REALTIME, &now))
		time.Sleep(time.Second) // a flush finds out
		timed(t, s, spans, fmt.Sprintf("/step/%d", i), 50)
	}
}
