package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func nodeApp(t testing.TB, _ Run) []string {
	testkit.Need(t, "node")
	return []string{"node", appFile(t, "node", "server.js")}
}

func nodeRows() []Row {
	return []Row{
		{Name: "node", Short: true, Services: []Service{
			goLeaf("leaf"),
			{Name: "entry", Command: nodeApp, Next: []string{"leaf", "leaf"}, Background: "leaf"},
		}},
		{Name: "node-rare", Services: []Service{
			goLeaf("leaf"),
			{Name: "entry", Command: nodeApp, Next: []string{"leaf", "leaf"}, Background: "leaf", Env: rarely()},
		}},
		{Name: "node-chain", Services: []Service{
			{Name: "three", Command: nodeApp},
			{Name: "two", Command: nodeApp, Next: []string{"three"}, Background: "three"},
			{Name: "one", Command: nodeApp, Next: []string{"two", "three"}, Background: "two"},
		}},
	}
}
