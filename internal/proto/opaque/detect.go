package opaque

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// Detect tells TLS by what either end begins with: its hello, or a record of another
// type with the next one behind it. A record of data tells nothing of who is the client: it is
// as good in one direction as in the other.
func Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	if t != event.TCP {
		return proto.No
	}
	verdict := proto.NeedMore
	for from, b := range [...][]byte{tlshello.Client: toServer, tlshello.Server: toClient} {
		if len(b) == 0 {
			continue
		}
		switch tlshello.Look(tlshello.End(from), b) {
		case tlshello.No:
			return proto.No
		case tlshello.Yes:
			verdict = proto.Yes
		}
	}
	return verdict
}
