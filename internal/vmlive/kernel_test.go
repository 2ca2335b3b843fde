package vmlive

import (
	_ "embed"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// rungsVariable lists the rungs that the kernel at hand is known to have.
const rungsVariable = "TAP_TEST_RUNGS"

//go:embed spans.txt
var wanted string

// TestKernel sends the same requests on every rung that this kernel has, and wants the same spans.
func TestKernel(t *testing.T) {
	testkit.Root(t)
	group := testkit.NewCgroup(t, "beyla-kernel-"+strconv.Itoa(os.Getpid()))
	works := 0
	for _, rung := range []string{"tp_btf", "fexit", "kprobe"} {
		t.Run(rung, func(t *testing.T) {
			in := run(t, rung, group)
			got, refused := in.reached(t)
			if got != rung {
				require.Equal(t, "none", got, "no other rung than the one asked for")
				require.NotContains(t, strings.Fields(os.Getenv(rungsVariable)), rung, "%v", refused)
				t.Skipf("this kernel refuses %s: %v", rung, refused)
			}
			checkSpans(t, in, group.Place())
			works++
		})
	}
	assert.Positive(t, works, "no rung was reached")
}

// checkSpans makes all the requests there are.
func checkSpans(t *testing.T, in *instance, place testkit.Place) {
	t.Helper()
	s, f := start(t, "server", place), start(t, "front", place)
	c := &commanded{Process: start(t, "client", place)}
	at := testkit.WaitLines[addresses](t, s, `{"http"`, 1)[0]
	before := testkit.WaitLines[addresses](t, f, `{"http"`, 1)[0]
	c.do(t, "lesson", before.HTTP)
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all) == 2 }) // what front is has been looked up
	for _, job := range [][2]string{
		{"http1", at.HTTP}, {"http2", at.HTTP}, {"grpc", at.GRPC}, {"websocket", at.HTTP}, {"tls", at.TLS},
		{"dns", at.DNS}, {"aborted", at.HTTP}, {"lessons", before.HTTP},
	} {
		c.do(t, job[0], job[1])
	}
	c.do(t, "hop", before.HTTP, at.HTTP)
	w := newTeller(
		map[int64]string{int64(s.PID()): "server", int64(f.PID()): "front", int64(c.PID()): "client"},
		map[string]string{at.HTTP: "http", at.GRPC: "grpc", at.TLS: "tls", at.DNS: "dns", before.HTTP: "front"},
	)
	all := in.collect(t, len(paragraphs(wanted)))
	if testkit.Update() {
		require.NoError(t, os.WriteFile("spans.txt", []byte(w.tell(all)), 0o644))
		return
	}
	compare(t, wanted, w.tell(all))
	checkTimes(t, all)
}

// told is how many spans the lessons make.
const told = 2 * (lessons + 1)

// collect waits for all spans, the lessons' too, ends the receiver, and gives those that are no lesson.
func (in *instance) collect(t *testing.T, n int) testkit.Spans {
	t.Helper()
	if testkit.Update() {
		time.Sleep(3 * time.Second) // how many there are is not known yet
	} else {
		in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all) >= n+told })
	}
	in.shutdown(t)
	all := in.Spans()
	rest := slices.DeleteFunc(slices.Clone(all), func(s testkit.Span) bool {
		return strings.HasSuffix(s.Str("url.path")+s.Str("url.full"), "/lesson")
	})
	assert.Len(t, all, len(rest)+told)
	return rest
}

// checkTimes wants every part of a span's time within it, and no server that begins before its client.
func checkTimes(t *testing.T, all testkit.Spans) {
	t.Helper()
	for _, s := range all {
		for _, key := range []string{"beyla.timing.queue", "beyla.timing.first_byte", "beyla.timing.transfer"} {
			assert.True(t, s.Int(key) >= 0 && s.Int(key) <= int64(s.Took()), "%s: %v", key, s.Attrs)
		}
		up, ok := all.Find(func(u testkit.Span) bool { return u.SpanID == s.Parent })
		assert.True(t, !ok || !s.Start.Before(up.Start), "begins before %v: %v", up.Attrs, s.Attrs)
	}
}
