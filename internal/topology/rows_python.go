package topology

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// python is an interpreter that has these modules.
func python(t testing.TB, modules ...string) string {
	t.Helper()
	load := "pass"
	for _, m := range modules {
		load += "; import " + m
	}
	// A version manager's on the PATH may lack what the system's has.
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), name, "-c", load).Run() == nil {
			return name
		}
	}
	testkit.Without(t, "needs python3 with %v", modules)
	return ""
}

// appFile is a file of a program that is not compiled.
func appFile(t testing.TB, name ...string) string {
	t.Helper()
	return filepath.Join(append([]string{testkit.RepoRoot(t), "testdata", "apps", "topology"}, name...)...)
}

// gunicornApp is threaded WSGI with several worker processes.
func gunicornApp(t testing.TB, _ Run) []string {
	dir := appFile(t, "python-threads")
	return []string{
		"env", "PYTHONPATH=" + dir, python(t, "gunicorn"), "-B", "-m", "gunicorn", "--config", filepath.Join(dir, "gunicorn.conf.py"),
		"--log-level", "warning", "wsgi:application",
	}
}

// pythonApp is the same service on the standard library's server.
func pythonApp(t testing.TB, _ Run) []string {
	return []string{python(t), "-B", appFile(t, "python-threads", "server.py")}
}

func asyncioApp(t testing.TB, run Run) []string {
	var modules []string
	if run.Mode != "streams" {
		modules = append(modules, "aiohttp")
	}
	return []string{python(t, modules...), "-B", appFile(t, "python-asyncio", "server.py")}
}

// rarely spaces background requests so far apart that many requests pass without one.
func rarely() []string { return []string{"TOPOLOGY_EVERY=300"} }

func pythonRows() []Row {
	row := func(name string, entry Service) Row {
		entry.Name, entry.Next, entry.Background = "entry", []string{"leaf", "leaf"}, "leaf"
		return Row{Name: name, Services: []Service{goLeaf("leaf"), entry}}
	}
	rows := []Row{
		row("python-threads", Service{Command: gunicornApp, Workers: 2}),
		row("python-threads-server", Service{Command: pythonApp, Mode: "threading", Workers: 2}),
		row("python-threads-handoff", Service{Command: pythonApp, Mode: "handoff"}),
		row("python-asyncio", Service{Command: asyncioApp, Mode: "streams"}),
		row("python-asyncio-aiohttp", Service{Command: asyncioApp, Mode: "aiohttp"}),
		row("python-asyncio-executor", Service{Command: asyncioApp, Mode: "executor"}),
		row("python-asyncio-mixed", Service{Command: asyncioApp, Mode: "mixed"}),
		row("python-threads-rare", Service{Command: gunicornApp, Workers: 2, Env: rarely()}),
		row("python-asyncio-rare", Service{Command: asyncioApp, Mode: "streams", Env: rarely()}),
		{Name: "python-threads-chain", Services: []Service{
			{Name: "four", Command: pythonApp},
			{Name: "three", Command: pythonApp, Next: []string{"four"}, Background: "four"},
			{Name: "two", Command: gunicornApp, Workers: 2, Next: []string{"three", "three"}, Background: "four"},
			{Name: "one", Command: pythonApp, Workers: 2, Next: []string{"two"}, Background: "three"},
		}},
	}
	for i := range rows {
		switch rows[i].Name {
		case "python-threads", "python-threads-chain", "python-asyncio":
			rows[i].Short = true
		}
	}
	return rows
}
