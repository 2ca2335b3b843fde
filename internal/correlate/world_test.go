package correlate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// world is a host of processes that work as real ones do, and of which it is known
// what was done for what. Some of what happens is not told, as when the ring is full.
type world struct {
	t    *testing.T
	b    *bed
	rng  *rand.Rand
	loss float64
	// tasks are under way, each a list of what is still to do.
	tasks []*task
	busy  map[event.Thread]bool
	idle  map[uint32][]*Conn
	found map[Outcome]int
}

type task struct{ steps []func() }

// How a process works, by its number.
const (
	pool    uint32 = iota + 1 // a thread takes a request, and does all that it needs
	handing                   // one thread reads all requests, others do the work
	looping                   // an event loop
	gophers                   // a goroutine for each connection
	styles
)

// tell does what the correlator is told, if it is.
func (w *world) tell(f func()) bool {
	w.b.tick()
	if w.rng.Float64() < w.loss {
		w.b.lost++
		return false
	}
	f()
	return true
}

// free takes a thread, or a goroutine, that has nothing to do.
func (w *world) free(pid uint32) event.Thread {
	for n := uint64(1); ; n++ {
		by := thread(1000*uint64(pid) + n)
		if pid == gophers {
			by = goroutine(n, 0)
		}
		if !w.busy[by] {
			w.busy[by] = true
			return by
		}
	}
}

// background is work that nobody asked for, by whoever has nothing to do; in an event loop, whenever.
func (w *world) background(pid uint32) {
	by := w.reader(pid)
	w.start(&task{steps: []func(){func() { w.call(pid, by, nil, 0) }, func() { w.rest(by) }}})
}

// reader is who takes the next request of a process, or runs a timer.
func (w *world) reader(pid uint32) event.Thread {
	if pid == looping || pid == handing && w.rng.IntN(2) == 0 {
		return thread(1000 * uint64(pid))
	}
	return w.free(pid)
}

func (w *world) rest(by event.Thread) { delete(w.busy, by) }

func (w *world) start(t *task) { w.tasks = append(w.tasks, t) }

// call sends a request for r, or for nothing, and checks whose child it becomes.
func (w *world) call(pid uint32, by event.Thread, r *served, id uint64) {
	w.tell(func() {
		from := Sender{PID: pid, Thread: by, Lost: w.b.lost}
		if w.rng.IntN(8) == 0 {
			from.PID = 0
		}
		x := w.b.exchange()
		x.RequestID = id
		p := w.b.Client(x, from)
		defer w.b.Release(&p)
		w.found[p.Outcome]++
		if p.Parent == [8]byte{} {
			return
		}
		require.NotNil(w.t, r, "%s: a parent of what nobody asked for, in process %d", p.Outcome, pid)
		require.Equal(w.t, r.place.SpanID, p.Parent, "%s in process %d", p.Outcome, pid)
	})
}

// request comes to a process. It may be tried again while the process is at work
// for it; then the answer goes nowhere.
func (w *world) request(pid uint32, id uint64) {
	k := w.connection(pid)
	var r *served
	w.tell(func() { r = w.b.arrive(pid, k, withID(id)) })
	worker, reader := event.Thread{}, event.Thread{}
	t := &task{}
	gone := false
	do := func(f func()) { t.steps = append(t.steps, f) }
	do(func() {
		reader = w.reader(pid)
		worker = reader
		var flags event.Flags
		switch pid {
		case handing:
			reader = thread(1000 * uint64(pid))
			if worker == reader {
				worker = w.free(pid)
			}
			flags = event.Blocking
		case pool:
			flags = event.Blocking
		}
		if !gone {
			w.tell(func() { w.b.read(k, pid, reader, flags) })
		}
	})
	for range w.rng.IntN(3) {
		do(func() { w.call(pid, worker, r, uint64(w.rng.IntN(2))*id) })
	}
	if w.rng.IntN(10) == 0 {
		do(func() { // the client has waited for long enough
			gone = true
			w.over(r)
			w.b.Drop(k)
			w.request(pid, id)
		})
		do(func() { w.call(pid, worker, r, id) })
	}
	do(func() {
		w.rest(worker)
		if gone {
			return
		}
		w.tell(func() { w.b.Wrote(k, worker) })
	})
	do(func() {
		if !gone {
			w.over(r)
			w.idle[pid] = append(w.idle[pid], k)
		}
	})
	w.start(t)
}

// over ends an exchange that was seen. Its place stays, to compare with.
func (w *world) over(r *served) {
	if r != nil {
		w.b.Done(r.Request)
	}
}

func (w *world) connection(pid uint32) *Conn {
	list := w.idle[pid]
	if len(list) == 0 || w.rng.IntN(3) == 0 || pid == gophers { // a goroutine serves one only
		return w.b.Open()
	}
	w.idle[pid] = list[:len(list)-1]
	return list[len(list)-1]
}

// step does the next thing of any task.
func (w *world) step() {
	i := w.rng.IntN(len(w.tasks))
	t := w.tasks[i]
	next := t.steps[0]
	if t.steps = t.steps[1:]; len(t.steps) == 0 {
		w.tasks[i] = w.tasks[len(w.tasks)-1]
		w.tasks = w.tasks[:len(w.tasks)-1]
	}
	next()
}

func TestWorld(t *testing.T) {
	found := map[Outcome]int{}
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := &world{
				t: t, b: newBed(Options{Threads: true, Links: true, Agreements: 3}), rng: rand.New(rand.NewPCG(seed, 1)),
				loss: float64(seed%3) * 0.02, busy: map[event.Thread]bool{}, idle: map[uint32][]*Conn{}, found: found,
			}
			for n := uint64(1); n <= 400 || len(w.tasks) > 0; n++ {
				pid := 1 + w.rng.Uint32N(styles-1)
				switch {
				case n > 400 || len(w.tasks) > 12:
				case w.rng.IntN(3) == 0:
					w.background(pid)
				case w.rng.IntN(2) == 0:
					w.request(pid, n)
				}
				if len(w.tasks) > 0 {
					w.step()
				}
			}
			for _, list := range w.idle {
				for _, k := range list {
					w.b.Drop(k)
				}
			}
		})
	}
	t.Log(found)
	for _, o := range []Outcome{ByThread, ByGoroutine, ByRequestID, HandedOver, Unproven, RecordsLost, OtherThread, EventLoop} {
		require.Greater(t, found[o], 50, "%s was put to the test", o)
	}
}
