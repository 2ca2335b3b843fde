//go:build linux && (amd64 || arm64)

package iface

import (
	"slices"
	"sync/atomic"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// links says what packets of the interfaces that are read begin with, by index.
// Set by the goroutine that follows the interfaces, read by the one that reads packets.
type links struct {
	byIndex atomic.Pointer[map[uint32]replay.Link]
	// left are the interfaces, oldest first, that are not read any more: what the kernel had
	// put down of them before is still to be read.
	left []uint32
}

// farewells is how many interfaces that have gone are kept in mind.
const farewells = 256

// set takes over the interfaces that are read from now on.
func (l *links) set(all map[uint32]replay.Link) {
	if before := l.byIndex.Load(); before != nil {
		for index := range *before {
			if _, stays := all[index]; !stays && !slices.Contains(l.left, index) {
				l.left = append(l.left, index)
			}
		}
		l.left = l.left[max(len(l.left)-farewells, 0):]
		l.left = slices.DeleteFunc(l.left, func(index uint32) bool { _, back := all[index]; return back })
		for _, index := range l.left {
			all[index] = (*before)[index]
		}
	}
	l.byIndex.Store(&all)
}

func (l *links) get(index uint32) (replay.Link, bool) {
	all := l.byIndex.Load()
	if all == nil {
		return 0, false
	}
	link, ok := (*all)[index]
	return link, ok
}
