package explain

// Account is what became of everything: the equations are those of internal/ledger.
// Its JSON keys are described in docs/explain.md.
type Account struct {
	Messages Messages         `json:"messages"`
	Spans    Spans            `json:"spans"`
	Kernel   Kernel           `json:"kernel"`
	Limits   map[string]Gauge `json:"limits"`
}

// Messages are the requests and responses that reached user space: Received = Used +
// all of Dropped + all of Filtered + Held.
type Messages struct {
	Received uint64 `json:"received"`
	Used     uint64 `json:"used"`
	Held     int64  `json:"held"`
	// Dropped should have become spans, Filtered were left out by the configuration; by reason.
	Dropped  map[string]uint64 `json:"dropped"`
	Filtered map[string]uint64 `json:"filtered"`
}

// Spans are those that were handed to the next consumer.
type Spans struct {
	Emitted uint64 `json:"emitted"`
	// Refused were built and nobody took them.
	Refused uint64 `json:"refused"`
}

// Kernel is the account of the kernel side, or of a capture file.
type Kernel struct {
	Packets        uint64 `json:"packets"`
	Messages       uint64 `json:"messages"`
	FailedConnects uint64 `json:"failed_connects"`
	// Shed are messages that were left out, whole, while the ring was filling up.
	Shed uint64 `json:"shed"`
	// Lost are records that did not come through, Skipped packets left out on purpose; by reason.
	Lost    map[string]uint64 `json:"lost"`
	Skipped map[string]uint64 `json:"skipped"`
}

// Gauge is how much of a limit is in use.
type Gauge struct {
	Value int64 `json:"value"`
	Limit int64 `json:"limit"`
}

// Total adds up counts.
func Total(counts map[string]uint64) uint64 {
	var n uint64
	for _, c := range counts {
		n += c
	}
	return n
}
