//go:build linux && (amd64 || arm64)

package tap

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// bench is the maps and programs without any attachment.
type bench struct {
	*loader
	t *testing.T
}

func newBench(t *testing.T) *bench {
	t.Helper()
	testkit.Root(t)
	spec, err := loadBpf()
	require.NoError(t, err)
	b := &bench{&loader{spec: spec, types: btf.NewCache()}, t}
	spec.Maps["beyla_ring"].MaxEntries = 1 << 16
	require.NoError(t, b.loadMaps())
	t.Cleanup(func() { require.NoError(t, b.memory.close()) })
	require.NoError(t, b.setConstants(Options{Window: 64, RingBytes: 1 << 16, TraceSelf: true}, 0))
	return b
}

// Every program of the object loads, or fails for a reason that its rung of the
// ladder is there for.
func TestLoadEveryProgram(t *testing.T) {
	b := newBench(t)
	names := make([]string, 0, len(b.spec.Programs))
	for name := range b.spec.Programs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c, err := b.programs(name)
		if err == nil {
			info, err := c.Programs[name].Info()
			require.NoError(t, err)
			verified, _ := info.VerifiedInstructions()
			t.Logf("%s: loaded, %d instructions verified", name, verified)
			c.Close()
			continue
		}
		t.Logf("%s: %v", name, err)
		var refused *ebpf.VerifierError
		require.False(t, errors.As(err, &refused), "the verifier refuses %s: %+v", name, err)
		switch {
		case strings.HasPrefix(name, "beyla_fx_"): // fexit: lockdown, or no trampolines
		case strings.HasPrefix(name, "beyla_tp_"): // the tracepoints came with 6.3
			require.ErrorIs(t, err, ebpf.ErrNotSupported)
		default:
			require.NoError(t, err)
		}
	}
}

// Without the kernel's type information, the packet programs load all the same.
func TestInlineFunctions(t *testing.T) {
	b := newBench(t)
	before := verified(t, b, "beyla_ingress")
	inlineFunctions(b.spec)
	for _, name := range []string{"beyla_ingress", "beyla_egress"} {
		require.Greater(t, verified(t, b, name), 2*before, "the functions are checked where they are called")
	}
}

// verified is how many instructions the verifier went through for a program.
func verified(t *testing.T, b *bench, name string) uint32 {
	t.Helper()
	c, err := b.programs(name)
	require.NoError(t, err)
	defer c.Close()
	info, err := c.Programs[name].Info()
	require.NoError(t, err)
	n, ok := info.VerifiedInstructions()
	if !ok {
		t.Skip("this kernel does not tell (5.16)")
	}
	t.Logf("%s: %d instructions verified", name, n)
	return n
}

// frame puts an Ethernet header before an IP packet: BPF_PROG_TEST_RUN takes it off.
func frame(packet []byte) []byte {
	b := make([]byte, 14, 14+len(packet))
	b[12], b[13] = 0x08, 0x00
	if len(packet) > 0 && packet[0]>>4 == 6 {
		b[12], b[13] = 0x86, 0xdd
	}
	return append(b, packet...)
}

// These programs run on the packets of every socket of a host: whatever comes,
// they let it pass, and count what they make of it.
func TestPackets(t *testing.T) {
	b := newBench(t)
	ring, err := ringbuf.NewReader(b.maps["beyla_ring"])
	require.NoError(t, err)
	defer ring.Close()
	for _, name := range []string{"beyla_ingress", "beyla_egress"} {
		c, err := b.programs(name)
		require.NoError(t, err)
		defer c.Close()
		before := b.counters().Malformed
		_, err = c.Programs[name].Run(&ebpf.RunOptions{Data: frame(packets[0].bytes)})
		require.NoError(t, err)
		if b.counters().Malformed > before {
			t.Skip("test runs of cgroup_skb show no packet data on this kernel; bpf/tests tries the same headers")
		}
		checkRecord(t, ring, name, &packets[0])
		for _, p := range packets {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				before := b.counters()
				got, err := c.Programs[name].Run(&ebpf.RunOptions{Data: frame(p.bytes)})
				require.NoError(t, err)
				require.Equal(t, uint32(1), got, "pass")
				after := b.counters()
				require.Equal(t, p.malformed, after.Malformed-before.Malformed, "malformed")
				require.Equal(t, p.payload, after.Bytes-before.Bytes, "payload")
				if p.payload > 0 {
					checkRecord(t, ring, name, &p)
				}
				require.Zero(t, ring.AvailableBytes())
			})
		}
	}
}

func (b *bench) counters() Counters {
	c, err := (&Tap{counters: b.maps["beyla_counter_map"]}).Counters()
	require.NoError(b.t, err)
	return c
}

// checkRecord compares the record in the ring with the packet.
func checkRecord(t *testing.T, ring *ringbuf.Reader, program string, p *packet) {
	t.Helper()
	ring.SetDeadline(time.Now())
	got, err := ring.Read()
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, err)
	require.Equal(t, uint8(bpfBeylaKindBEYLA_DATA), got.RawSample[0])
	egress := program == "beyla_egress"
	require.Equal(t, egress, got.RawSample[1] == uint8(bpfBeylaDirBEYLA_EGRESS))
	want := p.bytes[len(p.bytes)-int(p.payload):]
	require.Equal(t, want[:min(64, len(want))], got.RawSample[168:][:min(64, len(want))], "the window of the payload")
}
