package correlate

import (
	"encoding/binary"
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// fact is one thing that happened, as it was told to the correlator.
type fact struct {
	what     what
	at       int64
	lost     uint32
	conn     *Conn // opened, arrived, read, wrote, done, dropped
	x        *proto.Exchange
	pid      uint32 // read, forgot; of done, as far as it was known then
	by       event.Thread
	blocking bool
	from     Sender // told
}

type what uint8

const (
	opened what = iota
	arrived
	read
	wrote
	done
	dropped
	forgot
	told // a call was placed
)

// oracle finds parents by the rules of the package's documentation, going
// through the whole log for each. It shares no code with the correlator.
type oracle struct {
	m     *machine
	conns map[*Conn]*known
	// habits of processes, and of programs by name
	habits   map[uint32]*habit
	programs map[string]*habit
	// loops: goroutines that serve connections by turns.
	loops  map[actor]bool
	newest map[actor]*Conn
	losses []uint32 // the counts that were heard
}

// habit is what was learnt of a process, or a program.
type habit struct {
	handsOver bool
	agreed    int
	program   *habit // of a process
}

// actor is who reads: a goroutine of a process, or a thread.
type actor struct {
	pid  uint32
	goid uint64
	tid  uint64
}

func actorOf(pid uint32, t event.Thread) actor {
	if t.Goroutine != 0 {
		return actor{pid: pid, goid: t.Goroutine}
	}
	return actor{tid: t.ID}
}

// known is what the log tells of a connection.
type known struct {
	pid      uint32
	reader   event.Thread
	readAt   int64
	blocking bool
	everRead bool
	held     bool
	came     []fact // since anything was sent
}

func (k *known) actor() actor { return actorOf(k.pid, k.reader) }

// request is the one in hand.
func (k *known) request() *fact {
	if !k.held || len(k.came) != 1 || k.came[0].x.Request.First > k.readAt {
		return nil
	}
	return &k.came[0]
}

func (m *machine) oracle() *oracle {
	o := &oracle{
		m: m, conns: map[*Conn]*known{}, habits: map[uint32]*habit{}, programs: map[string]*habit{},
		loops: map[actor]bool{}, newest: map[actor]*Conn{},
	}
	for _, f := range m.log {
		o.replay(f)
	}
	return o
}

func (o *oracle) hear(lost uint32) {
	if n := len(o.losses); n == 0 && lost > 0 || n > 0 && o.losses[n-1] != lost {
		o.losses = append(o.losses, lost)
	}
}

func (o *oracle) replay(f fact) {
	k := o.conns[f.conn]
	switch f.what {
	case opened:
		o.conns[f.conn] = &known{}
	case arrived:
		o.hear(f.lost)
		k.came = append(k.came, f)
	case read:
		o.hear(f.lost)
		o.read(k, f)
	case wrote:
		o.wrote(k, f)
	case done:
		if k != nil && len(k.came) > 0 && k.came[len(k.came)-1].x == f.x {
			k.came, k.held = nil, false
		}
	case dropped:
		delete(o.conns, f.conn)
		o.left(k.actor())
	case forgot:
		o.forget(f.pid)
	case told:
		o.hear(f.from.Lost)
	}
}

// habit is that of a process that reads.
func (o *oracle) habit(pid uint32) *habit {
	h := o.habits[pid]
	if h == nil {
		h = &habit{program: &habit{}}
		if name := o.m.b.host.program[pid]; name != "" {
			if o.programs[name] == nil {
				o.programs[name] = h.program
			}
			h.program = o.programs[name]
		}
		o.habits[pid] = h
	}
	return h
}

// forget begins anew with a number. Who shares connections with the process of before
// is not known by its program.
func (o *oracle) forget(pid uint32) {
	known := o.habits[pid] != nil
	delete(o.habits, pid)
	for _, k := range o.conns {
		if k.everRead && k.pid == pid && known {
			k.held = false
			o.habits[pid] = &habit{program: &habit{}}
		}
	}
}

func (h *habit) learn(agrees bool) {
	if agrees {
		h.program.agreed++
	} else {
		h.handsOver, h.program.handsOver = true, true
	}
}

func (o *oracle) read(k *known, f fact) {
	by := f.by
	if k.reader.Goroutine != 0 && by.GoroutineParent == k.reader.Goroutine && f.pid == k.pid {
		by = k.reader
	}
	before, now := k.actor(), actorOf(f.pid, by)
	returned := k.everRead && before == now && k.pid == f.pid
	k.everRead, k.held = true, false
	k.reader, k.pid, k.readAt, k.blocking = by, f.pid, f.at, f.blocking
	if !returned {
		o.left(before)
	}
	if by.Goroutine != 0 {
		if returned && o.newest[now] != f.conn {
			o.loops[now] = true
		}
		o.newest[now] = f.conn
	}
	h := o.habit(f.pid)
	if by.Goroutine != 0 || by.ID != 0 && f.blocking {
		for _, other := range o.conns {
			if r := other.request(); r != nil && other.actor() == now && r.lost == f.lost {
				h.learn(false)
			}
		}
	}
	k.held = true
}

// left forgets a goroutine that no connection is read by any more.
func (o *oracle) left(a actor) {
	for _, k := range o.conns {
		if k.everRead && k.actor() == a {
			return
		}
	}
	delete(o.loops, a)
	delete(o.newest, a)
}

func (o *oracle) wrote(k *known, f fact) {
	if k.held && len(k.came) > 0 && f.by.ID != 0 {
		switch {
		case f.by.Goroutine != 0 && k.reader.Goroutine != 0:
			o.habit(k.pid).learn(f.by.Goroutine == k.reader.Goroutine)
		case k.blocking:
			o.habit(k.pid).learn(f.by.ID == k.reader.ID)
		}
	}
	k.held, k.came = false, nil
}

// verdict is what the oracle makes of a call.
type verdict struct {
	outcome Outcome
	parent  [8]byte
	pid     uint32 // who sent it
}

func (o *oracle) place(x *proto.Exchange, from Sender) verdict {
	o.hear(from.Lost)
	for _, k := range o.conns {
		if k.everRead && k.reader.Goroutine == 0 && k.reader.ID != 0 && k.reader.ID == from.Thread.ID {
			from.PID = k.pid
		}
	}
	v := func(r *proto.Exchange, how Outcome) verdict {
		i := slices.IndexFunc(o.m.got, func(s *served) bool { return s.x == r })
		return verdict{how, o.m.got[i].place.SpanID, from.PID}
	}
	if x.Context.Valid() {
		r, how := o.repeated(x, from, ByForwarded, spanOf)
		if how == ByForwarded && r.Context.TraceID == x.Context.TraceID && !o.m.b.host.unkept[r] {
			return v(r, how)
		}
		return verdict{ByWire, x.Context.SpanID, from.PID}
	}
	r, how := o.repeated(x, from, ByRequestID, func(x *proto.Exchange) uint64 { return x.RequestID })
	if r == nil {
		byActor, why := o.byActor(x, from)
		if how == NothingInHand || byActor != nil && byActor.RequestID == x.RequestID {
			r, how = byActor, why
		}
	}
	switch {
	case r == nil:
		return verdict{outcome: how, pid: from.PID}
	case o.m.b.host.unkept[r]:
		return verdict{outcome: NotKept, pid: from.PID}
	}
	return v(r, how)
}

func spanOf(x *proto.Exchange) uint64 { return binary.BigEndian.Uint64(x.Context.SpanID[:]) }

// repeated looks for the request that came with what x carries.
func (o *oracle) repeated(
	x *proto.Exchange, from Sender, how Outcome, value func(*proto.Exchange) uint64,
) (*proto.Exchange, Outcome) {
	if value(x) == 0 {
		return nil, NothingInHand
	}
	var mine, unknown []*proto.Exchange
	for _, s := range o.m.got {
		if value(s.x) != value(x) || s.x.Request.First > x.Request.First || from.PID == 0 {
			continue
		}
		switch o.m.b.host.pid[s.x] {
		case from.PID:
			mine = append(mine, s.x)
		case 0:
			unknown = append(unknown, s.x)
		}
	}
	earlier := slices.ContainsFunc(o.m.log, func(f fact) bool {
		return f.what == done && value(f.x) == value(x) && (f.pid == from.PID || f.pid == 0)
	})
	switch {
	case len(mine)+len(unknown) == 0:
		return nil, NothingInHand
	case len(mine) != 1 || len(unknown) > 0 || earlier:
		return nil, SeveralInHand
	case len(o.losses) > 0:
		return nil, RecordsLost
	}
	return mine[0], how
}

func (o *oracle) byActor(x *proto.Exchange, from Sender) (*proto.Exchange, Outcome) {
	var hand []*known
	process := 0
	for _, k := range o.conns {
		if !k.held {
			continue
		}
		if k.pid == from.PID && k.pid != 0 {
			process++
		}
		if k.actor() == actorOf(from.PID, from.Thread) {
			hand = append(hand, k)
		}
	}
	switch {
	case process == 0:
		return nil, NothingInHand
	case from.Thread.ID == 0:
		return nil, ThreadUnknown
	case len(hand) == 0:
		return nil, OtherThread
	case len(hand) > 1:
		return nil, SeveralInHand
	}
	k, how := hand[0], ByThread
	if from.Thread.Goroutine != 0 {
		how = ByGoroutine
	}
	r := k.request()
	switch {
	case o.loops[k.actor()], how == ByThread && !k.blocking:
		return nil, EventLoop
	case r == nil || k.readAt > x.Request.First:
		return nil, SeveralInHand
	case o.habit(from.PID).handsOver, o.habit(from.PID).program.handsOver:
		return nil, HandedOver
	case o.habit(from.PID).program.agreed < o.m.agreements:
		return nil, Unproven
	case r.lost != from.Lost:
		return nil, RecordsLost
	}
	return r.x, how
}

// inHand are the requests that a process had in hand when x was sent.
func (o *oracle) inHand(x *proto.Exchange, pid uint32) (all []*proto.Exchange) {
	for _, k := range o.conns {
		if r := k.request(); r != nil && k.pid == pid && k.readAt <= x.Request.First {
			all = append(all, r.x)
		}
	}
	return all
}
