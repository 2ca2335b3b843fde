//go:build linux && (amd64 || arm64)

package tap_test

import (
	"errors"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// BenchmarkExchange is what the kernel side costs under wrk and nginx, by the
// kernel's own statistics: ns per HTTP exchange at one end (of two that are seen), and
// per call of each program. The statistics themselves cost some 20 ns a call. What is
// known of a socket, and the ring, is in the caches of the CPU that had it last: so
// it matters whether client and server share one.
func BenchmarkExchange(b *testing.B) {
	b.Run("one CPU", func(b *testing.B) { benchmarkExchange(b, 0, 0) })
	b.Run("two CPUs", func(b *testing.B) { benchmarkExchange(b, 0, 1) })
}

// pin keeps this thread, and the programs that it starts, on a CPU.
func pin(b *testing.B, cpu int) {
	b.Helper()
	var set unix.CPUSet
	set.Set(cpu)
	require.NoError(b, unix.SchedSetaffinity(0, &set))
}

func benchmarkExchange(b *testing.B, server, client int) {
	if runtime.NumCPU() <= max(server, client) {
		b.Skip("needs two CPUs")
	}
	runtime.LockOSThread() // for good: the goroutine ends with the thread
	w := look(b)
	stats, err := ebpf.EnableStats(unix.BPF_STATS_RUN_TIME)
	require.NoError(b, err)
	defer stats.Close()
	pin(b, server)
	nginx := testkit.StartNginx(b, testkit.NginxOptions{NoLog: true})
	drained := make(chan struct{})
	var records atomic.Int64
	go func() {
		defer close(drained)
		var rec []byte
		for {
			err := w.Read(&rec)
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				records.Add(1)
			}
		}
	}()
	programs := map[string]*ebpf.Program{}
	for id := range ours(b) {
		p, err := ebpf.NewProgramFromID(programOf(b, id))
		require.NoError(b, err)
		defer p.Close()
		info, err := p.Info()
		require.NoError(b, err)
		programs[info.Name] = p
	}
	pin(b, client)
	for b.Loop() {
		before, cpu, read := runtimes(b, programs), cpuTime(b), records.Load()
		load := testkit.Wrk(b, testkit.WrkOptions{URL: nginx.URL, Duration: 3 * time.Second})
		var total time.Duration
		for name, after := range runtimes(b, programs) {
			calls, spent := after.RunCount-before[name].RunCount, after.Runtime-before[name].Runtime
			total += spent
			b.ReportMetric(float64(spent)/float64(max(calls, 1)), "ns/"+name)
			b.ReportMetric(float64(calls)/float64(2*load.Requests), "calls/"+name)
		}
		b.ReportMetric(float64(cpuTime(b)-cpu)/float64(records.Load()-read), "reader-ns/record")
		b.ReportMetric(float64(total)/float64(2*load.Requests), "ns/exchange")
		b.ReportMetric(load.PerSecond, "requests/s")
	}
	require.NoError(b, w.Detach())
	<-drained
}

func runtimes(b *testing.B, programs map[string]*ebpf.Program) map[string]*ebpf.ProgramStats {
	b.Helper()
	all := map[string]*ebpf.ProgramStats{}
	for name, p := range programs {
		s, err := p.Stats()
		require.NoError(b, err)
		all[name] = s
	}
	return all
}

// cpuTime is what this process has used of the CPUs: it does nothing but read.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
