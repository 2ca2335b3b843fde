//go:build linux && (amd64 || arm64)

package tap_test

import (
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// options are those of a tap that looks at the test's own sockets, too.
func options(cgroup string) tap.Options {
	return tap.Options{
		CgroupPath: cgroup, Window: 8192, RingBytes: 4 << 20,
		Drain: 5 * time.Millisecond, TraceSelf: true, Shed: true,
	}
}

// watch is an open tap and what it said of one port: a host has other traffic.
type watch struct {
	*tap.Tap
	t    testing.TB
	port uint16
	raw  []byte
	// seen are the events so far, payload copied.
	seen    []event.Event
	sockets map[uint64]bool
	// records and starts count everything that was read, of any port: records,
	// and those that begin a message.
	records, starts uint64
}

// look opens a tap on the test's cgroup; change adjusts its options.
func look(t testing.TB, change ...func(*tap.Options)) *watch {
	t.Helper()
	testkit.Root(t)
	o := options(home(t))
	for _, c := range change {
		c(&o)
	}
	k, err := tap.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	return &watch{Tap: k, t: t, sockets: map[uint64]bool{}}
}

// read takes one record; false when there is none for now, or no more at all.
func (w *watch) read() (bool, error) {
	err := w.Read(&w.raw)
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.EOF) {
		return false, err
	}
	require.NoError(w.t, err)
	var ev event.Event
	require.NoError(w.t, event.Decode(w.raw, &ev))
	w.records++
	if ev.Flags&event.MsgStart != 0 {
		w.starts++
	}
	if ev.Local.Port() == w.port || ev.Remote.Port() == w.port || w.sockets[ev.Cookie] {
		w.sockets[ev.Cookie] = true // an unconnected one's owner is told without ports
		ev.Payload = slices.Clone(ev.Payload)
		w.seen = append(w.seen, ev)
	}
	return true, nil
}

// until reads until one of the events satisfies cond, and returns it.
func (w *watch) until(what string, cond func(*event.Event) bool) *event.Event {
	w.t.Helper()
	looked, give := 0, time.Now().Add(10*time.Second)
	for {
		for ; looked < len(w.seen); looked++ {
			if cond(&w.seen[looked]) {
				return &w.seen[looked]
			}
		}
		if _, err := w.read(); err != nil && time.Now().After(give) {
			require.FailNow(w.t, "no event: "+what, "seen: %+v", w.seen)
		}
	}
}

// finish detaches the tap and returns all that it said of the port.
func (w *watch) finish() []event.Event {
	w.t.Helper()
	require.NoError(w.t, w.Detach())
	for {
		if _, err := w.read(); errors.Is(err, io.EOF) {
			return w.seen
		}
	}
}

// count is the tap's counters.
func (w *watch) count() tap.Counters {
	w.t.Helper()
	c, err := w.Counters()
	require.NoError(w.t, err)
	return c
}

// only picks the events that cond holds for.
func only(events []event.Event, cond func(*event.Event) bool) []event.Event {
	var out []event.Event
	for i := range events {
		if cond(&events[i]) {
			out = append(out, events[i])
		}
	}
	return out
}

// at picks the events of the end whose own port this is.
func at(events []event.Event, port uint16) []event.Event {
	return only(events, func(ev *event.Event) bool { return ev.Local.Port() == port })
}

// kind picks the events of a kind.
func kind(events []event.Event, k event.Kind) []event.Event {
	return only(events, func(ev *event.Event) bool { return ev.Kind == k })
}

// part is what matters of a data event to most tests.
type part struct {
	Dir     event.Dir
	Flags   event.Flags
	Pos     int64
	Len     uint32
	Payload string
}

func parts(events []event.Event) []part {
	var out []part
	for _, ev := range kind(events, event.Data) {
		out = append(out, part{ev.Dir, ev.Flags, ev.Pos, ev.Len, string(ev.Payload)})
	}
	return out
}
