//go:build linux && (amd64 || arm64)

package iface

import (
	"sync/atomic"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// links says what packets of the interfaces that are read begin with, by index.
// Set by the goroutine that follows the interfaces, read by the one that reads packets.
type links struct {
	byIndex atomic.Pointer[map[uint32]replay.Link]
}

func (l *links) set(all map[uint32]replay.Link) { l.byIndex.Store(&all) }

func (l *links) get(index uint32) (replay.Link, bool) {
	all := l.byIndex.Load()
	if all == nil {
		return 0, false
	}
	link, ok := (*all)[index]
	return link, ok
}
