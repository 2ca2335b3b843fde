package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// sdkApp is testdata/apps/topology/gosdk, a module of its own.
func sdkApp(t testing.TB, _ Run) []string {
	t.Helper()
	return []string{testkit.ModuleApp(t, "topology/gosdk", "")}
}

func sdkRows() []Row {
	return []Row{
		{Name: "go-sdk", Services: []Service{
			{Name: "leaf", Command: sdkApp},
			{Name: "two", Command: sdkApp, Next: []string{"leaf", "leaf"}, Background: "leaf"},
			{Name: "one", Command: sdkApp, Next: []string{"two"}, Background: "leaf"},
		}},
		// Services without instrumentation between those that have it.
		{Name: "go-sdk-mixed", Services: []Service{
			goLeaf("leaf"),
			{Name: "four", Command: sdkApp, Next: []string{"leaf"}, Background: "leaf"},
			{
				Name: "three", Command: goApp, Mode: "raw", Next: []string{"four"}, Background: "leaf",
				Forward: []string{"traceparent"},
			},
			{Name: "two", Command: goApp, Mode: "raw", Next: []string{"three"}, Background: "leaf"},
			{Name: "one", Command: sdkApp, Next: []string{"two"}, Background: "leaf"},
		}},
	}
}
