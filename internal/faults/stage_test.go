package faults

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/soak/otlpsink"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// patience is how long a loaded machine may take for what takes a second.
const patience = agent.Patience

// theatre is what was built once for all tests of a collector.
type theatre struct{ collector, load string }

// stage is a cgroup with a server in it, and a backend.
type stage struct {
	theatre
	group *testkit.Cgroup
	sink  *otlpsink.Sink
	// server is nginx, addr its host:port, port its port.
	server *testkit.Nginx
	port   int
}

func (th theatre) stage(t *testing.T) *stage {
	t.Helper()
	s := &stage{theatre: th, group: newCgroup(t)}
	var err error
	s.sink, err = otlpsink.Listen()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.sink.Close()) })
	s.server = testkit.StartNginx(t, testkit.NginxOptions{Place: s.group.Place(), NoLog: true})
	s.port = port(t, s.server.Addr)
	return s
}

// newCgroup makes a cgroup that no other test of this machine has.
func newCgroup(t testing.TB) *testkit.Cgroup {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' {
			return '-'
		}
		return r
	}, t.Name())
	return testkit.NewCgroup(t, fmt.Sprintf("beyla-faults-%d-%s", os.Getpid(), name))
}

func port(t testing.TB, addr string) int {
	t.Helper()
	_, number, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	n, err := strconv.Atoi(number)
	require.NoError(t, err)
	return n
}

// options are those of a collector that reads the stage and sends to its backend.
func (s *stage) options() agent.Options {
	return agent.Options{Exe: s.collector, Cgroup: s.group.Path, Backend: s.sink.URL}
}

// traffic is a running load that can be asked how far it is.
type traffic struct {
	*testkit.Process
	answers int
}

type totals struct{ Exchanges, Failed int64 }

// begin starts a load in the stage's cgroup: options of internal/soak/load.
func (s *stage) begin(t *testing.T, args string) *traffic {
	t.Helper()
	return &traffic{Process: testkit.Start(t, testkit.Spec{
		Args: append([]string{s.load}, strings.Fields(args)...), Place: s.group.Place(),
	})}
}

// keep is the usual load: kept connections to the stage's server.
func (s *stage) keep(rate, workers int) string {
	return fmt.Sprintf("-kind keep -url %s -rate %d -workers %d", s.server.URL, rate, workers)
}

// now asks how far it is.
func (l *traffic) now(t *testing.T) totals {
	t.Helper()
	l.Send(t, "")
	l.answers++
	testkit.Poll(t, patience, "the load's answer", func() bool { return strings.Count(l.Output(), "{") >= l.answers })
	return l.last(t)
}

// end ends it, and demands that all was well with it.
func (l *traffic) end(t *testing.T) totals {
	t.Helper()
	l.CloseInput()
	require.NoError(t, l.Wait(t, patience))
	n := l.last(t)
	assert.Zero(t, n.Failed, "the application must not notice: %s", l.Output())
	return n
}

func (l *traffic) last(t *testing.T) (n totals) {
	t.Helper()
	out := strings.TrimSpace(l.Output())
	require.NoError(t, json.Unmarshal([]byte(out[strings.LastIndexByte(out, '\n')+1:]), &n), out)
	return n
}

// requests makes exactly n of them.
func (s *stage) requests(t *testing.T, n int) {
	t.Helper()
	l := s.begin(t, fmt.Sprintf("%s -n %d", s.keep(0, 4), n))
	require.NoError(t, l.Wait(t, patience))
	require.Equal(t, totals{Exchanges: int64(n)}, l.last(t))
}

// both waits for n more spans at each end than there were, and gives how many came.
func (s *stage) both(t *testing.T, before otlpsink.Count, n int) {
	t.Helper()
	want := otlpsink.Count{Server: before.Server + int64(n), Client: before.Client + int64(n)}
	var got otlpsink.Count
	for end := time.Now().Add(patience); got != want && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		got = s.sink.Of(s.port)
		if got.Server > want.Server || got.Client > want.Client {
			break
		}
	}
	assert.Equal(t, want, got, "spans of %d requests", n)
}
