package topology

import (
	"cmp"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Scene is a row that runs.
type Scene struct {
	// Processes by the name of the service.
	Processes map[string]*testkit.Process
	// Restart ends the receiver and starts another one.
	Restart func()

	row   Row
	group *testkit.Cgroup
	net   network
	runs  map[string]Run
	order []string
}

// StartScene starts the services of a row in cgroups below group. They end with the test.
func StartScene(t testing.TB, row Row, group *testkit.Cgroup) *Scene {
	t.Helper()
	s := &Scene{
		Processes: make(map[string]*testkit.Process), row: row, group: group,
		net: newNetwork(t, row.Network), runs: make(map[string]Run),
	}
	for _, service := range row.Services {
		s.start(t, service)
	}
	return s
}

func (s *Scene) start(t testing.TB, service Service) {
	t.Helper()
	port := testkit.FreePort(t)
	host := s.net.host(service.Far)
	run := Run{
		Name: service.Name, Host: host, Port: port, Addr: net.JoinHostPort(host, strconv.Itoa(int(port))),
		Mode: service.Mode, Workers: max(1, service.Workers), Forward: service.Forward, Dir: t.TempDir(),
	}
	for _, name := range service.Next {
		run.Next = append(run.Next, s.addr(t, service, name))
	}
	if service.Background != "" {
		run.Background = s.addr(t, service, service.Background)
	}
	s.runs[service.Name] = run
	s.Processes[service.Name] = testkit.Start(t, testkit.Spec{
		Args: service.Command(t, run), Env: append(run.env(), service.Env...), Dir: run.Dir,
		Place: s.place(t, service.Name, service.Far), TCP: port,
	})
	s.order = append(s.order, service.Name)
}

// addr is where the caller reaches the service of this name, which runs already.
func (s *Scene) addr(t testing.TB, caller Service, name string) string {
	t.Helper()
	run, ok := s.runs[name]
	if !ok {
		t.Fatalf("row %s: %s calls %s, which was not started before", s.row.Name, caller.Name, name)
	}
	for _, callee := range s.row.Services {
		if callee.Name == name && callee.Far && !caller.Far {
			return s.net.translate(t, run)
		}
	}
	return run.Addr
}

func (s *Scene) place(t testing.TB, name string, far bool) testkit.Place {
	t.Helper()
	place := testkit.NewCgroup(t, filepath.Join(s.group.Name, name)).Place()
	place.NetNS = s.net.namespace(far)
	return place
}

func (r Run) env() []string {
	env := []string{
		"TOPOLOGY_NAME=" + r.Name, "OTEL_SERVICE_NAME=" + r.Name, "TOPOLOGY_LISTEN=" + r.Addr,
		"TOPOLOGY_NEXT=" + strings.Join(r.Next, ","), "TOPOLOGY_MODE=" + r.Mode,
		"TOPOLOGY_WORKERS=" + strconv.Itoa(r.Workers), "TOPOLOGY_FORWARD=" + strings.Join(r.Forward, ","),
	}
	if r.Background != "" {
		env = append(env, "TOPOLOGY_BACKGROUND="+r.Background)
	}
	return env
}

// Load has the last service called and waits for the end of it; the client's output is
// part of the truth. It tells whether every request was answered with 200.
func (s *Scene) Load(t testing.TB, concurrency, requests int) bool {
	t.Helper()
	entry := s.runs[s.order[len(s.order)-1]]
	program := s.row.Load
	if program == nil {
		program = httpLoad
	}
	client := testkit.Start(t, testkit.Spec{
		Args: append(program(t),
			"-addr", entry.Addr, "-header", s.row.Header, "-pad", strconv.Itoa(s.row.Pad),
			"-concurrency", strconv.Itoa(concurrency), "-requests", strconv.Itoa(requests),
		),
		Env:   []string{"OTEL_SERVICE_NAME=" + loadName},
		Place: s.place(t, loadName, false),
	})
	s.Processes[loadName] = client
	return client.Wait(t, loadWithin) == nil
}

func httpLoad(t testing.TB) []string { return []string{testkit.App(t, "topology/load")} }

// truth is what all processes say by now.
func (s *Scene) truth() *truth {
	t := newTruth()
	reported := make(map[string]string)
	for _, service := range s.row.Services {
		reported[service.Name] = service.Reported
	}
	for name, p := range s.Processes {
		t.read(cmp.Or(reported[name], name), p.Output())
	}
	for _, service := range s.row.Services {
		if service.Unsaid {
			t.infer(service)
		}
	}
	return t
}
