//go:build amd64 || arm64

package replay

// How long a live connection may be silent, in ns, before it is forgotten: as
// long as what stands behind remembers its flow. UDP and what is closed: as in files.
const liveIdle = int64(600e9)

// expire forgets connections that have been silent for too long.
func (t *tracker) expire(now int64) {
	for i, idle := range [...]int64{lasting: liveIdle, passing: udpIdle} {
		for c := t.table.rings[i].oldest(); c != nil && now-c.seen > idle; c = t.table.rings[i].oldest() {
			t.finish(c)
			t.stats.Idle++
			t.table.remove(c)
		}
	}
}

// ignore makes the connection one of which nothing is said any more, not even
// that it ended.
func (t *tracker) ignore(c *conn) {
	c.ignored, c.told, c.over, c.long = true, false, true, nobody
	t.table.shorten(c)
}
