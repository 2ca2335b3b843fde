package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// goApp is testdata/apps/topology/go.
func goApp(t testing.TB, _ Run) []string {
	return []string{testkit.App(t, "topology/go")}
}

// goLeaf serves and calls nobody: the end of every chain, and what background requests go to.
func goLeaf(name string) Service { return Service{Name: name, Command: goApp} }

func goRows() []Row {
	row := func(mode string) Row {
		return Row{Name: "go-" + mode, Short: true, Services: []Service{
			goLeaf("leaf"),
			{Name: "entry", Command: goApp, Mode: mode, Next: []string{"leaf", "leaf"}, Background: "leaf"},
		}}
	}
	return []Row{row("nethttp"), row("raw"), row("child"), row("pool")}
}
