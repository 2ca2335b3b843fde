package correlate

import "github.com/beylareceiver/beylareceiver/internal/event"

// What a connection shows of the habits of whoever reads from it. A process that
// hands requests over proves nothing by who sends something; one counterexample
// is enough, for as long as the process lives, and for all that run the same program.
// That a thread answers what it has read may be chance, in a pool whose threads take what comes: so
// many have to agree (Options.Agreements) before any is believed. Only requests that are known as
// such count: an answer that a client reads says nothing about servers.

// compare learns whether whoever reads a request is the one who answers it.
func (k *Conn) compare(by event.Thread) {
	p := k.hands[ofProcess]
	if p == nil || k.request == nil || by.ID == 0 {
		return
	}
	if by.Goroutine != 0 && k.reader.Goroutine != 0 {
		p.learn(by.Goroutine == k.reader.Goroutine)
		return
	}
	if k.blocking {
		p.learn(by.ID == k.reader.ID)
	}
}

// learn notes whether a request was answered by whoever had read it.
func (h *hand) learn(agrees bool) {
	if agrees {
		h.program.agreed++
		return
	}
	h.program.handsOver = true
}

// watch looks at what else the reader has in hand when it begins to read. returned
// tells that it read from this connection before, lost is event.Event.Lost.
func (k *Conn) watch(returned bool, lost uint32) {
	h, p := k.actor(), k.hands[ofProcess]
	if h == nil || p == nil {
		return
	}
	// A goroutine that comes back to one of several connections serves them by
	// turns, as an event loop does: in Go no call tells that it would have waited.
	h.loops = h.loops || returned && h.kind == ofGoroutine && h.newest != k
	h.newest = k
	if p.program.handsOver || h.kind == ofThread && !k.blocking {
		return
	}
	for _, other := range h.conns {
		// On to the next one before this one is answered: it is left to somebody else, or to later.
		if r := other.inHand(); r != nil && r.lost == lost {
			p.learn(false)
			return
		}
	}
}

// actor is the hand of the one who reads: a goroutine's, or else a thread's.
func (k *Conn) actor() *hand {
	if h := k.hands[ofGoroutine]; h != nil {
		return h
	}
	return k.hands[ofThread]
}
