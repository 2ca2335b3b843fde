package soak

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/soak/otlpsink"
	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

var (
	duration = flag.Duration("duration", 8*time.Second, "how long there is traffic")
	every    = flag.Duration("every", 0, "how often to look; by default 500 times, but each second to each 5 seconds")
	out      = flag.String("out", "", "`folder` for soak.csv and soak.png")
	growth   = flag.Float64("growth", 0, "`KiB` a minute by which memory may grow; by default as in Defaults")
	rate     = flag.Float64("rate", 1, "factor of all rates")
	only     = flag.String("only", "", "`regexp` of the rows of traffic to run")
)

// saturated makes what is remembered on purpose, an hour of contexts and thousands of processes, reach its
// bounds while a run warms up: what grows afterwards is not remembered on purpose.
const saturated = "correlation: {max_age: 1m}, limits: {processes: 64}"

// scene is what rows of traffic share.
type scene struct {
	servers
	load string  // the executable of ./load
	rate float64 // factor of all rates
}

// active is a row of traffic that runs.
type active struct {
	row
	client
}

func (s scene) fill(text string) string {
	return strings.NewReplacer(nginx, s.nginx, app, s.app, names, s.names).Replace(text)
}

// begin starts the traffic.
func (s scene) begin(t *testing.T) []active {
	t.Helper()
	chosen := regexp.MustCompile(*only)
	var all []active
	for _, r := range rows() {
		if !chosen.MatchString(r.name) {
			continue
		}
		if r.start == nil {
			r.start = func(t *testing.T, s scene, rate float64) client { return startPaced(t, s, rate, s.fill(r.args)) }
		}
		all = append(all, active{r, r.start(t, s, r.rate)})
	}
	return all
}

// watched is a run under way.
type watched struct {
	agent   *agent.Agent
	sink    *otlpsink.Sink
	traffic []active
	began   time.Time
	table   *Table
	samples []Sample
}

// look takes a sample.
func (w *watched) look(t *testing.T) {
	t.Helper()
	for _, a := range w.traffic {
		a.ask(t)
	}
	s := Sample{At: time.Since(w.began), Process: w.agent.Look(t), Spans: w.sink.Total()}
	m := w.agent.Ask(t)
	goroutines, err := w.agent.Goroutines(t.Context())
	require.NoError(t, err)
	s.Account, s.Heap, s.Goroutines = m.Account(), m.HeapBytes(), int64(goroutines)
	s.Flows, s.Inflight, s.Processes = m.Sum("flows"), m.Sum("inflight_exchanges"), m.Sum("processes")
	s.Reassembly, s.Ring = m.Sum("reassembly_bytes"), m.Sum("ring_bytes")
	for _, a := range w.traffic {
		made, failed := a.count(t)
		s.Exchanges, s.Failed = s.Exchanges+made, s.Failed+failed
	}
	w.samples = append(w.samples, s)
	require.NoError(t, w.table.Add(s))
}

// watch looks until the time is over, or somebody interrupts.
func (w *watched) watch(t *testing.T) {
	t.Helper()
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *duration)
	defer cancel()
	pause := *every
	if pause == 0 {
		pause = min(5*time.Second, max(time.Second, *duration/500))
	}
	ticks := time.NewTicker(pause)
	defer ticks.Stop()
	for {
		w.look(t)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}

// end stops the traffic and gives the exchanges that each server must have spans of.
func (w *watched) end(t *testing.T, s scene) (made Made, failed int64) {
	t.Helper()
	made = make(Made)
	for _, a := range w.traffic {
		a.finish(t)
		n, wrong := a.count(t)
		failed += wrong
		t.Logf("%-36s %8d exchanges", a.name, n)
		for _, server := range a.serves {
			made[port(t, s.fill(server))] += n
		}
	}
	return made, failed
}

func TestSoak(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "go", "curl", "nginx", "dnsmasq")
	dir := *out
	if dir == "" {
		dir = t.TempDir()
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	file, err := os.Create(filepath.Join(dir, "soak.csv"))
	require.NoError(t, err)
	defer file.Close()
	w := &watched{}
	w.table, err = NewTable(file)
	require.NoError(t, err)
	w.sink, err = otlpsink.Listen()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.sink.Close()) })

	group := testkit.NewCgroup(t, fmt.Sprintf("beyla-soak-%d", os.Getpid()))
	s := scene{servers: serve(t, group.Place()), load: agent.Load(t), rate: *rate}
	w.agent = agent.Start(t, agent.Options{Exe: agent.Build(t), Cgroup: group.Path, Backend: w.sink.URL, Beyla: saturated})
	w.began = time.Now()
	w.traffic = s.begin(t)
	w.watch(t)
	made, failed := w.end(t, s)
	m := w.agent.Settle(t)
	if *duration >= time.Minute {
		m = forgotten(t, w.agent)
	}
	after := w.agent.Look(t)

	criteria := Defaults(*duration)
	if *growth > 0 {
		criteria.Growth = *growth
	}
	found := append(Balance(m.Account(), m.Sum("flows"), made, failed, w.sink.Ports()), criteria.Flat(w.samples)...)
	line, ok := Verdict(found)
	report(t, m, after)
	fmt.Println(line)
	assert.True(t, ok, line)
	if *out != "" {
		draw(t, dir, line)
	}
}

// forgotten waits until the receiver has forgotten those who have gone without a word, as users of UDP do.
func forgotten(t *testing.T, a *agent.Agent) (m vitals.Metrics) {
	t.Helper()
	for end := time.Now().Add(silence); ; time.Sleep(time.Second) {
		if m = a.Ask(t); m.Sum("held_messages")+m.Sum("flows") == 0 || time.Now().After(end) {
			return m
		}
	}
}

// silence is after how long without a word the receiver forgets UDP, and TCP that never carried
// anything, and some seconds more.
const silence = 75 * time.Second

// report says what the verdict does not.
func report(t *testing.T, m vitals.Metrics, after vitals.Process) {
	t.Helper()
	for _, metric := range []string{"kernel_losses", "dropped_messages", "filtered_messages", "refused_spans"} {
		t.Logf("%s: %v", metric, m.By(metric, "reason"))
	}
	t.Logf("collector: %.1f s of CPU, %.1f MiB resident afterwards (%.1f MiB at most), %d flows remembered",
		after.CPU.Seconds(), float64(after.Resident)/1024, float64(after.Peak)/1024, m.Sum("flows"))
}

// draw makes the picture, with the module of ./plot.
func draw(t *testing.T, dir, title string) {
	t.Helper()
	dir, err := filepath.Abs(dir)
	require.NoError(t, err)
	draw := exec.CommandContext(t.Context(), "go", "run", ".",
		"-in", filepath.Join(dir, "soak.csv"), "-out", filepath.Join(dir, "soak.png"), "-title", title)
	draw.Dir = filepath.Join(testkit.RepoRoot(t), "internal", "soak", "plot")
	said, err := draw.CombinedOutput()
	require.NoError(t, err, "%s", said)
}

// TestPlot runs the tests of the module that draws.
func TestPlot(t *testing.T) {
	testkit.Need(t, "go")
	test := exec.CommandContext(t.Context(), "go", "test", "./...")
	test.Dir = filepath.Join(testkit.RepoRoot(t), "internal", "soak", "plot")
	said, err := test.CombinedOutput()
	require.NoError(t, err, "%s", said)
}
