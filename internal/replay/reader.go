//go:build amd64 || arm64

package replay

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gopacket/gopacket/layers"
)

// Options bound what a Reader holds and gives. Zero values mean the defaults.
type Options struct {
	// MaxPayload is the largest payload of one record in bytes; more of a TCP
	// segment goes into further records, more of a datagram is left out.
	// Default 16 KiB.
	MaxPayload int
	// MaxConnections is how many connections are followed at a time; beyond
	// it the one idle longest goes. Default 65536.
	MaxConnections int
}

const (
	defaultMaxPayload     = 16 << 10
	defaultMaxConnections = 1 << 16
)

func (o *Options) fill() {
	if o.MaxPayload <= 0 {
		o.MaxPayload = defaultMaxPayload
	}
	if o.MaxConnections <= 0 {
		o.MaxConnections = defaultMaxConnections
	}
}

// Reader reads records from a capture file. It is used from one goroutine.
type Reader struct {
	file     *os.File
	source   source
	frame    frame
	packet   packet
	decoder  decoder
	tracker  tracker
	stats    Stats
	given    int // of tracker.queue
	now      int64
	decoded  bool // a frame of a link type that is decoded was seen
	linkType layers.LinkType
	end      error
}

// Open opens a capture file. The error says what is wrong with the file when
// it cannot be read: ErrEmpty, ErrFormat, ErrLinkType, or what the system said.
func Open(path string, opts Options) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open capture: %w", err)
	}
	r, err := newReader(f, opts)
	if err != nil {
		_ = f.Close() // it was only read from
		return nil, fmt.Errorf("read capture %s: %w", path, err)
	}
	r.file = f
	return r, nil
}

// newReader reads a capture from anything.
func newReader(in io.Reader, opts Options) (*Reader, error) {
	s, err := newSource(in)
	if err != nil {
		return nil, err
	}
	opts.fill()
	r := &Reader{source: s}
	r.tracker = tracker{table: newTable(opts.MaxConnections), maxPayload: opts.MaxPayload, stats: &r.stats}
	return r, nil
}

// Read puts the next record into *rec, reusing its memory: a tap.Record in
// native byte order, then the captured payload. It returns io.EOF at the end
// of the file, also when the file broke off (Stats tells), and ErrLinkType
// there if nothing in the file could be decoded.
func (r *Reader) Read(rec *[]byte) error {
	for r.given == len(r.tracker.queue) {
		if r.end != nil {
			return r.end
		}
		r.tracker.queue, r.given = r.tracker.queue[:0], 0
		r.step()
	}
	i := &r.tracker.queue[r.given]
	r.given++
	*rec = appendRecord((*rec)[:0], &i.rec, i.payload)
	r.stats.Records++
	return nil
}

// step reads one packet.
func (r *Reader) step() {
	if err := r.source.next(&r.frame); err != nil {
		r.stop(err)
		return
	}
	r.stats.Packets++
	if r.frame.timed {
		r.now = max(r.now, r.frame.time)
	} else {
		r.frame.time = r.now
	}
	r.tracker.take(&r.packet, r.decode())
	r.stats.Reassembled = r.decoder.fragments.done
}

// decode takes the frame apart; Reasons means that it is TCP or UDP.
func (r *Reader) decode() Reason {
	f := &r.frame
	if f.bad {
		return Malformed
	}
	if decodes(f.link) {
		r.decoded = true
	} else {
		r.linkType = f.link
	}
	ip, why := unwrap(f.link, f.data)
	if why != Reasons {
		return why
	}
	r.packet.time = f.time
	return r.decoder.ip(ip, f.wire-(len(f.data)-len(ip)), &r.packet)
}

// stop ends reading, for the reason that the source gave.
func (r *Reader) stop(err error) {
	r.end = io.EOF
	if !errors.Is(err, io.EOF) {
		r.stats.Packets++
		r.stats.Skipped[BrokenFile]++
		r.stats.FileError = fmt.Errorf("read packet %d: %w", r.stats.Packets, err)
	}
	if r.stats.Skipped[LinkType] > 0 && !r.decoded {
		r.end = linkTypeError(r.linkType)
	}
	r.tracker.flush()
}

// Now is the time of the last packet read in Unix nanoseconds; it never goes
// back, though packets may. 0 before the first.
func (r *Reader) Now() int64 { return r.now }

// Stats is what was read so far.
func (r *Reader) Stats() Stats { return r.stats }

// Close closes the file. What was opened and read stays readable in Stats.
func (r *Reader) Close() error {
	r.end = os.ErrClosed
	r.tracker.queue, r.given = nil, 0
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	if err := f.Close(); err != nil {
		return fmt.Errorf("close capture: %w", err)
	}
	return nil
}
