package tap

// Verdict says how much of a socket's payload is reported. The values are those of
// enum beyla_verdict_kind in bpf/abi.h.
type Verdict uint32

// The verdicts.
const (
	// Window: the start of every message, as wide as Options.Window. It is what a socket begins with.
	Window Verdict = iota
	// Ignore: nothing, for good.
	Ignore
	// All: every byte of every packet, up to what a record holds.
	All
	// Frames: every HTTP/2 frame, but of the payload of a long DATA frame only the first bytes.
	Frames
	// Turns: the first bytes of every message.
	Turns
	// Totals: no payload; how much has passed, now and then and at the end.
	Totals
)
