package faults

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// panicking is the variable that makes the test binary the program of TestConsumerPanics: it names a cgroup.
const panicking = "FAULTS_PANIC_IN"

// TestConsumerPanics: the Collector lets a component's panic end the process, and so does the receiver. But
// nothing stays behind in the kernel, and the application does not notice.
func TestConsumerPanics(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "go", "nginx", "bpftool")
	s := theatre{load: agent.Load(t)}.stage(t)
	self, err := os.Executable()
	require.NoError(t, err)
	p := testkit.Start(t, testkit.Spec{Args: []string{self}, Env: []string{panicking + "=" + s.group.Path}})
	p.WaitOutput(t, "started\n", patience)
	held := tapped(t, p.PID(), s.group)
	load := s.begin(t, s.keep(200, 2))
	var exit *exec.ExitError
	require.ErrorAs(t, p.Wait(t, patience), &exit)
	assert.Equal(t, 2, exit.ExitCode())
	assert.Contains(t, p.Output(), "panic: ")
	clean(t, held, s.group)
	before := load.now(t).Exchanges
	testkit.Poll(t, patience, "more requests", func() bool { return load.now(t).Exchanges > before })
	load.end(t)
}

// panicInConsumer is the program. It ends by the panic.
func panicInConsumer(group string) {
	in, err := create(group, &moody{do: func() error { panic(errMood) }})
	if err == nil {
		err = in.receiver.Start(context.Background(), nopHost{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("started")
	select {}
}
