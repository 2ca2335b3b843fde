package correlate

// The bits of Identity.Flags.
const (
	// Sampled and Random are W3C's: the trace is recorded; its id is random.
	Sampled uint32 = 0x01
	Random  uint32 = 0x02
	// HasIsRemote and IsRemote are OTLP's: whether it is known that the parent
	// lives in another process, and whether it does.
	HasIsRemote uint32 = 0x100
	IsRemote    uint32 = 0x200
)

// Evidence says how a span came by its parent, or by a link.
type Evidence string

// The evidence, strongest first.
const (
	// NoEvidence: a root, there is no parent.
	NoEvidence Evidence = ""
	// Wire: the request itself carried the parent's context.
	Wire Evidence = "wire"
	// Flow: the client's end of this very message was seen on this host.
	Flow Evidence = "flow"
	// Forwarded: the request carries the context of one that its process has in hand.
	Forwarded Evidence = "forwarded"
	// RequestID: the request carries the id of one that its process has in hand.
	RequestID Evidence = "request_id"
	// Thread: the thread that sent the request had one in hand, and waits for it.
	Thread Evidence = "thread"
	// Goroutine: the goroutine that sent the request had one in hand.
	Goroutine Evidence = "goroutine"
	// Process: the process that sent the request had these in hand. Good for a link only.
	Process Evidence = "process"
)

// Identity is the place of one span in its trace.
type Identity struct {
	TraceID [16]byte
	SpanID  [8]byte
	// Parent is the parent's span id, zero for a root.
	Parent [8]byte
	// State is the tracestate to keep on the span.
	State string
	Flags uint32
	// Evidence is for what reason Parent was believed.
	Evidence Evidence
}

// Link points from a span to another one that it may have to do with, on
// evidence too weak for a parent.
type Link struct {
	TraceID [16]byte
	SpanID  [8]byte
	// State is the tracestate of what is linked.
	State string
	// Evidence says on what the link stands; it becomes beyla.link.evidence.
	Evidence Evidence
}
