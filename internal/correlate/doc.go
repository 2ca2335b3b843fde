// Package correlate gives every exchange its place in a trace: a trace id, a
// span id, and a parent where there is hard evidence of one. A wrong parent is
// worse than none: what is not proved is left out, counted with the reason
// (Tally), and at most becomes a link.
//
// # Evidence
//
// In the order in which it is asked for. A request is in hand from the moment that
// a thread begins to read it (Read) until something is sent back on its connection
// (Wrote), or nothing more will be heard of it (Done).
//
// wire: the request carries a context, W3C's traceparent or another format
// (https://www.w3.org/TR/trace-context-2/). Proof: whoever wrote it says so.
// Limit: a proxy that passes headers on may be the one who sent it; see forwarded.
//
// flow, of server spans: the client's end of this very message was seen on this
// host, with the same sequence and acknowledgement numbers on its first packet, and
// the same place among the requests in it; both ends read the same context, and the request came
// after it was sent, within seconds (Call). Proof: 64 bits that both peers drew by chance, and
// that network namespaces, DNAT and masquerade leave alone. Two requests with the same numbers
// are nobody's parent. Limit: datagrams have no numbers, so both ends of a DNS query over
// UDP are without it.
//
// forwarded, of client spans: the request carries, unchanged, the context of one that
// its process has received and not answered in full. Proof: an SDK would have put a span
// of its own there, so it is a proxy that passes headers on.
//
// request_id, of client spans: the same with the id of a header such as x-request-id.
//
// Both hold only if that request is the only one: no other of the process has the value or
// had it within half a minute (a client that tries again; work that goes on
// after the answer), none whose process is not known has it, and no record of the host
// was lost in that time, which may have been that of another one. Limits: what a process had
// in hand before the tap began was never seen; what goes on for longer after its
// answer is not remembered; nor is what is older than the last 32768.
//
// thread, of client spans: the thread that sends the request has exactly one in hand. Proof,
// of which every part must hold:
//
//   - It is alone in that thread's hand and on its connection; it was read after its first
//     byte came, and before the first byte of what is sent. Pipelined requests prove nothing.
//   - The thread wrote the first byte of the message, and what is sent begins there. The kernel
//     tells who began a message; what follows in it may be another thread's.
//   - The thread read with a call that would have waited. An event loop cannot afford to:
//     it is told what is there. So the thread is at work on what it read.
//   - In this process whoever reads a request answers it. That is learnt: of so many
//     requests that were answered by their reader (Options.Agreements), and of none that was not
//     (answered by another thread, or left for the next one before it was answered), by
//     the process or by another of the same program.
//   - The program does not serve several requests at once on one connection (Multiplexes): something sent
//     back there would not tell whether one of them is still in hand.
//   - As many records had been lost when the request came as when the other was sent (Event.Lost).
//     So no answer was missed in between, after which the hand would be empty.
//
// Limits: an answer that the kernel holds back (a closed window, TCP_CORK) is no answer
// until its first packet leaves. A program that hands over some kinds of requests, and has not
// shown it yet, is believed. A loop on select(2) whose sockets block looks like a thread that waits
// until it leaves a request unanswered for the next one.
//
// goroutine, of client spans: the same for a goroutine. In Go no call tells that it would
// have waited; in its place, the goroutine must not serve several connections by
// turns, as an event loop does and one of net/http does not. What a child goroutine reads from its
// parent's connection is read for the parent: net/http watches for the end of the
// connection that way. Limit: an event loop in one goroutine (gnet and its like)
// is known by the second time that it turns to one of its connections, not before.
//
// # What proves nothing
//
// These tell that two requests may have to do with each other, not that one was sent for
// the other, because nothing tells when the one who sends it was given the work: an event
// loop with one request in hand also runs timers; a child goroutine may have been started for
// anything, and a pooled connection's writer descends from whoever dialled; a response by another thread
// shows that the request was handed over, not what that thread did before; other requests in the hands
// of the process are those of others.
//
// With Options.Links a root gets links instead: to the one request of the parent goroutine
// (goroutine), else of the thread (thread), else to those of the process, four at most; if there are
// more, none says anything (process). A link holds to facts as a parent does: the request was read
// before, no record was lost since, it will have a span, and the root is kept as well.
//
// # Outcomes
//
//	outcome          parent?  meaning
//	wire             yes      by the context on the wire
//	flow             yes      the client span of the same message
//	forwarded        yes      the request whose context is carried on
//	request_id       yes      the request whose id is carried on
//	thread           yes      the one request in the thread's hand
//	goroutine        yes      the one request in the goroutine's hand
//	nothing_in_hand  no       the process has none in hand: the trace begins here
//	no_caller        no       a server's request without a context, from elsewhere
//	several_in_hand  no       it may be one of several, or one that is not known as a request
//	event_loop       no       there is one, but whoever read it does not wait for it
//	other_thread     no       others of the process have some, this thread has none
//	thread_unknown   no       who sent the request was not seen
//	handed_over      no       the program hands requests from thread to thread, or multiplexes
//	unproven         no       too few requests have shown yet that it does not
//	records_lost     no       a record was lost, so that what was seen may not be all
//	not_kept         no       the request in hand will have no span
//	limit_reached    no       the trace is full, or the parent too old; a link names it
//	undirected       no       nobody saw which end of the connection is the client's
//
// # No parent without a span
//
// A parent, or a link's target, is a request of which Host.Keeps says that it will have a span, and
// that the sampler keeps (a parent that it leaves out leaves its children out). That request is Promised
// from then on: it gets its span even if its response is never observed. A client's span has
// its id when its request is seen, so a server span may be placed below it before it is over; if that is
// never emitted (a rule left it out, its response was not seen), Reroot gives the server span its
// place: below the context on the wire, or as a root.
//
// # Limits of a trace
//
// After Options.MaxAge since the first span below a context, or since the request in
// hand came, and after Options.MaxSpans in a trace, what would be a child begins a trace of its own, with a
// link to the parent that it would have. Contexts are remembered for as long as they are
// used at least once in MaxAge; of more than 32768 those that rested longest are forgotten.
// All memory here is bounded by exchanges in flight, connections, or a number.
//
// # Beside an SDK
//
//	SDK's client span of the caller
//	├── our client span of the caller     wire
//	│   └── our server span of the callee flow
//	└── SDK's server span of the callee   its parent is what the header says
//
// A process with an SDK writes the context of the SDK's client span into its request. Our client
// span is that span's child: what the network saw of it. Our server span is below our client span, by
// the flow; where only one end is seen here, it is the header's child itself. The callee's SDK takes
// its parent from the header as well, which nobody changed: so its server span is a sibling of our
// client span, not a child of our server span.
//
// # Flags and sampling
//
// The low byte of Identity.Flags is W3C's trace-flags. Of OTLP's two bits about the
// parent (https://github.com/open-telemetry/opentelemetry-proto, SpanFlags),
// HasIsRemote says that the answer is known and IsRemote what it is. For a server span
// it is known: the request came in over a connection. For a client span below a request of
// its own process it is known, too: not remote. Below a header it is not: the process's own SDK wrote
// that (a local parent), or it was handed on from a request that it received (a remote one), so
// neither bit is set. Nor is one on a root, which has no parent to tell about.
//
// The Sampler decides once for a trace that begins here, and once for a context from the
// wire; whatever is below shares the decision. The sampled flag of a context is obeyed only if
// the sampler does so, as traces.sampling with parent_based: true; without a sampler everything
// is kept. The flag on the span stays what the wire said either way, since nobody else is told otherwise.
package correlate
