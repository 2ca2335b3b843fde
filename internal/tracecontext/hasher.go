package tracecontext

import "hash/maphash"

// Lengths of a request id in bytes: shorter ones are too likely to be a counter's
// or a constant, longer ones are not ids.
const (
	minRequestID = 8
	maxRequestID = 256
)

// Hasher gives request ids a number, equal for equal ids. It is keyed, so that
// no sender can find two ids with the same number. Copies give the same numbers.
// The zero value is not usable.
type Hasher struct {
	seed maphash.Seed
}

// NewHasher makes a hasher with a key of its own.
func NewHasher() Hasher { return Hasher{seed: maphash.MakeSeed()} }

// Hash is the number of a request id, 0 for what is too short or too long to be
// one, and never otherwise.
//
// A random UUID's version digit does not count, because Envoy writes its
// sampling decision there on the way
// (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/request_id/uuid/v3/uuid.proto).
func (h Hasher) Hash(id []byte) uint64 {
	if len(id) < minRequestID || len(id) > maxRequestID {
		return 0
	}
	if isRandomUUID(id) {
		var b [uuidLen]byte
		copy(b[:], id)
		b[uuidVersionAt] = '4'
		return max(maphash.Bytes(h.seed, b[:]), 1)
	}
	return max(maphash.Bytes(h.seed, id), 1)
}

// Layout of a UUID's text (https://www.rfc-editor.org/rfc/rfc9562#section-4).
const (
	uuidLen       = 36
	uuidVersionAt = 14
)

func uuidDash(i int) bool { return i == 8 || i == 13 || i == 18 || i == 23 }

// isRandomUUID tells a UUID of version 4, or one that Envoy has made of it.
func isRandomUUID(b []byte) bool {
	if len(b) != uuidLen {
		return false
	}
	for i, c := range b {
		if uuidDash(i) != (c == '-') || c != '-' && anyCaseNibble(c) > 15 {
			return false
		}
	}
	switch b[uuidVersionAt] {
	case '4', '9', 'a', 'b':
		return true
	}
	return false
}
