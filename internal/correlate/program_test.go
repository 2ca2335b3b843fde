package correlate

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// Threads are believed once enough requests of the program were answered by their readers.
func TestUnproven(t *testing.T) {
	const again = 31 // a second process
	t1, g1 := thread(1), goroutine(1, 0)
	agree := func(b *bed, pid uint32, n int) {
		for range n {
			r := b.arrive(pid, nil).wait(t1)
			r.answer(t1)
			b.Drop(r.conn) // and whose thread it is
		}
	}
	for name, tt := range map[string]struct {
		programs map[uint32]string
		before   func(b *bed)
		want     Outcome
	}{
		"nothing seen":    {nil, func(*bed) {}, Unproven},
		"too little seen": {nil, func(b *bed) { agree(b, middle, 2) }, Unproven},
		"enough":          {nil, func(b *bed) { agree(b, middle, 3) }, ByThread},
		"answers by nobody known": {nil, func(b *bed) {
			for range 3 {
				b.arrive(middle, nil).wait(t1).answer(event.Thread{})
			}
		}, Unproven},
		"answers of an event loop": {nil, func(b *bed) {
			for range 3 {
				b.arrive(middle, nil).poll(t1).answer(t1)
			}
		}, Unproven},
		"answers to what is no request": {nil, func(b *bed) {
			for range 3 {
				k := b.Open()
				b.read(k, middle, t1, event.Blocking)
				b.Wrote(k, t1)
			}
		}, Unproven},
		"by another of the program": {
			map[uint32]string{middle: "shop", again: "shop"}, func(b *bed) { agree(b, again, 3) }, ByThread,
		},
		"by both": {
			map[uint32]string{middle: "shop", again: "shop"}, func(b *bed) { agree(b, again, 2); agree(b, middle, 1) }, ByThread,
		},
		"by another program": {
			map[uint32]string{middle: "shop", again: "cart"}, func(b *bed) { agree(b, again, 3) }, Unproven,
		},
		"by a process that is not known": {nil, func(b *bed) { agree(b, again, 3) }, Unproven},
		"the number was another's":       {nil, func(b *bed) { agree(b, middle, 3); b.Forget(middle) }, Unproven},
		"the other one hands over": {map[uint32]string{middle: "shop", again: "shop"}, func(b *bed) {
			agree(b, middle, 3)
			b.arrive(again, nil).wait(thread(9)).answer(thread(8))
		}, HandedOver},
		"goroutines": {nil, func(b *bed) {
			for range 3 {
				b.arrive(middle, nil).poll(g1).answer(g1)
			}
		}, ByThread},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true, Agreements: 3})
			b.host.program = tt.programs
			tt.before(b)
			b.arrive(middle, nil).wait(t1)
			p := b.call(middle, t1)
			assert.Equal(t, tt.want, p.Outcome, "%s", p.Outcome)
		})
	}
}

func TestProgramsAreBounded(t *testing.T) {
	ps := programs{by: make(map[string]*program)}
	first := ps.of("0")
	assert.Same(t, first, ps.of("0"))
	assert.NotSame(t, ps.of(""), ps.of(""))
	for i := range 2 * maxPrograms {
		ps.of(fmt.Sprint(i))
	}
	assert.LessOrEqual(t, len(ps.by), maxPrograms)
	assert.NotSame(t, first, ps.of("0"), "learning starts anew")
}
