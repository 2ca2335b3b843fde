//go:build amd64 || arm64

package replay

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/gopacket/gopacket/pcapgo"
)

// pcapSource reads the classic format: one link type for the whole file.
type pcapSource struct {
	r *pcapgo.Reader
}

func newPcap(b *bufio.Reader) (*pcapSource, error) {
	r, err := pcapgo.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("read pcap header: %w", whole(err))
	}
	if !decodes(r.LinkType()) {
		return nil, linkTypeError(r.LinkType())
	}
	// The file's own snap length is no bound: some writers put packets longer
	// than it, others declare 2 GiB.
	r.SetSnaplen(maxFrame)
	return &pcapSource{r: r}, nil
}

func (s *pcapSource) next(f *frame) error {
	data, ci, err := s.r.ZeroCopyReadPacketData()
	if err != nil {
		if ci.CaptureLength > 0 {
			return whole(err)
		}
		return err
	}
	*f = frame{data: data, wire: ci.Length, link: s.r.LinkType(), time: ci.Timestamp.UnixNano(), timed: true}
	return nil
}

// whole is for places where an end of file is not the end of a packet.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
