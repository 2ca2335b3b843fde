package emptytap_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
	"github.com/beylareceiver/beylareceiver/internal/testkit/bpfstats"
	"github.com/beylareceiver/beylareceiver/internal/testkit/emptytap"
)

// Every program is attached, runs when there is traffic, lets it pass, and is
// gone after Close.
func TestAttach(t *testing.T) {
	testkit.Root(t)
	stats, err := bpfstats.Enable()
	require.NoError(t, err)
	defer stats.Close()
	tap, err := emptytap.Attach(testkit.CgroupRoot(t))
	require.NoError(t, err)
	defer tap.Close()

	talk(t)
	programs, err := bpfstats.Of(tap.IDs())
	require.NoError(t, err)
	require.Len(t, programs, 5)
	var names []string
	for _, p := range programs {
		names = append(names, p.Name)
		assert.Positive(t, p.Runs, p.Name)
		assert.Positive(t, p.Time, p.Name)
	}
	assert.ElementsMatch(t, []string{"empty_ingress", "empty_egress", "empty_tp", "empty_tp", "empty_tp"}, names)

	loaded, err := bpfstats.Named("empty_ingress")
	require.NoError(t, err)
	assert.Subset(t, tap.IDs(), loaded)
	require.NoError(t, tap.Close())
	_, err = bpfstats.Of(tap.IDs())
	require.Error(t, err, "unloaded")
}

func TestAttachToNothing(t *testing.T) {
	testkit.Root(t)
	before, err := bpfstats.Named("empty_ingress", "empty_egress", "empty_tp")
	require.NoError(t, err)
	_, err = emptytap.Attach(t.TempDir())
	require.ErrorContains(t, err, "attach empty_")
	testkit.Poll(t, 5*time.Second, "the programs to be gone: the kernel takes its time", func() bool {
		after, err := bpfstats.Named("empty_ingress", "empty_egress", "empty_tp")
		require.NoError(t, err)
		return len(after) == len(before)
	})
}

// talk sends a byte over TCP and reads it at the other end.
func talk(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	out, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer out.Close()
	in, err := l.Accept()
	require.NoError(t, err)
	defer in.Close()
	_, err = out.Write([]byte("x"))
	require.NoError(t, err)
	got := make([]byte, 1)
	_, err = in.Read(got)
	require.NoError(t, err)
	require.Equal(t, "x", string(got))
}
