//go:build amd64 || arm64

package replay

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// FuzzFile: any bytes are read to an end, without a panic, and the invariants
// of records hold.
func FuzzFile(f *testing.F) {
	f.Add(talk(f, shake(
		seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"}, seg{up: true, flags: "A", seq: 1005, ack: 5000, data: "late"},
		seg{flags: "FA", seq: 5000, ack: 1003, data: "200"}, seg{up: true, flags: "R", seq: 1003},
	)...))
	f.Add(pcapFile(f, 1, shot{data: append(wire(f, ethernet(0x8100)), 0, 5, 8, 0, 0x45), time: epoch}))
	packet := wire(f, dgram(true, "x")...)
	f.Add(newNGFile(binary.LittleEndian).iface(101, 0).enhanced(0, 1, packet).simple(40, packet).section(1).bytes())
	f.Add(newNGFile(binary.BigEndian).iface(276, 9).enhanced(0, 1, append(cooked2(0x800, 6), packet...)).obsolete(0, 0, packet).bytes())
	f.Add(raw(f, shred(wire(f, seg{up: true, data: "0123456789abcdef"}.layers(true)...), 16, 1)...))
	f.Add(compress(f, raw(f, packet)))
	small, _ := filepath.Glob("../../../shared/corpus/*/*.pcap*")
	for _, path := range small {
		if data, err := os.ReadFile(path); err == nil && len(data) < 2000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := newReader(bytes.NewReader(data), Options{MaxPayload: 64, MaxConnections: 4})
		if err != nil {
			return
		}
		var raw []byte
		check := newInvariants()
		for r.Read(&raw) == nil {
			rec := parse(t, raw)
			check.record(t, &rec)
		}
	})
}

// FuzzPackets feeds one packet after the other into the tracker, so that
// mutations change segments and not the file around them.
func FuzzPackets(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 1, 0x10, 0, 0, 4, 1, 0x11, 0, 4, 3})
	f.Add([]byte{1, 0x12, 0, 0, 9, 0, 0x10, 0, 1, 30, 1, 4, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		stats := Stats{}
		tr := tracker{table: newTable(2), maxPayload: 7, stats: &stats}
		check := newInvariants()
		payload := make([]byte, 256)
		for now := int64(1e18); len(script) >= 5; script = script[5:] {
			p := packet{time: now, family: 4, transport: 6, flags: script[1], wire: int(script[4])}
			p.payload = payload[:script[4]/2]
			p.src.port, p.dst.port = 1, 2
			if script[0]&1 != 0 {
				p.src.port, p.dst.port = 2, 1
			}
			// Eight bits of sequence number at each of two scales.
			p.seq = uint32(script[2])<<24 + uint32(script[3])
			p.ack = uint32(script[3])<<24 + uint32(script[2])
			now += int64(script[0]>>1) * 1e9
			tr.tcp(&p)
			for i := range tr.queue {
				q := &tr.queue[i]
				rec := parse(t, appendRecord(nil, &q.rec, q.payload))
				check.record(t, &rec)
			}
			tr.queue = tr.queue[:0]
		}
	})
}
