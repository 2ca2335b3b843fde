package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMessageEndsOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(m *Message)
		want Reason
	}{
		"nobody claims it":             {func(m *Message) { m.Close() }, UnknownProtocol},
		"nobody claims it, for reason": {func(m *Message) { m.Because(Gap); m.Close() }, Gap},
		"used":                         {func(m *Message) { m.Claim(); m.Close(); m.Resolve(Used) }, Used},
		"used before it closes":        {func(m *Message) { m.Claim(); m.Resolve(Used); m.Close() }, Used},
		"filtered":                     {func(m *Message) { m.Claim(); m.Close(); m.Resolve(OTLPExport) }, OTLPExport},
		"one use of several is enough": {func(m *Message) {
			m.Claim()
			m.Claim()
			m.Resolve(Used)
			m.Close()
			m.Resolve(NoResponse)
		}, Used},
		"closed twice": {func(m *Message) { m.Claim(); m.Close(); m.Close(); m.Resolve(Used) }, Used},
	} {
		t.Run(name, func(t *testing.T) {
			var l Ledger
			tt.do(l.Open(UnknownProtocol))
			require.Zero(t, l.Held())
			require.Equal(t, uint64(1), l.Received())
			require.Equal(t, uint64(1), l.Ended(tt.want))
		})
	}
}

func TestHeld(t *testing.T) {
	var l Ledger
	m := l.Open(UnknownProtocol)
	m.Claim()
	m.Close()
	require.Equal(t, int64(1), l.Held(), "claimed, so not settled")
	l.Drop(FlowTable)
	require.Equal(t, int64(1), l.Held())
	m.Resolve(Used)
	require.Zero(t, l.Held())
	require.Equal(t, uint64(2), l.Received())
}

// A message whose start was lost has no account; everything may be said to none.
func TestNoMessage(t *testing.T) {
	var m *Message
	m.Claim()
	m.Because(Gap)
	m.Resolve(Used)
	m.Close()
}

func TestReasonsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for r := Used; r < Reasons; r++ {
		require.NotEmpty(t, r.String())
		require.False(t, seen[r.String()], r.String())
		seen[r.String()] = true
	}
	require.False(t, Duplicate.Filtered())
	require.True(t, Unselected.Filtered())
	require.True(t, ProtocolOff.Filtered())
}

func TestMemoryIsReused(t *testing.T) {
	var l Ledger
	work := func() {
		m := l.Open(UnknownProtocol)
		m.Claim()
		m.Close()
		m.Resolve(Used)
	}
	work()
	require.Zero(t, testing.AllocsPerRun(100, work))
}
