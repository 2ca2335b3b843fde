package vmlive

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// partVariable names the part that the test binary plays as a process of its own.
const partVariable = "VMLIVE_PART"

// TestMain lets the test binary also be the programs that are watched.
func TestMain(m *testing.M) {
	play, ok := parts()[os.Getenv(partVariable)]
	if !ok {
		goleak.VerifyTestMain(m)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := play(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// parts are the programs: they end with ctx, or with their input.
func parts() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{"front": front, "server": server, "client": client}
}

// start starts the test binary as a service of the part's name.
func start(t testing.TB, part string, place testkit.Place) *testkit.Process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return testkit.Start(t, testkit.Spec{
		Args: []string{self}, Place: place, Env: []string{partVariable + "=" + part, "OTEL_SERVICE_NAME=" + part},
	})
}

// say writes one line of JSON.
func say(line any) error {
	return json.NewEncoder(os.Stdout).Encode(line)
}
