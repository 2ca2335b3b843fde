//go:build linux && (amd64 || arm64)

package pipeline

import "time"

// calmAfter is how long, in nanoseconds, nothing must have been left out or lost until an overload is over.
const calmAfter = int64(3 * time.Second)

// overload is whether more comes than is read.
type overload struct {
	on bool
	// missed is how much was left out and lost so far, at when it was last found to have grown, boot ns.
	missed uint64
	at     int64
}

// look takes the newest count, and tells whether the state has changed.
func (o *overload) look(now int64, missed uint64) bool {
	grown := missed != o.missed
	if grown {
		o.missed, o.at = missed, now
	}
	if grown == o.on || !grown && now-o.at < calmAfter {
		return false
	}
	o.on = grown
	return true
}

// watchLoad tells whoever wants to know of an overload.
func (e *Engine) watchLoad(now int64) {
	if e.tap == nil || e.cfg.Overloaded == nil {
		return
	}
	c, err := e.tap.Counters()
	if err != nil {
		return
	}
	if e.overload.look(now, c.Shed+c.LostStart+c.LostData+c.LostControl) {
		e.cfg.Overloaded(e.overload.on)
	}
}
