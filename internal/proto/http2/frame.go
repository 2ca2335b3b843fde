package http2

import "encoding/binary"

// headSize is that of a frame's head (https://www.rfc-editor.org/rfc/rfc9113#section-4.1).
const headSize = 9

// kind is a frame's type.
type kind uint8

const (
	data kind = iota
	headers
	priority
	rstStream
	settings
	pushPromise
	ping
	goAway
	windowUpdate
	continuation
	kinds // how many RFC 9113 defines; the others are extensions, to be passed over
)

// Flags. Acknowledge is on SETTINGS and PING, the others are on frames of a stream.
const (
	endStream   = 0x01
	acknowledge = 0x01
	endHeaders  = 0x04
	padded      = 0x08
	prioritised = 0x20
)

// flagsOf are the flags that a kind of frame has.
var flagsOf = [kinds]byte{
	data:         endStream | padded,
	headers:      endStream | endHeaders | padded | prioritised,
	settings:     acknowledge,
	pushPromise:  endHeaders | padded,
	ping:         acknowledge,
	continuation: endHeaders,
}

// leastFrame is the longest payload that everybody may send; more needs SETTINGS_MAX_FRAME_SIZE.
const (
	leastFrame = 1 << 14
	mostFrame  = 1<<24 - 1
	// anyFrame stands for a limit that nobody has heard of yet.
	anyFrame = mostFrame + 1
)

// frame is a frame's head, and how much of it is still to come.
type frame struct {
	kind   kind
	flags  byte
	stream uint32
	// reserved is the bit before the stream, which is 0.
	reserved bool
	// prefix is how many bytes of the payload come before its content, left is the content's
	// number, pad the padding's. Until the prefix is read, left holds the padding, too.
	prefix, left, pad int
}

func parseFrame(b *[headSize]byte) frame {
	id := binary.BigEndian.Uint32(b[5:])
	f := frame{
		kind: kind(b[3]), flags: b[4], stream: id &^ (1 << 31), reserved: id>>31 != 0,
		left: int(b[0])<<16 | int(b[1])<<8 | int(b[2]),
	}
	f.prefix = f.fixed()
	f.left -= f.prefix
	return f
}

// has tells whether a flag is set.
func (f *frame) has(flag byte) bool { return f.flags&flag != 0 }

// fixed is how many bytes of the payload are to be read before the rest has a meaning.
func (f *frame) fixed() (n int) {
	switch f.kind {
	case data:
	case headers:
		if f.has(prioritised) {
			n = 5
		}
	case pushPromise:
		n = 4
	case rstStream:
		return 4
	case goAway:
		return 8
	default:
		return 0
	}
	if f.has(padded) {
		n++
	}
	return n
}

// size is how many bytes of the frame are still to come.
func (f *frame) size() int { return f.prefix + f.left + f.pad }

// legal tells whether the frame is what section 6 says of its kind; of a frame whose payload has not begun.
func (f *frame) legal() bool {
	switch f.kind {
	case data, headers, pushPromise, continuation:
		return f.stream != 0 && f.left >= 0
	case priority:
		return f.stream != 0 && f.left == 5
	case rstStream:
		return f.stream != 0 && f.left == 0
	case settings:
		return f.stream == 0 && f.left%settingSize == 0 && (!f.has(acknowledge) || f.left == 0)
	case ping:
		return f.stream == 0 && f.left == 8
	case goAway:
		return f.stream == 0 && f.left >= 0
	case windowUpdate:
		return f.left == 4
	}
	return true
}

// plausible tells whether nine bytes, of which nobody knows whether they are a frame's head, look like one.
func (f *frame) plausible() bool {
	return f.kind < kinds && !f.reserved && f.flags&^flagsOf[f.kind] == 0 && f.size() <= leastFrame && f.legal()
}
