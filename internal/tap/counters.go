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
	LostControl  uint64 // ring full: owner, end, connect, close
	Retransmit   uint64 // packets with nothing new in them
	NoStorage    uint64 // no memory for socket storage
	ProgressFull uint64 // no room to follow a long message
	CopyFailed   uint64 // payload that could not be read
	Malformed    uint64 // headers that do not fit their packet
	Ignored      uint64 // payload packets of flows told to be ignored
	Own          uint64 // payload packets of the collector's own sockets
	Packets      uint64 // payload packets looked at
	Bytes        uint64 // their payload bytes
}

// Counters reads them.
func (t *Tap) Counters() (Counters, error) {
	var cpus []bpfBeylaCounts
	if err := t.counters.Lookup(uint32(0), &cpus); err != nil {
		return Counters{}, fmt.Errorf("read the tap's counters: %w", err)
	}
	var n [len(bpfBeylaCounts{}.N)]uint64
	for i := range cpus {
		for k, v := range cpus[i].N {
			n[k] += v
		}
	}
	return Counters{
		Messages: n[0], Records: n[1], LostStart: n[2], LostData: n[3], LostControl: n[4],
		Retransmit: n[5], NoStorage: n[6], ProgressFull: n[7], CopyFailed: n[8], Malformed: n[9],
		Ignored: n[10], Own: n[11], Packets: n[12], Bytes: n[13],
	}, nil
}
