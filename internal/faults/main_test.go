package faults

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

var (
	atLength   = flag.Bool("at-length", false, "also do what takes long")
	collector  = flag.String("collector", "", "`executable` to test, instead of one built from the sources")
	client     = flag.String("load", "", "`executable` of internal/soak/load, likewise")
	ownMachine = flag.Bool("own-machine", false, "also set this machine's clock and take CPUs away: only where nobody else works")
)

// TestMain is also the program that TestConsumerPanics runs.
func TestMain(m *testing.M) {
	if group := os.Getenv(panicking); group != "" {
		panicInConsumer(group)
	}
	goleak.VerifyTestMain(m)
}
