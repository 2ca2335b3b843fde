//go:build amd64 || arm64

package replay

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Why not pcapgo's reader: it converts binary timestamp resolutions with an
// integer factor (at 2^-29 half a second is lost, at 2^-32 7 %), keeps every
// name and secret of a file until its end, and stops at the first packet that
// names a missing interface.

// Block types, section 10.1 of the pcapng draft.
const (
	magicSection  = 0x0a0d0d0a
	magicOrder    = 0x1a2b3c4d
	blockIface    = 1
	blockPacket   = 2 // obsolete
	blockSimple   = 3
	blockEnhanced = 6
)

// maxBlock is the longest block whose content is looked at: a packet of
// maxFrame and generous options. Other blocks may be of any length.
const maxBlock = maxFrame + 1<<16

// maxIfaces is how many interfaces a section may have.
const maxIfaces = 1 << 14

var (
	errBlockLength = errors.New("impossible pcapng block length")
	errBlockEnd    = errors.New("pcapng block lengths do not match")
	errByteOrder   = errors.New("impossible pcapng byte-order magic")
	errIfaces      = errors.New("too many interfaces in a pcapng section")
)

// ngSource reads pcapng block by block.
type ngSource struct {
	r      *bufio.Reader
	order  binary.ByteOrder
	ifaces []ngIface
	head   [12]byte
	body   []byte
}

func newNG(b *bufio.Reader) (*ngSource, error) {
	s := &ngSource{r: b, order: binary.LittleEndian}
	if _, err := s.block(nil); err != nil {
		return nil, fmt.Errorf("read pcapng section header: %w", whole(err))
	}
	return s, nil
}

func (s *ngSource) next(f *frame) error {
	for {
		if got, err := s.block(f); got || err != nil {
			return err
		}
	}
}

// block reads one block and tells whether it held a packet, which is in f
// then. The first block of a file is always a section header.
func (s *ngSource) block(f *frame) (bool, error) {
	if _, err := io.ReadFull(s.r, s.head[:8]); err != nil {
		return false, err
	}
	if binary.BigEndian.Uint32(s.head[:]) == magicSection {
		return false, s.section()
	}
	kind, size := s.order.Uint32(s.head[:]), s.order.Uint32(s.head[4:])
	if size < 12 || size%4 != 0 {
		return false, errBlockLength
	}
	inner := int(size) - 12
	switch kind {
	case blockIface:
		if inner > maxBlock {
			return false, errBlockLength
		}
		if err := s.read(inner); err != nil {
			return false, err
		}
		return false, s.addIface()
	case blockPacket, blockSimple, blockEnhanced:
		if inner > maxBlock {
			*f = frame{bad: true}
			return true, s.skip(inner, size)
		}
		if err := s.read(inner); err != nil {
			return false, err
		}
		s.packet(kind, f)
		return true, nil
	}
	return false, s.skip(inner, size)
}

// read reads the content of a block that matters into body.
func (s *ngSource) read(inner int) error {
	if cap(s.body) < inner {
		s.body = make([]byte, inner, max(inner, 4096))
	}
	s.body = s.body[:inner]
	if _, err := io.ReadFull(s.r, s.body); err != nil {
		return whole(err)
	}
	return s.tail(uint32(inner) + 12)
}

// section reads a section header, whose first four bytes were read; they look
// the same in both byte orders.
func (s *ngSource) section() error {
	if _, err := io.ReadFull(s.r, s.head[8:12]); err != nil {
		return whole(err)
	}
	switch uint32(magicOrder) {
	case binary.LittleEndian.Uint32(s.head[8:]):
		s.order = binary.LittleEndian
	case binary.BigEndian.Uint32(s.head[8:]):
		s.order = binary.BigEndian
	default:
		return errByteOrder
	}
	size := s.order.Uint32(s.head[4:])
	if size < 28 || size%4 != 0 {
		return errBlockLength
	}
	var version [4]byte
	if _, err := io.ReadFull(s.r, version[:]); err != nil {
		return whole(err)
	}
	if major := s.order.Uint16(version[:]); major != 1 {
		return fmt.Errorf("pcapng version %d is not known", major)
	}
	s.ifaces = s.ifaces[:0]
	return s.skip(int(size)-20, size)
}

// skip discards n bytes and checks the length that ends the block.
func (s *ngSource) skip(n int, size uint32) error {
	if _, err := s.r.Discard(n); err != nil {
		return whole(err)
	}
	return s.tail(size)
}

// tail checks the copy of the length that ends a block.
func (s *ngSource) tail(size uint32) error {
	if _, err := io.ReadFull(s.r, s.head[:4]); err != nil {
		return whole(err)
	}
	if s.order.Uint32(s.head[:]) != size {
		return errBlockEnd
	}
	return nil
}
