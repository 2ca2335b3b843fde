package agent

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Patience is how long a loaded machine may take for what takes a second.
const Patience = 30 * time.Second

// Agent is a running collector.
type Agent struct {
	*testkit.Process
	vitals.Collector
	// PID is the collector's process: a child of Process where the wrapper forks.
	PID     int
	options Options
	ports   [2]uint16
	config  string
}

// Start starts a collector and waits until it says that it is ready.
func Start(t testing.TB, o Options) *Agent {
	t.Helper()
	a := &Agent{options: o, ports: [2]uint16{testkit.FreePort(t), testkit.FreePort(t)}}
	a.config = write(t, "", o.config(a.ports[0], a.ports[1]))
	argv := append(append([]string{}, o.Wrap...), o.Exe, "--config", a.config)
	a.Process = testkit.Start(t, testkit.Spec{Args: argv})
	a.PID = a.Process.PID()
	a.Collector = vitals.Collector{
		Metrics:  fmt.Sprintf("http://127.0.0.1:%d/metrics", a.ports[0]),
		Profiles: fmt.Sprintf("http://127.0.0.1:%d", a.ports[1]),
	}
	t.Cleanup(a.Collector.Close)
	a.await(t, 1)
	return a
}

func (a *Agent) ready() int { return strings.Count(a.Output(), "Everything is ready") }

func (a *Agent) await(t testing.TB, times int) {
	t.Helper()
	testkit.Poll(t, Patience, "the collector to be ready", func() bool { return !a.Running() || a.ready() >= times })
	if !a.Running() {
		t.Fatalf("the collector ended: %s", a.Output())
	}
}

// Reload sends SIGHUP and waits until the collector is ready once more.
func (a *Agent) Reload(t testing.TB) {
	t.Helper()
	times := a.ready()
	a.Signal(t, syscall.SIGHUP)
	a.await(t, times+1)
}

// Configure writes another configuration, for the next Reload.
func (a *Agent) Configure(t testing.TB, change func(*Options)) {
	t.Helper()
	change(&a.options)
	dir := a.config[:strings.LastIndexByte(a.config, '/')]
	write(t, dir, a.options.config(a.ports[0], a.ports[1]))
}

// Signal sends the collector's process a signal.
func (a *Agent) Signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(a.PID, s); err != nil {
		t.Fatalf("send %v to the collector: %v", s, err)
	}
}

// Terminate ends the collector as a service manager does, and says how long that took.
func (a *Agent) Terminate(t testing.TB) time.Duration {
	t.Helper()
	began := time.Now()
	a.Signal(t, syscall.SIGTERM)
	if err := a.Process.Wait(t, Patience); err != nil {
		t.Errorf("the collector ended with %v", err)
	}
	return time.Since(began)
}

// Ask reads the collector's metrics.
func (a *Agent) Ask(t testing.TB) vitals.Metrics {
	t.Helper()
	m, err := a.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Look looks at the collector's process.
func (a *Agent) Look(t testing.TB) vitals.Process {
	t.Helper()
	p, err := vitals.OfProcess(a.PID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// calm is for how long an account must not have changed to be at rest: longer than any
// exchange waits for its parent or its owner, and than the flush interval.
const calm = 1200 * time.Millisecond

// Settle waits until nothing is under way any more, and gives the metrics then. The
// account must balance.
func (a *Agent) Settle(t testing.TB) vitals.Metrics {
	t.Helper()
	var m vitals.Metrics
	var last vitals.Account
	since := time.Now()
	looks := time.NewTicker(calm / 10)
	defer looks.Stop()
	for end := time.Now().Add(Patience); time.Since(since) <= calm; <-looks.C {
		if time.Now().After(end) {
			t.Fatalf("the account is not at rest after %v: %+v", Patience, last)
		}
		m = a.Ask(t)
		if now := m.Account(); now != last {
			last, since = now, time.Now()
		}
	}
	if err := last.Check(); err != nil {
		t.Errorf("the account does not balance: %v: %+v", err, last)
	}
	return m
}
