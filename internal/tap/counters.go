//go:build linux && (amd64 || arm64)

package tap

import "fmt"

// Counters are what the kernel side counted since the start, summed over CPUs.
// bpf/abi.h says what each means.
type Counters struct {
	Messages     uint64 // begun on flows that are looked at
	Records      uint64 // put into the ring
	LostStart    uint64 // ring full: the record that begins a message
	LostData     uint64 // ring full: other payload
	LostControl  uint64 // ring full: owner, end, connect, close, read, passed
	Retransmit   uint64 // packets with nothing new in them
	NoStorage    uint64 // no memory for socket storage
	ProgressFull uint64 // no room to follow a long message
	CopyFailed   uint64 // payload that could not be read
	Malformed    uint64 // headers that do not fit their packet or connection
	Ignored      uint64 // payload packets of flows told to be ignored
	Own          uint64 // payload packets of the collector's own sockets
	Packets      uint64 // payload packets looked at
	Bytes        uint64 // their payload bytes
	Totaled      uint64 // payload packets of flows of which only totals are told
	LostSync     uint64 // times that a direction's HTTP/2 frames were lost track of
	Shed         uint64 // messages left out because the ring was filling up
}

// Counters reads them.
func (t *Tap) Counters() (Counters, error) {
	var cpus []bpfBeylaCounts
	if err := t.counters.Lookup(uint32(0), &cpus); err != nil {
		return Counters{}, fmt.Errorf("read the tap's counters: %w", err)
	}
	var n [bpfBeylaCounterBEYLA_C_MAX]uint64
	for i := range cpus {
		for k, v := range cpus[i].N {
			n[k] += v
		}
	}
	return named(&n), nil
}

// named gives the numbers their names.
func named(n *[bpfBeylaCounterBEYLA_C_MAX]uint64) Counters {
	return Counters{
		Messages:     n[bpfBeylaCounterBEYLA_C_MESSAGES],
		Records:      n[bpfBeylaCounterBEYLA_C_RECORDS],
		LostStart:    n[bpfBeylaCounterBEYLA_C_LOST_START],
		LostData:     n[bpfBeylaCounterBEYLA_C_LOST_DATA],
		LostControl:  n[bpfBeylaCounterBEYLA_C_LOST_CONTROL],
		Retransmit:   n[bpfBeylaCounterBEYLA_C_RETRANSMIT],
		NoStorage:    n[bpfBeylaCounterBEYLA_C_NO_STORAGE],
		ProgressFull: n[bpfBeylaCounterBEYLA_C_PROGRESS_FULL],
		CopyFailed:   n[bpfBeylaCounterBEYLA_C_COPY_FAILED],
		Malformed:    n[bpfBeylaCounterBEYLA_C_MALFORMED],
		Ignored:      n[bpfBeylaCounterBEYLA_C_IGNORED],
		Own:          n[bpfBeylaCounterBEYLA_C_OWN],
		Packets:      n[bpfBeylaCounterBEYLA_C_PACKETS],
		Bytes:        n[bpfBeylaCounterBEYLA_C_BYTES],
		Totaled:      n[bpfBeylaCounterBEYLA_C_TOTALED],
		LostSync:     n[bpfBeylaCounterBEYLA_C_LOST_SYNC],
		Shed:         n[bpfBeylaCounterBEYLA_C_SHED],
	}
}
