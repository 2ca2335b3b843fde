//go:build linux && (amd64 || arm64)

package iface_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets the test binary also be the programs that run in the namespaces
// of the tests: see helper_test.go.
func TestMain(m *testing.M) {
	if role := os.Getenv(helperVariable); role != "" {
		os.Exit(help(role))
	}
	goleak.VerifyTestMain(m)
}
