package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// pumaApp is testdata/apps/topology/ruby.
func pumaApp(t testing.TB, _ Run) []string {
	t.Helper()
	testkit.Need(t, "puma")
	return []string{"puma", "-C", appFile(t, "ruby", "puma.rb")}
}

func rubyRows() []Row {
	return []Row{{Name: "ruby-puma", Services: []Service{
		goLeaf("leaf"),
		{Name: "entry", Command: pumaApp, Next: []string{"leaf", "leaf"}, Background: "leaf"},
	}}}
}
