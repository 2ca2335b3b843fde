//go:build linux && (amd64 || arm64)

package pipeline

import (
	"fmt"

	"github.com/beylareceiver/beylareceiver/internal/clock"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// source gives raw records and, if it is the kernel, takes orders.
type source interface {
	// Read puts the next record into rec: os.ErrDeadlineExceeded when there is
	// none for now, io.EOF when there will be none.
	Read(rec *[]byte) error
	// Order says how much is wanted of a socket from its next message on.
	Order(cookie uint64, v tap.Verdict) error
	// Progress tells how far a message beyond its window has come.
	Progress(cookie uint64, p *tap.ProgressRecord) bool
	// Forget lets go of what is kept of a socket.
	Forget(cookie uint64)
	// Know says what the kernel needs to know of a process; the zero value that there is nothing (any more).
	Know(pid uint32, p tap.Process) error
	// Doze makes the next Read wait for longer, until something comes.
	Doze()
	// Detach makes Read come to its end soon.
	Detach() error
	Close() error
}

// capture makes a file a source: nothing can be ordered from it, and it moves
// its own clock.
type capture struct {
	*replay.Reader
	clock *clock.Identity
}

func openCapture(c *Config) (*capture, error) {
	r, err := replay.Open(c.Pcap, c.Replay)
	if err != nil {
		return nil, fmt.Errorf("capture.pcap.path: %w", err)
	}
	return &capture{Reader: r, clock: &clock.Identity{}}, nil
}

// Read implements source.
func (c *capture) Read(rec *[]byte) error {
	err := c.Reader.Read(rec)
	c.clock.Advance(c.Reader.Now())
	return err
}

// Order implements source; a file gives everything anyway, and the session leaves out
// what is not wanted.
func (*capture) Order(uint64, tap.Verdict) error { return nil }

// Progress implements source; nothing of a file is cut.
func (*capture) Progress(uint64, *tap.ProgressRecord) bool { return false }

// Forget implements source.
func (*capture) Forget(uint64) {}

// Know implements source; a file tells of no processes.
func (*capture) Know(uint32, tap.Process) error { return nil }

// Doze implements source; a file is never idle.
func (*capture) Doze() {}

// Detach implements source.
func (*capture) Detach() error { return nil }
