package flow

import (
	"cmp"
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// nursery keeps what came for connections while the listener still spoke for
// them (the handshake's last segment, TCP Fast Open), until their own socket shows up.
type nursery struct {
	chains map[tuple]*infant
	// first and last are the ends of the list of all infants, by age.
	first, last *infant
	size, bytes int
	spare       *infant
}

// infant is the payload of one such packet.
type infant struct {
	piece
	key tuple
	// sibling is the next one of the same connection, newer and older the next by age.
	sibling, newer, older *infant
}

// foreign is how far apart in sequence numbers the data of one connection's
// handshake and of its own socket can be; farther means that another network
// namespace has the same addresses.
const foreign = 1 << 24

// listener takes a record whose socket was still the listener's.
func (t *Table) listener(ev *event.Event) {
	if ev.Kind != event.Data {
		return // nothing of the listener's own is of interest
	}
	if ev.Transport != event.TCP || ev.Dir != event.Ingress {
		t.count.malformed.Add(1)
		t.drop(ev, ledger.Malformed)
		return
	}
	n := &t.early
	key := tuple{ev.Local, ev.Remote}
	cost := bufferSize(len(ev.Payload)) + pieceCost
	for s := n.chains[key]; s != nil; s = s.sibling {
		if s.seq == ev.Seq && s.length >= int64(ev.Len) {
			t.count.duplicateRecords.Add(1)
			t.count.duplicateBytes.Add(uint64(ev.Len))
			t.drop(ev, repeated)
			return
		}
	}
	for n.size > 0 && (n.size >= t.cfg.MaxEarly || n.bytes+cost > t.cfg.MaxEarlyBytes) {
		t.abandon(n.first)
	}
	if cost > t.cfg.MaxEarlyBytes {
		t.count.earlyExpired.Add(1)
		t.drop(ev, ledger.ListenerExpired)
		return
	}
	in := n.spare
	if in != nil {
		n.spare = in.sibling
	} else {
		in = new(infant)
	}
	*in = infant{key: key}
	in.fill(ev)
	in.bytes = append(t.buffers.get(len(ev.Payload)), ev.Payload...)
	if begins(ev) {
		in.account = t.book.Open(ledger.ListenerExpired)
	}
	n.add(in, cost)
	t.count.earlyRecords.Store(int64(n.size))
}

func (n *nursery) add(in *infant, cost int) {
	in.sibling = n.chains[in.key]
	n.chains[in.key] = in
	in.older = n.last
	if n.last != nil {
		n.last.newer = in
	} else {
		n.first = in
	}
	n.last = in
	n.size++
	n.bytes += cost
}

// unlink takes an infant out of the list by age; its chain is the caller's.
func (n *nursery) unlink(in *infant) {
	if in.older != nil {
		in.older.newer = in.newer
	} else {
		n.first = in.newer
	}
	if in.newer != nil {
		in.newer.older = in.older
	} else {
		n.last = in.older
	}
	n.size--
	n.bytes -= bufferSize(cap(in.bytes)) + pieceCost
}

// bury gives an infant's memory back.
func (t *Table) bury(in *infant) {
	t.buffers.put(in.bytes)
	*in = infant{sibling: t.early.spare}
	t.early.spare = in
	t.count.earlyRecords.Store(int64(t.early.size))
}

// abandon lets go of a connection's data: its socket never showed up.
func (t *Table) abandon(oldest *infant) {
	n := &t.early
	in := n.chains[oldest.key]
	delete(n.chains, oldest.key)
	for in != nil {
		sibling := in.sibling
		n.unlink(in)
		t.stillborn(in)
		in = sibling
	}
}

// expireEarly abandons what has waited for too long.
func (t *Table) expireEarly(now int64) {
	limit := now - int64(t.cfg.EarlyAge)
	for t.early.first != nil && t.early.first.time < limit {
		t.abandon(t.early.first)
	}
}

// adopt hands a young flow what the listener saw of its connection, before the
// record at hand: it came first.
func (t *Table) adopt(f *Flow, ev *event.Event) {
	if f.Role == event.RoleClient || ev.Time-f.opened > int64(t.cfg.EarlyAge) {
		return
	}
	n := &t.early
	key := tuple{f.Local, f.Remote}
	chain := n.chains[key]
	if chain == nil {
		return
	}
	delete(n.chains, key)
	near := chain.seq
	if dir := &f.dirs[event.Ingress]; dir.is(marked) {
		near = dir.markSeq
	} else if ev.Kind == event.Data && ev.Dir == event.Ingress {
		near = ev.Seq
	}
	infants := t.kin(chain, near)
	if len(infants) == 0 {
		return
	}
	t.anchor(f, ev, infants)
	for _, in := range infants {
		t.receive(f, in)
		t.bury(in)
	}
}

// kin takes a chain apart and returns, by sequence number, those whose numbers
// are near enough to be of the same connection.
func (t *Table) kin(chain *infant, near uint32) []*infant {
	infants := make([]*infant, 0, 4)
	for in := chain; in != nil; {
		sibling := in.sibling
		t.early.unlink(in)
		if isForeign(in.seq, near) {
			t.stillborn(in)
		} else {
			infants = append(infants, in)
		}
		in = sibling
	}
	// Sequence numbers wrap: compare them by their distance from one of them.
	slices.SortStableFunc(infants, func(a, b *infant) int {
		return cmp.Compare(int32(a.seq-near), int32(b.seq-near))
	})
	return infants
}

func isForeign(seq, near uint32) bool {
	d := int32(seq - near)
	return d > foreign || d < -foreign
}

// stillborn ends the account of data that found no connection.
func (t *Table) stillborn(in *infant) {
	t.count.earlyExpired.Add(1)
	in.account.Close()
	t.bury(in)
}

// anchor places the listener's data in the ingress direction: by the sequence
// numbers of the connection's own data if there are any, else right before where
// its socket begins to count.
func (t *Table) anchor(f *Flow, ev *event.Event, infants []*infant) {
	dir := &f.dirs[event.Ingress]
	last := infants[len(infants)-1]
	switch {
	case dir.is(marked):
	case ev.Kind == event.Data && ev.Dir == event.Ingress:
		dir.mark(ev.Pos, ev.Seq)
		dir.bits |= early
	default:
		dir.mark(t.counted(dir, ev), last.seq+uint32(last.length))
		dir.bits |= early
	}
	if dir.begun > 0 || dir.held != nil {
		return
	}
	pos := dir.position(infants[0].seq)
	if ev.Kind == event.Data && ev.Dir == event.Ingress {
		pos = min(pos, ev.Pos)
	}
	dir.next, dir.bits = pos, dir.bits|based
}

// counted is where the socket's own count of ingress bytes stands in this record.
func (t *Table) counted(dir *direction, ev *event.Event) int64 {
	switch {
	case dir.is(based):
		return dir.next
	case ev.Kind == event.Owner:
		return 0
	case ev.Dir == event.Egress:
		return ev.OtherPos
	}
	return ev.Pos
}

// receive takes the data of an infant into its flow.
func (t *Table) receive(f *Flow, in *infant) {
	t.count.earlyAdopted.Add(1)
	if f.state&ignoring != 0 {
		in.account.Because(f.ignored)
		in.account.Close()
		return
	}
	in.account.Because(ledger.UnknownProtocol)
	dir := &f.dirs[event.Ingress]
	p := in.piece
	p.pos = dir.position(p.seq)
	p.hole = true
	p.starts = dir.begun == 0 && dir.held == nil // else it carries the message on
	f.heading = inward
	t.accept(f, event.Ingress, &p)
}

// align makes the socket's own count fit what the listener saw before it: ev
// is the first data that the socket itself received.
func (d *direction) align(ev *event.Event) {
	pos := d.position(ev.Seq)
	if isForeign(ev.Seq, d.markSeq) {
		pos = d.next // what the listener saw was another connection's
	}
	d.shift = pos - ev.Pos
	d.bits &^= early
}
