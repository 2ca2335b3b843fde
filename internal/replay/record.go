//go:build amd64 || arm64

package replay

import (
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// appendRecord writes the record as the tap does: bpf/abi.h's beyla_record in
// native byte order, then the payload.
func appendRecord(b []byte, r *tap.Record, payload []byte) []byte {
	e := binary.NativeEndian
	b = append(b, r.Kind, r.Dir, r.Transport, r.Role)
	b = e.AppendUint16(b, r.Flags)
	b = append(b, r.Family, r.Pad)
	b = e.AppendUint64(b, r.Cookie)
	b = e.AppendUint64(b, r.Time)
	b = append(b, r.Local[:]...)
	b = append(b, r.Remote[:]...)
	b = e.AppendUint16(b, r.LocalPort)
	b = e.AppendUint16(b, r.RemotePort)
	b = e.AppendUint32(b, r.Seq)
	b = e.AppendUint32(b, r.Ack)
	b = e.AppendUint32(b, r.Len)
	b = e.AppendUint32(b, r.Cap)
	b = e.AppendUint32(b, r.Tgid)
	b = e.AppendUint64(b, r.Pos)
	b = e.AppendUint64(b, r.OtherPos)
	b = e.AppendUint64(b, r.OtherTime)
	b = e.AppendUint64(b, r.LastTime)
	b = e.AppendUint64(b, r.Cgroup)
	b = e.AppendUint64(b, r.ReadTime)
	b = e.AppendUint64(b, r.Thread)
	b = e.AppendUint64(b, r.Goroutine)
	b = e.AppendUint64(b, r.GoroutineParent)
	b = e.AppendUint32(b, r.ConnectUs)
	b = e.AppendUint32(b, r.Lost)
	b = e.AppendUint32(b, r.Netns)
	b = e.AppendUint32(b, r.Note)
	return append(b, payload...)
}
