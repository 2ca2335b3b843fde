//go:build linux && (amd64 || arm64)

package tap_test

import (
	"os"
	"testing"
)

// TestMain lets the test binary also be the programs that the tests watch: see
// helper_test.go.
func TestMain(m *testing.M) {
	if role := os.Getenv(helperVariable); role != "" {
		os.Exit(help(role))
	}
	os.Exit(m.Run())
}
