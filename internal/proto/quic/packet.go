package quic

import (
	"crypto/aes"
	"encoding/binary"
)

// maxNumber is how long a packet number may be, and where the sample for its mask is taken.
const maxNumber = 4

// open decrypts an Initial packet, given from its first byte to its end, into room
// (RFC 9001, sections 5.3 and 5.4). It gives the frames, and room as it has become.
func (k *keys) open(packet []byte, h *header, room []byte) (frames, grown []byte, ok bool) {
	if len(packet) < h.number+maxNumber+aes.BlockSize {
		return nil, room, false
	}
	var mask [aes.BlockSize]byte
	k.mask.Encrypt(mask[:], packet[h.number+maxNumber:][:aes.BlockSize])

	room = append(room[:0], packet[:h.number+maxNumber]...)
	room[0] ^= mask[0] & 0x0f
	size := int(room[0]&3) + 1
	var number uint64
	for i := range size {
		room[h.number+i] ^= mask[1+i]
		number = number<<8 | uint64(room[h.number+i])
	}
	// So early in a connection a number is as it stands: what it is short for would be the same.
	nonce := k.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^number)
	known := h.number + size
	room = append(room[:known], packet[known:]...)
	frames, err := k.seal.Open(room[known:known], nonce[:], room[known:], room[:known])
	return frames, room, err == nil
}
