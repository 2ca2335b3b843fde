package correlate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// machine lets whatever its bytes say happen to a correlator, sensible or not, and
// compares every place with what the oracle makes of the same log.
type machine struct {
	tb    testing.TB
	b     *bed
	input []byte
	log   []fact
	open  []*Conn
	got   []*served
	// split are requests whose heads are not complete yet, calls those under way.
	split []*sending
	calls []*sending
	found map[Outcome]int
	// what the run is like
	lossy      bool
	agreements int
}

// sending is a request that a process sends.
type sending struct {
	x     *proto.Exchange
	from  Sender
	place Place
	call  *Call
}

// next gives a number below n.
func (m *machine) next(n int) int {
	if len(m.input) == 0 {
		return 0
	}
	v := int(m.input[0])
	m.input = m.input[1:]
	return v % n
}

func (m *machine) note(f fact) {
	f.at, f.lost = m.b.now, m.b.lost
	m.log = append(m.log, f)
}

// pick takes one of a list; nil when it is empty.
func pick[T any](m *machine, list []*T) *T {
	if len(list) == 0 {
		return nil
	}
	return list[m.next(len(list))]
}

const machinePIDs = 3

// actor gives a process, and one of its threads; all but the first are Go programs. Now
// and then one of them is not known.
func (m *machine) actor() (pid uint32, by event.Thread) {
	pid = 1 + uint32(m.next(machinePIDs))
	n := uint64(1 + m.next(3))
	by = thread(100*uint64(pid) + n)
	if pid > 1 {
		by.Goroutine, by.GoroutineParent = n, uint64(m.next(4))
	}
	switch m.next(16) {
	case 0:
		by = event.Thread{}
	case 1:
		by.Goroutine, by.GoroutineParent = 0, 0
	}
	return pid, by
}

// shape gives a request headers, of few different values.
func (m *machine) shape(x *proto.Exchange) {
	switch m.next(6) {
	case 0:
		x.RequestID = uint64(1 + m.next(8))
	case 1:
		span := byte(1 + m.next(8))
		withContext(1+span%8/7, span)(x)
	}
}

func (m *machine) run() {
	for len(m.input) > 0 {
		m.b.tick()
		[...]func(){
			m.arrive, m.arrive, m.read, m.read, m.read, m.send, m.send, m.complete, m.complete,
			m.answer, m.answer, m.giveUp, m.drop, m.lose, m.reuse, m.settle, m.settle, m.learnPID,
		}[m.next(18)]()
	}
	m.end()
}

func (m *machine) arrive() {
	k := pick(m, m.open)
	if k == nil || m.next(2) == 0 {
		k = m.b.Open()
		m.open = append(m.open, k)
		m.note(fact{what: opened, conn: k})
	}
	pid := uint32(0)
	if m.next(8) > 0 {
		pid = 1 + uint32(m.next(machinePIDs))
	}
	s := m.b.arrive(pid, k, m.shape)
	m.b.host.unkept[s.x] = m.next(8) == 0
	m.got = append(m.got, s)
	m.note(fact{what: arrived, conn: k, x: s.x})
}

func (m *machine) read() {
	if k := pick(m, m.open); k != nil {
		pid, by := m.actor()
		var flags event.Flags
		if m.next(4) > 0 {
			flags = event.Blocking
		}
		m.b.read(k, pid, by, flags)
		m.note(fact{what: read, conn: k, pid: pid, by: by, blocking: flags != 0})
	}
}

// send begins to send a request, of which the head is complete now or later.
func (m *machine) send() {
	pid, by := m.actor()
	if k := pick(m, m.open); k != nil && m.next(2) == 0 { // somebody who has read something
		pid, by = k.pid, k.reader
	}
	if m.next(8) == 0 {
		pid = 0
	}
	s := &sending{x: m.b.exchange(), from: Sender{PID: pid, Thread: by, Lost: m.b.lost}}
	m.shape(s.x)
	if r := pick(m, m.got); r != nil && m.next(4) == 0 { // passes on what came
		s.x.RequestID, s.x.Context = r.x.RequestID, r.x.Context
	}
	m.split = append(m.split, s)
	if m.next(4) > 0 {
		m.complete()
	}
}

func (m *machine) complete() {
	s := pick(m, m.split)
	if s == nil {
		return
	}
	m.split = without(m.split, s)
	want := m.oracle().place(s.x, s.from)
	s.place = m.b.Client(s.x, s.from)
	m.note(fact{what: told, x: s.x, from: s.from})
	require.Equal(m.tb, want.outcome, s.place.Outcome, "%s, not %s", s.place.Outcome, want.outcome)
	require.Equal(m.tb, want.parent, s.place.Parent, "%s", s.place.Outcome)
	m.found[s.place.Outcome]++
	m.linked(s, want.pid)
	s.call = m.b.Announce(s.x, &s.place)
	m.calls = append(m.calls, s)
}

// linked checks the links of a root.
func (m *machine) linked(s *sending, pid uint32) {
	require.LessOrEqual(m.tb, len(s.place.Links), maxLinks)
	if len(s.place.Links) > 0 {
		require.Zero(m.tb, s.place.Parent)
		require.True(m.tb, s.place.Keep)
	}
	held := m.oracle().inHand(s.x, pid)
	for _, l := range s.place.Links {
		i := slices.IndexFunc(m.got, func(r *served) bool { return r.place.SpanID == l.SpanID })
		require.GreaterOrEqual(m.tb, i, 0, "a link to what is over")
		r := m.got[i]
		require.Contains(m.tb, held, r.x)
		require.Equal(m.tb, s.from.Lost, r.lost)
		require.True(m.tb, r.Promised() && r.place.Keep && !m.b.host.unkept[r.x])
	}
}

func (m *machine) answer() {
	k := pick(m, m.open)
	if k == nil {
		return
	}
	_, by := m.actor()
	if m.next(4) > 0 { // mostly whoever reads
		by = k.reader
	}
	m.b.Wrote(k, by)
	m.note(fact{what: wrote, conn: k, by: by})
	if m.next(2) == 0 {
		m.finish(func(s *served) bool { return s.conn == k })
	}
}

// finish ends the first request that is meant.
func (m *machine) finish(meant func(*served) bool) {
	i := slices.IndexFunc(m.got, meant)
	if i < 0 {
		return
	}
	s := m.got[i]
	m.got = slices.Delete(m.got, i, i+1)
	m.note(fact{what: done, conn: s.conn, x: s.x, pid: m.b.host.pid[s.x]})
	s.done()
}

func (m *machine) giveUp() {
	s := pick(m, m.got)
	m.finish(func(other *served) bool { return other == s })
}

func (m *machine) drop() {
	k := pick(m, m.open)
	if k == nil {
		return
	}
	m.open = without(m.open, k)
	m.b.Drop(k)
	m.note(fact{what: dropped, conn: k})
	for m.next(4) > 0 && slices.ContainsFunc(m.got, func(s *served) bool { return s.conn == k }) {
		m.finish(func(s *served) bool { return s.conn == k })
	}
	for _, s := range m.got { // the oracle must not take a later connection for this one
		if s.conn == k {
			m.finish(func(other *served) bool { return other == s })
			return
		}
	}
}

func (m *machine) lose() {
	if m.lossy && m.next(4) == 0 {
		m.b.lost++
	}
}

func (m *machine) reuse() {
	if m.next(4) == 0 {
		pid := 1 + uint32(m.next(machinePIDs))
		m.b.Forget(pid)
		m.note(fact{what: forgot, pid: pid})
	}
}

func (m *machine) learnPID() {
	if s := pick(m, m.got); s != nil && m.b.host.pid[s.x] == 0 {
		m.b.host.pid[s.x] = 1 + uint32(m.next(machinePIDs))
	}
}

// settle ends a call, whose other end may be seen before.
func (m *machine) settle() {
	s := pick(m, m.calls)
	if s == nil {
		return
	}
	m.calls = without(m.calls, s)
	far := *s.x
	far.Request.First++
	fate := [...]Fate{Emitted, Dropped}[m.next(2)]
	if m.next(2) == 0 {
		m.b.Settle(s.call, fate)
		m.b.Release(&s.place)
		return
	}
	p, call := m.b.Server(&far)
	require.Same(m.tb, s.call, call)
	require.Equal(m.tb, s.place.SpanID, p.Parent)
	require.Equal(m.tb, s.place.TraceID, p.TraceID)
	require.Equal(m.tb, s.place.Keep, p.Keep)
	m.b.Settle(s.call, fate)
	if call.Fate() == Dropped {
		m.b.Reroot(&far, &p)
		require.Equal(m.tb, far.Context.SpanID, p.Parent)
	}
	m.b.ReleaseCall(call)
	m.b.Release(&s.place)
	m.b.Release(&p)
}

// end lets everything come to its end, after which nothing may be left.
func (m *machine) end() {
	for len(m.got) > 0 {
		m.giveUp()
	}
	for len(m.calls) > 0 {
		m.settle()
	}
	for _, k := range m.open {
		m.b.Drop(k)
	}
	requireEmpty(m.tb, m.b.Correlator)
}

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(list, func(other T) bool { return other == v })
}

func operate(tb testing.TB, input []byte, found map[Outcome]int) {
	m := &machine{tb: tb, input: input, found: found}
	m.lossy, m.agreements = m.next(2) == 0, m.next(3)
	m.b = newBed(Options{
		Threads: true, Links: m.next(2) == 0, Agreements: m.agreements, Random: rand.NewPCG(1, 2),
	})
	if m.next(2) == 0 {
		m.b.host.program = map[uint32]string{1: "one", 2: "two", 3: "two"}
	}
	m.run()
}

func TestMachine(t *testing.T) {
	found := map[Outcome]int{}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 3000 {
		input := make([]byte, 40+rng.IntN(800))
		for j := range input {
			input[j] = byte(rng.Uint32())
		}
		if !t.Run(fmt.Sprint(i), func(t *testing.T) { operate(t, input, found) }) {
			return
		}
	}
	t.Log(found)
	for o := range Outcomes {
		if o != ByFlow && o != NoCaller && o != LimitReached && o != Undirected {
			require.Greater(t, found[o], 20, "%s was put to the test", o)
		}
	}
}

func FuzzMachine(f *testing.F) {
	f.Add([]byte("a request comes, is read, leads to another one, is answered"))
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) <= 4096 {
			operate(t, input, map[Outcome]int{})
		}
	})
}
