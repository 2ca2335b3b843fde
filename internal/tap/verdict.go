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
	// Frames: every HTTP/2 frame, but of the payload of a DATA frame longer than 1 KiB only
	// the first 64 bytes. Each range that is copied is a Data record of its own; what lies before it
	// and was left out is flagged event.Cut. The kernel takes this verdict by itself when a
	// connection begins with HTTP/2's preface. On UDP it is as All, and without Report.Frames.
	Frames
	// Turns: the first 64 bytes of every message; of a UDP datagram whose first bit is set (a
	// long header of QUIC) the window.
	Turns
	// Totals: no payload. While something passes, a Passed record at most every ten seconds
	// or so, and End and Close as always.
	Totals
)
