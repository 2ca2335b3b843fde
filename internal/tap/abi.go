//go:build amd64 || arm64

package tap

// The ABI of bpf/abi.h, as bpf2go reads it from the objects' BTF. Nobody
// mirrors these structs by hand: internal/event decodes them, internal/replay
// fills them in.
type (
	// Record heads every record of the ring; payload follows for Data.
	Record = bpfBeylaRecord
	// OwnerRecord is the record of Owner and Connect events.
	OwnerRecord = bpfBeylaOwner
	// ReadRecord is the record of Read events.
	ReadRecord = bpfBeylaRead
	// ProgressRecord is how far a message longer than its window has come.
	ProgressRecord = bpfBeylaProgress
)
