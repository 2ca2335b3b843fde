//go:build linux && (amd64 || arm64)

package pipeline

import (
	"encoding/binary"
	"errors"
	"io"
	"os"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// joined reads sockets and interfaces by turns. What the one shows, the other
// may show as well: see sightings.
type joined struct {
	sources [2]source // sockets, wire
	over    [2]bool
	turn    int // whose it is
	taken   int // records of this turn
	empty   int // turns in a row that gave nothing
}

const (
	// wireBit tells cookies of connections on the wire from those of sockets,
	// which the kernel counts up from 1.
	wireBit = uint64(1) << 63
	// cookieAt is where a record says it.
	cookieAt = 8
	// turnLength is how many records a turn has at most.
	turnLength = 256
)

// Read implements source: os.ErrDeadlineExceeded once neither has anything.
func (j *joined) Read(rec *[]byte) error {
	for {
		if j.over[0] && j.over[1] {
			return io.EOF
		}
		if j.over[j.turn] || j.taken == turnLength {
			j.next(j.taken > 0)
		}
		err := j.sources[j.turn].Read(rec)
		switch {
		case err == nil:
			j.taken++
			if j.turn == 1 {
				b := (*rec)[cookieAt:]
				binary.NativeEndian.PutUint64(b, binary.NativeEndian.Uint64(b)|wireBit)
			}
			return nil
		case errors.Is(err, io.EOF):
			j.over[j.turn] = true
		case errors.Is(err, os.ErrDeadlineExceeded):
			if j.next(j.taken > 0); j.empty >= len(j.sources) || j.over[0] || j.over[1] {
				j.empty = 0
				return err
			}
		default:
			return err
		}
	}
}

// next gives the turn to the other one.
func (j *joined) next(gave bool) {
	j.empty++
	if gave {
		j.empty = 0
	}
	j.turn, j.taken = 1-j.turn, 0
}

// of is the source of a cookie, and the cookie as that one knows it.
func (j *joined) of(cookie uint64) (source, uint64) {
	if cookie&wireBit != 0 {
		return j.sources[1], cookie &^ wireBit
	}
	return j.sources[0], cookie
}

// Order implements source.
func (j *joined) Order(cookie uint64, v tap.Verdict) error {
	s, c := j.of(cookie)
	return s.Order(c, v)
}

// Progress implements source.
func (j *joined) Progress(cookie uint64, p *tap.ProgressRecord) bool {
	s, c := j.of(cookie)
	return s.Progress(c, p)
}

// Forget implements source.
func (j *joined) Forget(cookie uint64) {
	s, c := j.of(cookie)
	s.Forget(c)
}

// Know implements source; only sockets have processes.
func (j *joined) Know(pid uint32, p tap.Process) error { return j.sources[0].Know(pid, p) }

// Doze implements source. While one of the two sleeps, the other would wait for it.
func (*joined) Doze() {}

// Detach implements source.
func (j *joined) Detach() error {
	return errors.Join(j.sources[1].Detach(), j.sources[0].Detach())
}

// Close implements source.
func (j *joined) Close() error { return errors.Join(j.sources[1].Close(), j.sources[0].Close()) }
