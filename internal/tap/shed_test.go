//go:build linux && (amd64 || arm64)

package tap_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// shedRing is the ring of these tests: small, but with room for what the exchanges under way
// have yet to say.
const shedRing = 128 << 10

func shedding(o *tap.Options) { o.RingBytes = shedRing }

// crowd is several connections to one port.
type crowd struct {
	pairs []*pair
	port  uint16
}

func gather(t testing.TB, n int) *crowd {
	t.Helper()
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	c := &crowd{port: port}
	for range n {
		c.pairs = append(c.pairs, dial(t, l, l.Addr().String()))
	}
	return c
}

// talk makes so many exchanges on each connection, in turn.
func (c *crowd) talk(rounds int, what string) {
	for i := range rounds {
		for _, p := range c.pairs {
			p.ask(fmt.Sprintf("question %s %d", what, i))
			p.answer(fmt.Sprintf("answer %s %d", what, i))
		}
	}
}

// drain reads what there is.
func (w *watch) drain() {
	for {
		if _, err := w.read(); err != nil {
			return
		}
	}
}

// exchange is what was told of one at one of its ends.
type exchange struct{ question, answer string }

// exchanges pairs what was told of each socket, and fails where it is not whole exchanges.
func exchanges(t *testing.T, events []event.Event) map[uint64][]exchange {
	t.Helper()
	all := map[uint64][]exchange{}
	for _, ev := range kind(events, event.Data) {
		asks := (ev.Dir == event.Egress) == (ev.Role == event.RoleClient)
		list := all[ev.Cookie]
		if asks {
			if n := len(list); n > 0 {
				require.NotEmpty(t, list[n-1].answer, "a question without its answer: %+v", list[n-1])
			}
			all[ev.Cookie] = append(list, exchange{question: string(ev.Payload)})
			continue
		}
		require.NotEmpty(t, list, "an answer without its question: %s", ev.Payload)
		require.Empty(t, list[len(list)-1].answer)
		list[len(list)-1].answer = string(ev.Payload)
	}
	return all
}

// With nobody reading, whole exchanges are left out, at both ends alike, every message is accounted for, and
// nothing is lost. Once the ring was read, all is as before.
func TestShed(t *testing.T) {
	w := look(t, shedding)
	c := gather(t, 32)
	w.port = c.port
	const rounds = 50
	c.talk(rounds, "early")
	full := w.count()
	require.Positive(t, full.Shed)
	require.Zero(t, full.LostStart+full.LostData+full.LostControl, "%+v", full)
	require.EqualValues(t, 4*rounds*len(c.pairs), full.Messages)
	require.Less(t, w.Fill(), shedRing/8*7)
	w.drain()
	require.Equal(t, full.Messages, w.starts+full.Shed)

	c.talk(1, "late")
	events := w.finish()
	now := w.count()
	require.Equal(t, full.Shed, now.Shed, "it recovers at once")
	require.Equal(t, now.Messages, w.starts+now.Shed+now.LostStart)
	clients, servers, late := 0, 0, 0
	for _, list := range exchanges(t, events) {
		require.Equal(t, exchange{"question late 0", "answer late 0"}, list[len(list)-1])
		late++
	}
	last := kind(events, event.Data)[len(kind(events, event.Data))-1]
	require.EqualValues(t, now.Shed/2, last.Lost, "requests that were left out prove nothing")
	require.Equal(t, 2*len(c.pairs), late)
	for _, ev := range kind(events, event.Data) {
		if ev.Flags&event.MsgStart != 0 && ev.Role == event.RoleClient {
			clients++
		} else if ev.Flags&event.MsgStart != 0 {
			servers++
		}
	}
	require.InDelta(t, clients, servers, 2*float64(len(c.pairs))/4, "both ends choose alike")
	checkTold(t, events)
}

// checkTold fails unless every flow of which exchanges were left out had said so first, at the place
// where it began, and what followed says that bytes are missing.
func checkTold(t *testing.T, events []event.Event) {
	t.Helper()
	type place struct{ pos, other int64 }
	reached, told := map[uint64]map[event.Dir]int64{}, map[uint64]bool{}
	for _, ev := range events {
		at := reached[ev.Cookie]
		if at == nil {
			at = map[event.Dir]int64{}
			reached[ev.Cookie] = at
		}
		switch ev.Kind {
		case event.Passed:
			require.Equal(t, event.Shed, ev.Flags)
			require.Equal(t, place{at[ev.Dir], at[ev.Dir.Flip()]}, place{ev.Pos, ev.OtherPos}, "where it stood")
			require.False(t, told[ev.Cookie], "told once")
			told[ev.Cookie] = true
		case event.Data:
			if ev.Pos != at[ev.Dir] {
				require.NotZero(t, ev.Flags&event.Cut, "%+v", ev)
			}
			if asks := (ev.Dir == event.Egress) == (ev.Role == event.RoleClient); asks {
				require.Equal(t, told[ev.Cookie], ev.Pos != at[ev.Dir], "%+v", ev)
				told[ev.Cookie] = false
			}
			at[ev.Dir] = ev.Pos + int64(ev.Len)
		}
	}
}

// A connection of which nothing is told from its beginning to its end leaves no record at all.
func TestShedWholeConnections(t *testing.T) {
	w := look(t, shedding)
	c := gather(t, 16)
	c.talk(50, "early")
	before := w.count()
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	w.port = port
	const connections = 20
	for range connections {
		p := dial(t, l, l.Addr().String())
		p.ask("question")
		p.answer("answer")
		p.close()
	}
	after := w.count()
	told := (4*connections - (after.Shed - before.Shed)) / 2 // exchanges, at either end
	require.LessOrEqual(t, told, uint64(connections)/2, "the ring is nearly full")
	require.Equal(t, uint64(4*connections), after.Messages-before.Messages)
	events := w.finish()
	sockets := map[uint64]bool{}
	for _, ev := range kind(events, event.Data) {
		sockets[ev.Cookie] = true
	}
	require.Len(t, sockets, int(told))
	if w.Report().Owners == tap.RungKprobe {
		return // its hooks do not see what is left out, so that owners and ends are told all the same
	}
	for _, ev := range events {
		require.True(t, sockets[ev.Cookie], "%+v", ev)
	}
	require.Len(t, kind(events, event.Close), len(sockets))
}

// What overlaps, or has to be read from its start, is left out for as long as the ring is crowded.
func TestShedLasting(t *testing.T) {
	w := look(t, shedding)
	c := gather(t, 32)
	c.talk(50, "early")
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	w.port = port
	var fresh []*pair
	for range 8 {
		p := dial(t, l, l.Addr().String())
		p.ask(opening.client)
		p.answer(opening.server)
		fresh = append(fresh, p)
	}
	shed := w.count().Shed
	for i := range fresh {
		fresh[i].ask(h2(windowUpdate, 0, 0, "more"))
	}
	require.Equal(t, uint64(2*len(fresh)), w.count().Shed-shed)
	w.drain()
	require.Empty(t, kind(w.seen, event.Data))
	for _, p := range fresh {
		p.answer(h2(headersFrame, 4, 1, "answer"))
		p.ask(h2(headersFrame, 4, 3, "question"))
		p.answer(h2(headersFrame, 4, 3, "answer"))
	}
	events := w.finish()
	for cookie, list := range exchanges(t, events) {
		assert.Len(t, list, 1, cookie)
	}
	assert.Len(t, exchanges(t, events), 2*len(fresh))
	n := w.count()
	assert.Equal(t, n.Messages, w.starts+n.Shed+n.LostStart)
}

// Datagrams are left out one by one, both ends and both ways by the same choice.
func TestShedDatagrams(t *testing.T) {
	w := look(t, shedding)
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer server.Close()
	w.port = uint16(server.LocalAddr().(*net.UDPAddr).Port)
	const sockets, rounds = 32, 20
	for range sockets {
		c, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
		require.NoError(t, err)
		defer c.Close()
		for range rounds {
			_, err = c.Write([]byte("question"))
			require.NoError(t, err)
			echo(t, server)
			_, err = c.Read(make([]byte, 8))
			require.NoError(t, err)
		}
	}
	n := w.count()
	require.Positive(t, n.Shed)
	require.Zero(t, n.LostStart)
	require.EqualValues(t, 4*sockets*rounds, n.Messages)
	w.drain()
	require.Equal(t, n.Messages, w.starts+n.Shed)
}
