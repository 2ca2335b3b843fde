//go:build amd64 || arm64

package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/gopacket/gopacket/layers"
)

// ErrFormat is returned by Open for what is not a capture file.
var ErrFormat = errors.New("not a capture file (pcap and pcapng are read, plain or gzip-compressed)")

// ErrEmpty is returned by Open for a file without a byte in it.
var ErrEmpty = errors.New("the file is empty")

// maxFrame is the longest packet read, in bytes: libpcap's MAXIMUM_SNAPLEN.
// A longer one in a file means that its framing is lost.
const maxFrame = 262144

// frame is one packet of a file.
type frame struct {
	// data is what was captured, valid until the next frame is read.
	data []byte
	// wire is how many bytes the packet had, >= len(data).
	wire int
	link layers.LinkType
	// time is in Unix nanoseconds; timed is false when the file does not tell.
	time  int64
	timed bool
	// bad marks a packet that the file describes wrongly; data is not valid.
	bad bool
}

// source reads the frames of one file. next returns io.EOF at its end and
// io.ErrUnexpectedEOF (or what else went wrong) where the file breaks off.
type source interface {
	next(f *frame) error
}

// newSource finds out what r holds, by its first bytes.
func newSource(r io.Reader) (source, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	head, err := b.Peek(4)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return nil, ErrEmpty
		}
		return nil, err
	}
	if len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("read gzip header: %w", err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
		if head, err = b.Peek(4); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("decompress: %w", err)
		}
	}
	if len(head) < 4 {
		return nil, ErrFormat
	}
	switch binary.BigEndian.Uint32(head) {
	case magicSection:
		return newNG(b)
	case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1:
		return newPcap(b)
	}
	return nil, ErrFormat
}
