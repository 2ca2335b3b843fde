package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// tlsApp is testdata/apps/topology/tls.
func tlsApp(t testing.TB, _ Run) []string {
	t.Helper()
	return []string{testkit.App(t, "topology/tls")}
}

// tlsRows are services whose connections cannot be read: of the load client's requests
// the entry's end and its own are seen, of all others only that there was a connection.
func tlsRows() []Row {
	row := func(name, version, opaque string, env ...string) Row {
		env = append(env, "TOPOLOGY_TLS="+version)
		return Row{
			Name: name, Short: true, Config: map[string]any{"opaque": opaque},
			Services: []Service{
				{Name: "leaf", Command: tlsApp, Env: env},
				{Name: "two", Command: tlsApp, Next: []string{"leaf"}, Background: "leaf", Env: env},
				{Name: "one", Command: tlsApp, Mode: "front", Next: []string{"two", "leaf"}, Background: "two", Env: env},
			},
		}
	}
	return []Row{
		row("tls13", "1.3", "connection"),
		row("tls12", "1.2", "connection"),
		row("tls13-turns", "1.3", "turn", "TOPOLOGY_TURNS=1"),
	}
}
