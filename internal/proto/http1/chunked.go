package http1

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// chunkPart is where in a chunked body the next byte belongs
// (https://www.rfc-editor.org/rfc/rfc9112#section-7.1).
type chunkPart uint8

const (
	chunkSize chunkPart = iota
	chunkExtension
	chunkData
	chunkDataEnd
	chunkDataLF
	trailerStart
	trailerLine
	trailerLF
	chunksOver
	chunksBroken
)

// maxSizeDigits bounds a chunk's size to what an int64 holds.
const maxSizeDigits = 15

// chunks follows the framing of one chunked body. The zero value is at its beginning.
type chunks struct {
	part   chunkPart
	digits uint8
	// left is the size read so far, then the data still to come.
	left int64
}

// feed takes bytes of the body, n of them up to its end or to where it breaks;
// data is how many of those were content. part tells how it stands.
func (c *chunks) feed(b []byte) (n int, data int64) {
	for n < len(b) && c.part < chunksOver {
		switch c.part {
		case chunkData:
			take := min(c.left, int64(len(b)-n))
			c.passData(take)
			data += take
			n += int(take)
		case chunkExtension, trailerLine:
			i := bytes.IndexByte(b[n:], '\n')
			if i < 0 {
				return len(b), data
			}
			n += i
			c.step('\n')
			n++
		default:
			c.step(b[n])
			n++
		}
	}
	return n, data
}

// next is feed up to the end of one run of content, which it gives.
func (c *chunks) next(b []byte) (n int, content []byte) {
	for n < len(b) && c.part < chunksOver {
		if c.part == chunkData {
			end := n + int(min(c.left, int64(len(b)-n)))
			c.passData(int64(end - n))
			return end, b[n:end]
		}
		c.step(b[n])
		n++
	}
	return n, nil
}

func (c *chunks) passData(n int64) {
	if c.left -= n; c.left == 0 {
		c.part = chunkDataEnd
	}
}

// skip passes over n bytes that nobody saw; false when they may hold framing.
func (c *chunks) skip(n int64) bool {
	if c.part != chunkData || n > c.left {
		return false
	}
	c.passData(n)
	return true
}

// step takes one byte that is not content.
func (c *chunks) step(b byte) {
	switch c.part {
	case chunkSize:
		c.sizeByte(b)
	case chunkExtension:
		c.sizeOver()
	case chunkDataEnd, chunkDataLF:
		switch {
		case b == '\n':
			*c = chunks{}
		case b == '\r' && c.part == chunkDataEnd:
			c.part = chunkDataLF
		default:
			c.part = chunksBroken
		}
	case trailerStart, trailerLF:
		switch {
		case b == '\n':
			c.part = chunksOver
		case b == '\r' && c.part == trailerStart:
			c.part = trailerLF
		default:
			c.part = trailerLine
		}
	case trailerLine:
		c.part = trailerStart
	}
}

func (c *chunks) sizeByte(b byte) {
	d := hexDigit(b)
	switch {
	case d < 16 && c.digits < maxSizeDigits:
		c.left, c.digits = c.left<<4|int64(d), c.digits+1
	case d < 16 || c.digits == 0:
		c.part = chunksBroken
	case b == '\n':
		c.sizeOver()
	case b == ';' || b == '\r' || httpwords.Blank(b):
		c.part = chunkExtension
	default:
		c.part = chunksBroken
	}
}

func (c *chunks) sizeOver() {
	if c.part = chunkData; c.left == 0 {
		c.part = trailerStart
	}
}

func hexDigit(b byte) byte {
	switch {
	case digit(b):
		return b - '0'
	case 'a' <= b && b <= 'f':
		return b - 'a' + 10
	case 'A' <= b && b <= 'F':
		return b - 'A' + 10
	}
	return 16
}
