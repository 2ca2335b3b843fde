package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// auditor is a Sink that holds the table to its contract: nothing comes after
// the end of a direction, each direction ends once and before the flow goes, time
// does not run backwards, no call is empty. Like a parser it claims accounts, and
// resolves them later.
type auditor struct {
	t     testing.TB
	flows map[*Flow]*audit
	// ignore tells whether to ignore a flow from its nth call on.
	ignore func(n int) bool
	onData func(f *Flow, s *Segment)
	onGap  func(f *Flow, d event.Dir, n int64)
	calls  int
}

type audit struct {
	ended   [2]bool
	last    [2]int64
	ordinal [2]int64
	claimed [2]*ledger.Message
	ignored bool
}

func newAuditor(t testing.TB) *auditor { return &auditor{t: t, flows: make(map[*Flow]*audit)} }

func (a *auditor) of(f *Flow) *audit {
	if a.flows[f] == nil {
		a.flows[f] = &audit{ordinal: [2]int64{-1, -1}}
	}
	return a.flows[f]
}

func (a *auditor) call(f *Flow, d event.Dir, at int64) *audit {
	u := a.of(f)
	require.False(a.t, u.ended[d], "a call after the end")
	require.False(a.t, u.ignored, "a call for an ignored flow")
	require.GreaterOrEqual(a.t, at, u.last[d], "time runs backwards")
	u.last[d] = at
	a.calls++
	if a.ignore != nil && a.ignore(a.calls) {
		u.ignored = true
		f.Ignore(ledger.Unselected)
	}
	return u
}

func (a *auditor) Segment(f *Flow, s *Segment) {
	u := a.call(f, s.Dir, s.At)
	if f.Transport == event.TCP {
		require.NotEmpty(a.t, s.Bytes)
	}
	require.GreaterOrEqual(a.t, int64(s.Ordinal), u.ordinal[s.Dir])
	if s.Ordinal != uint32(u.ordinal[s.Dir]) || u.ordinal[s.Dir] < 0 {
		require.True(a.t, s.First, "the first bytes of a message")
	} else {
		require.False(a.t, s.First, "twice the first bytes of a message")
	}
	u.ordinal[s.Dir] = int64(s.Ordinal)
	if m := s.Message; m != nil && m != u.claimed[s.Dir] {
		m.Claim()
		u.claimed[s.Dir].Resolve(ledger.Used)
		u.claimed[s.Dir] = m
	}
	if a.onData != nil {
		a.onData(f, s)
	}
}

func (a *auditor) Gap(f *Flow, d event.Dir, at, n int64) {
	require.Positive(a.t, n, "an empty gap")
	a.call(f, d, at)
	if a.onGap != nil {
		a.onGap(f, d, n)
	}
}

func (a *auditor) End(f *Flow, d event.Dir, last int64, _ Ending) {
	u := a.of(f)
	require.False(a.t, u.ended[d], "a second end")
	require.GreaterOrEqual(a.t, last, u.last[d])
	u.ended[d] = true
	u.claimed[d].Resolve(ledger.Gap)
	u.claimed[d] = nil
}

func (a *auditor) Gone(f *Flow) {
	u := a.of(f)
	require.True(a.t, u.ended[0] && u.ended[1], "gone before its end")
	delete(a.flows, f)
}

// settled checks that a table at rest holds nothing, and that every one of the
// messages that it was given is accounted for.
func settled(t testing.TB, table *Table, book *ledger.Ledger, a *auditor, messages uint64) {
	require.Equal(t, messages, book.Received(), "messages received")
	require.Zero(t, book.Held(), "messages held")
	require.Empty(t, a.flows)
	require.Zero(t, table.Len())
	s := table.Stats()
	require.Zero(t, s.Flows)
	require.Zero(t, s.HeldBytes)
	require.Zero(t, s.EarlyRecords)
	require.Empty(t, table.waiting)
	require.Empty(t, table.tcp)
	require.Empty(t, table.udp)
	require.Empty(t, table.sockets)
	require.Empty(t, table.early.chains)
	require.Zero(t, table.early.bytes)
	for _, f := range table.wheel.heads {
		require.Nil(t, f)
	}
}
