//go:build linux && (amd64 || arm64)

package tap_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// With nobody reading and nothing shed, what does not fit the ring is counted, and the sum holds:
// messages begun = messages received + messages lost.
func TestOverflow(t *testing.T) {
	for _, size := range []int{4 << 10, 64 << 10} {
		t.Run(fmt.Sprintf("%d KiB", size>>10), func(t *testing.T) {
			w := look(t, func(o *tap.Options) { o.RingBytes, o.Shed = size, false })
			p, port := connect(t)
			w.port = port
			const rounds = 1000
			for i := range rounds {
				p.ask(fmt.Sprintf("question %d", i))
				p.answer("first part")
				p.answer("second part")
			}
			require.Equal(t, size, w.Capacity())
			require.LessOrEqual(t, w.Fill(), size)
			require.Greater(t, w.Fill(), size-1024, "the ring is full")
			full := w.count()
			require.Positive(t, full.LostStart)
			for range w.Capacity() { // at least one record a byte: an upper bound
				if _, err := w.read(); err != nil {
					break
				}
			}
			p.ask("one more")
			p.answer("the end")
			events := w.finish()
			c := w.count()
			require.Equal(t, c.Messages, w.starts+c.LostStart, "%+v", c)
			require.Equal(t, c.Records, w.records)
			require.GreaterOrEqual(t, c.Messages, uint64(4*rounds))
			checkWhole(t, at(events, port))
			got := parts(at(events, port))
			require.Equal(t, []string{"one more", "the end"}, []string{got[len(got)-2].Payload, got[len(got)-1].Payload},
				"the tap recovers once the ring has room")
		})
	}
}

// The sum holds as well where a packet makes several records, of which any may be lost.
func TestOverflowFrames(t *testing.T) {
	w := lookFrames(t, func(o *tap.Options) { o.RingBytes, o.Shed = 4<<10, false })
	p, port := hello(t)
	w.port = port
	long := body(0, 1, "x", 3000)
	answer := long + long + long + h2(headersFrame, 4, 1, "trailers")
	const rounds = 300
	for i := range rounds {
		p.ask(h2(windowUpdate, 0, 0, "more"))
		p.answer(answer)
		for range i % 7 { // sometimes room for some of a packet's records
			if _, err := w.read(); err != nil {
				break
			}
		}
	}
	events := sent(w.finish(), port)
	c := w.count()
	require.Equal(t, c.Messages, w.starts+c.LostStart, "%+v", c)
	require.Equal(t, c.Records, w.records)
	require.Equal(t, uint64(4*rounds+4), c.Messages)
	require.Positive(t, c.LostStart)
	require.Positive(t, c.LostData)
	require.Zero(t, c.LostSync, "the kernel has seen every byte")
	starts := 0
	for _, ev := range events[1:] {
		require.Contains(t, []string{long[:73], h2(headersFrame, 4, 1, "trailers")}, string(ev.Payload))
		if ev.Flags&event.MsgStart != 0 {
			require.Zero(t, (ev.Pos-int64(len(opening.server)))%int64(len(answer)), "the first record of its packet")
			starts++
		}
	}
	require.Positive(t, starts)
	require.Less(t, starts, len(events)-1)
}

// checkWhole fails when a message shows up whose start was lost.
func checkWhole(t *testing.T, events []event.Event) {
	t.Helper()
	var next int64
	for _, ev := range only(kind(events, event.Data), func(ev *event.Event) bool { return ev.Dir == event.Egress }) {
		if ev.Flags&event.MsgStart == 0 {
			require.Equal(t, next, ev.Pos, "a part without its message: %+v", ev)
		}
		next = ev.Pos + int64(ev.Len)
	}
}
