//go:build amd64 || arm64

package event

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// ErrMalformed is what every refused record's error wraps.
var ErrMalformed = errors.New("malformed record")

const (
	recordSize = int(unsafe.Sizeof(tap.Record{}))
	ownerSize  = int(unsafe.Sizeof(tap.OwnerRecord{}))
	readSize   = int(unsafe.Sizeof(tap.ReadRecord{}))
	// maxPayload is BEYLA_MAX_PAYLOAD of bpf/lib/ring.h.
	maxPayload = 16384
)

// Decode checks one raw record and fills ev from it. ev.Payload points into raw
// and is valid as long as raw is. The layout is bpf/abi.h's; every length is
// checked before it is used. On error ev is not to be used.
func Decode(raw []byte, ev *Event) error {
	if len(raw) >= readSize && Kind(raw[0]) == Read {
		return decodeRead((*tap.ReadRecord)(unsafe.Pointer(unsafe.SliceData(raw))), ev)
	}
	if len(raw) < recordSize {
		return fmt.Errorf("%w: %d bytes, a record has at least %d", ErrMalformed, len(raw), recordSize)
	}
	rec := (*tap.Record)(unsafe.Pointer(unsafe.SliceData(raw)))
	if err := check(rec, len(raw)); err != nil {
		return err
	}
	*ev = Event{
		Kind: Kind(rec.Kind), Dir: Dir(rec.Dir), Transport: Transport(rec.Transport),
		Role: Role(rec.Role), Flags: Flags(rec.Flags),
		Cookie: rec.Cookie, Time: int64(rec.Time),
		Local:  address(rec.Family, &rec.Local, rec.LocalPort),
		Remote: address(rec.Family, &rec.Remote, rec.RemotePort),
		Seq:    rec.Seq, Ack: rec.Ack,
		Pos: int64(rec.Pos), Len: rec.Len,
		OtherPos: int64(rec.OtherPos), OtherTime: int64(rec.OtherTime), LastTime: int64(rec.LastTime),
		Process:     Process{PID: rec.Tgid, Cgroup: rec.Cgroup, NetNS: rec.Netns},
		Thread:      Thread{ID: rec.Thread, Goroutine: rec.Goroutine, GoroutineParent: rec.GoroutineParent},
		ReadTime:    int64(rec.ReadTime),
		ConnectTime: int64(rec.ConnectUs) * 1000,
		Lost:        rec.Lost,
	}
	if ev.Kind == Connect {
		ev.Errno = rec.Note
	} else {
		ev.Again = rec.Note
	}
	if ev.Kind == Data {
		ev.Payload = raw[recordSize : recordSize+int(rec.Cap) : recordSize+int(rec.Cap)]
	}
	if ev.Kind == Owner || ev.Kind == Connect {
		fillOwner(raw, ev)
	}
	return nil
}

// decodeRead is Decode for the one kind of record that is smaller than the others.
func decodeRead(rec *tap.ReadRecord, ev *Event) error {
	if rec.Dir > uint8(Egress) || rec.Role > uint8(RoleServer) {
		return fmt.Errorf("%w: direction %d, role %d", ErrMalformed, rec.Dir, rec.Role)
	}
	*ev = Event{
		Kind: Read, Dir: Dir(rec.Dir), Transport: Transport(rec.Transport), Role: Role(rec.Role),
		Flags: Flags(rec.Flags), Cookie: rec.Cookie, Time: int64(rec.Time),
		Process: Process{PID: rec.Tgid}, Lost: rec.Lost,
		Thread: Thread{ID: rec.Thread, Goroutine: rec.Goroutine, GoroutineParent: rec.GoroutineParent},
	}
	return nil
}

func check(rec *tap.Record, size int) error {
	switch {
	case rec.Kind < uint8(Data) || rec.Kind > uint8(Passed) || Kind(rec.Kind) == Read:
		return fmt.Errorf("%w: kind %d", ErrMalformed, rec.Kind)
	case rec.Dir > uint8(Egress) || rec.Role > uint8(RoleServer):
		return fmt.Errorf("%w: direction %d, role %d", ErrMalformed, rec.Dir, rec.Role)
	case rec.Cap > rec.Len || rec.Cap > maxPayload:
		return fmt.Errorf("%w: %d bytes captured of %d", ErrMalformed, rec.Cap, rec.Len)
	case Kind(rec.Kind) == Passed && rec.Len != 0:
		return fmt.Errorf("%w: totals with %d payload bytes", ErrMalformed, rec.Len)
	case Kind(rec.Kind) == Data && size < recordSize+int(rec.Cap):
		return fmt.Errorf("%w: %d bytes captured in a record of %d", ErrMalformed, rec.Cap, size)
	case (Kind(rec.Kind) == Owner || Kind(rec.Kind) == Connect) && size < ownerSize:
		return fmt.Errorf("%w: owner record of %d bytes", ErrMalformed, size)
	}
	return nil
}

func fillOwner(raw []byte, ev *Event) {
	own := (*tap.OwnerRecord)(unsafe.Pointer(unsafe.SliceData(raw)))
	ev.Process.TID = own.Tid
	ev.Process.Start = own.Start
	ev.Process.Home = own.Home
	comm, _, _ := bytes.Cut(own.Comm[:], []byte{0})
	ev.Process.Comm = string(comm)
}

func address(family uint8, b *[16]uint8, port uint16) netip.AddrPort {
	if family == 4 {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[:4])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(*b).Unmap(), port)
}
