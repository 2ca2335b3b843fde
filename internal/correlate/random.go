package correlate

import (
	crypto "crypto/rand"
	"math/rand/v2"
)

// NewRandom is the source of ids of a running receiver: ChaCha8, a
// cryptographically strong generator, with a seed of 256 bits from the operating
// system. An id costs some nanoseconds and no system call, and nobody who sees
// ids can tell the next one.
func NewRandom() rand.Source {
	var seed [32]byte
	_, _ = crypto.Read(seed[:]) // never fails since Go 1.24, see its documentation
	return rand.NewChaCha8(seed)
}
