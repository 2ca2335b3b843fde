package correlate

// Outcome is how a request came by a parent, or why it has none.
type Outcome uint8

// The outcomes. Those up to ByGoroutine are evidence, and there is a parent.
const (
	ByWire Outcome = iota
	ByFlow
	ByForwarded
	ByRequestID
	ByThread
	ByGoroutine
	// NothingInHand: the process had no request in hand. The trace begins here.
	NothingInHand
	// NoCaller: a server's request without a context, from no socket of this host.
	NoCaller
	// SeveralInHand: the thread, or the process, had several.
	SeveralInHand
	// EventLoop: the thread had one, but does not wait for it.
	EventLoop
	// OtherThread: others of the process had some, this thread had not.
	OtherThread
	// ThreadUnknown: it is not known which thread sent the request.
	ThreadUnknown
	// HandedOver: this process hands requests from thread to thread, or its threads serve
	// several of one connection at once.
	HandedOver
	// Unproven: too few requests were seen to be answered by whoever had read them.
	Unproven
	// RecordsLost: something was lost since the request in hand was read.
	RecordsLost
	// NotKept: the request in hand will have no span.
	NotKept
	// LimitReached: the trace, or the request in hand, has too many children or
	// is too old. A link says whose child it would be.
	LimitReached
	// Undirected: nobody saw which end of the connection is the client's.
	Undirected
	// Outcomes is how many there are.
	Outcomes
)

// Found tells whether there is a parent.
func (o Outcome) Found() bool { return o <= ByGoroutine }

// String is the name in metrics: an Evidence, or a reason.
func (o Outcome) String() string { return outcomes[o] }

func (o Outcome) evidence() Evidence {
	if !o.Found() {
		return NoEvidence
	}
	return Evidence(outcomes[o])
}

var outcomes = [Outcomes]string{
	ByWire: string(Wire), ByFlow: string(Flow), ByForwarded: string(Forwarded), ByRequestID: string(RequestID),
	ByThread: string(Thread), ByGoroutine: string(Goroutine),
	NothingInHand: "nothing_in_hand", NoCaller: "no_caller", SeveralInHand: "several_in_hand",
	EventLoop: "event_loop", OtherThread: "other_thread", ThreadUnknown: "thread_unknown",
	HandedOver: "handed_over", Unproven: "unproven", RecordsLost: "records_lost", NotKept: "not_kept", LimitReached: "limit_reached",
	Undirected: "undirected",
}
