//go:build linux && (amd64 || arm64)

package tap_test

import (
	"io"
	"strings"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// BenchmarkFrames is what a packet with HTTP/2 costs, by the kernel's own statistics: large
// packets with bodies, as many as fit, and packets with one small answer each, as of gRPC.
func BenchmarkFrames(b *testing.B) {
	small := h2(headersFrame, 4, 1, strings.Repeat("h", 20)) + body(0, 1, "m", 100) + h2(headersFrame, 4|endStream, 1, "trailers")
	for name, packet := range map[string]string{
		"four bodies of 16 KiB": strings.Repeat(body(0, 1, "x", 16384-128), 4),
		"an answer of gRPC":     small,
		"64 answers of gRPC":    strings.Repeat(small, 64),
	} {
		for _, opening := range []string{opening.client, "of another protocol"} {
			what := "/frames"
			if opening[0] != 'P' {
				what = "/window"
			}
			b.Run(name+what, func(b *testing.B) { benchmarkFrames(b, opening, packet) })
		}
	}
}

func benchmarkFrames(b *testing.B, opening, packet string) {
	w := look(b)
	stats, err := ebpf.EnableStats(unix.BPF_STATS_RUN_TIME)
	require.NoError(b, err)
	defer stats.Close()
	programs := map[string]*ebpf.Program{}
	for id := range ours(b) {
		p, err := ebpf.NewProgramFromID(programOf(b, id))
		require.NoError(b, err)
		defer p.Close()
		info, err := p.Info()
		require.NoError(b, err)
		programs[info.Name] = p
	}
	p, port := connect(b)
	w.port = port
	p.ask(opening)
	before, records := runtimes(b, programs), w.count().Records
	into := make([]byte, len(packet))
	for b.Loop() {
		_, err := io.WriteString(p.client, packet)
		require.NoError(b, err)
		_, err = io.ReadFull(p.server, into)
		require.NoError(b, err)
		for w.Fill() > w.Capacity()/2 {
			if _, err := w.read(); err != nil {
				break
			}
		}
		w.seen = w.seen[:0]
	}
	for _, name := range []string{"beyla_egress", "beyla_ingress"} {
		after := runtimes(b, programs)[name]
		calls, spent := after.RunCount-before[name].RunCount, after.Runtime-before[name].Runtime
		b.ReportMetric(float64(spent)/float64(calls), "ns/"+name)
	}
	b.ReportMetric(float64(w.count().Records-records)/float64(2*b.N), "records/packet")
	require.Zero(b, w.count().LostSync)
	require.NoError(b, w.Detach())
}
