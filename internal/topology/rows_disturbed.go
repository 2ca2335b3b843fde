package topology

import (
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// disturbedRows are measured while something is done to them, or to the receiver.
func disturbedRows() []Row {
	threads := func(mode string) []Service {
		return []Service{
			{Name: "leaf", Command: pythonApp, Mode: mode},
			{Name: "two", Command: pythonApp, Mode: mode, Next: []string{"leaf"}, Background: "leaf"},
			{Name: "one", Command: pythonApp, Mode: mode, Next: []string{"two", "two"}, Background: "two"},
		}
	}
	padded := threads("threading")
	for i := range padded {
		padded[i].Forward = []string{"X-Pad"}
	}
	return []Row{
		{Name: "restart", Services: threads("threading"), Disturb: restart, Lossy: true, Requests: 600},
		{Name: "tid-reuse", Services: threads("spawn"), Disturb: reuseNumbers},
		{Name: "pid-reuse", Services: threads("fork"), Disturb: reuseNumbers},
		{Name: "loss", Services: padded, Lossy: true, Pad: 12 << 10, Requests: 1000, Config: smallRing(), Disturb: hog},
	}
}

// every does something again and again until the load is over.
func every(interval time.Duration, done <-chan struct{}, do func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			do()
		}
	}
}

func restart(_ testing.TB, s *Scene, done <-chan struct{}) {
	every(500*time.Millisecond, done, s.Restart)
}

// reuseNumbers makes the kernel give the numbers of processes and threads that have just
// ended to those that start next: proc(5), ns_last_pid.
func reuseNumbers(t testing.TB, _ *Scene, done <-chan struct{}) {
	const file = "/proc/sys/kernel/ns_last_pid"
	base, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("read the last process number: %v", err)
		return
	}
	every(2*time.Millisecond, done, func() {
		if err := os.WriteFile(file, base, 0); err != nil {
			t.Errorf("set the last process number: %v", err)
		}
	})
}

// smallRing is a ring that is emptied too late.
func smallRing() map[string]any {
	return map[string]any{"capture": map[string]any{"ring_buffer_mib": 1, "window_kib": 16, "drain_interval": "1s"}}
}

// hog keeps the processors from the receiver: it runs in this process, as the receiver does.
func hog(_ testing.TB, _ *Scene, done <-chan struct{}) {
	var all sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		all.Go(func() {
			every(time.Millisecond, done, func() {
				for until := time.Now().Add(50 * time.Millisecond); time.Now().Before(until); {
				}
			})
		})
	}
	all.Wait()
}
