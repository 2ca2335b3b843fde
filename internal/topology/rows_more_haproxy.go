package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// haproxyApp is HAProxy in front of the first of run.Next, whose health it checks.
func haproxyApp(t testing.TB, _ Run) []string {
	t.Helper()
	testkit.Need(t, "haproxy", "python3")
	return []string{appFile(t, "haproxy", "start.sh")}
}

func haproxyRows() []Row {
	row := func(name, mode, header string, forward ...string) Row {
		return Row{Name: name, Header: header, Services: []Service{
			goLeaf("leaf"),
			{Name: "app", Command: goApp, Mode: "raw", Next: []string{"leaf"}, Background: "leaf", Forward: forward},
			{Name: "proxy", Command: haproxyApp, Mode: mode, Next: []string{"app"}, Unsaid: true},
		}}
	}
	const id, parent = "x-request-id", "traceparent"
	return []Row{
		row("haproxy", "", ""),
		row("haproxy-own-id", "id", "", id),
		row("haproxy-request-id", "id", id, id),
		row("haproxy-traceparent", "", parent, parent),
	}
}
