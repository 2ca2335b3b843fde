//go:build linux && (amd64 || arm64)

package tap_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// helperVariable names the part that the test binary plays as a process of its own.
const helperVariable = "TAP_TEST_HELPER"

// help plays a part: "client ADDRESS" makes a connection and sends each line
// of its standard input, reading as many bytes back; "open CGROUP" opens a tap,
// and prints how that went; "old CGROUP" does so as on a kernel without bpf_loop.
func help(role string) int {
	var err error
	var arg string
	if _, scan := fmt.Sscanf(role, "client %s", &arg); scan == nil {
		err = client(arg)
	} else if _, scan := fmt.Sscanf(role, "open %s", &arg); scan == nil {
		err = open(options(arg))
	} else if _, scan := fmt.Sscanf(role, "old %s", &arg); scan == nil {
		o := options(arg)
		o.Alter(forgetLoop)
		err = open(o)
	} else {
		err = errors.New("unknown part: " + role)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func client(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	defer c.Close()
	fmt.Println("connected")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if _, err := c.Write(lines.Bytes()); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		got := make([]byte, len(lines.Bytes()))
		if _, err := c.Read(got); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		fmt.Printf("answered %s\n", got)
	}
	return nil
}

func open(o tap.Options) error {
	k, err := tap.Open(o)
	if errors.Is(err, tap.ErrPermission) {
		fmt.Println("no permission:", err)
		return nil
	}
	if err != nil {
		return err
	}
	r := k.Report()
	fmt.Printf("opened, owners %s, states %t, frames %t\n", r.Owners, r.States, r.Frames)
	return k.Close()
}

// startHelper runs this test binary in another part.
func startHelper(t testing.TB, role string, place testkit.Place) *testkit.Process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return testkit.Start(t, testkit.Spec{Args: []string{self}, Env: []string{helperVariable + "=" + role}, Place: place})
}
