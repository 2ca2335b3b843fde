package quic

import "github.com/beylareceiver/beylareceiver/internal/wire"

// The frames that an Initial packet may hold (RFC 9000, sections 12.4 and 19).
const (
	framePadding = 0x00
	framePing    = 0x01
	frameACK     = 0x02
	frameACKECN  = 0x03
	frameCrypto  = 0x06
	frameClose   = 0x1c
)

// visitor takes what matters of an Initial packet's frames.
type visitor interface {
	crypto(offset uint64, data []byte)
	giveUp(code uint64)
}

// visit reads frames up to the first that does not belong there.
func visit(frames []byte, v visitor) {
	r := wire.NewReader(frames)
	for r.Remaining() > 0 && r.Err() == nil {
		switch kind := varint(&r); kind {
		case framePadding, framePing:
		case frameACK, frameACKECN:
			skipACK(&r, kind == frameACKECN)
		case frameCrypto:
			offset := varint(&r)
			data := r.Bytes(int(min(varint(&r), 1<<16)))
			if r.Err() == nil {
				v.crypto(offset, data)
			}
		case frameClose:
			if code := varint(&r); r.Err() == nil {
				v.giveUp(code)
			}
			return
		default:
			return
		}
	}
}

// skipACK passes over an ACK frame (RFC 9000, section 19.3).
func skipACK(r *wire.Reader, counts bool) {
	varint(r) // largest
	varint(r) // delay
	ranges := varint(r)
	varint(r) // the first range
	for ; ranges > 0 && r.Err() == nil; ranges-- {
		varint(r)
		varint(r)
	}
	for range 3 {
		if counts {
			varint(r)
		}
	}
}
