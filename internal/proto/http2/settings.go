package http2

import "encoding/binary"

// settingSize is that of one setting (https://www.rfc-editor.org/rfc/rfc9113#section-6.5.1).
const settingSize = 6

// maxFrameSize is SETTINGS_MAX_FRAME_SIZE. The other settings change nothing of what we
// read: a table's size is told in the header blocks themselves.
const maxFrameSize = 5

// settings takes bytes of SETTINGS.
func (p *parser) settings(h *half, b []byte) {
	for len(b) > 0 {
		n := copy(h.head[h.have:settingSize], b)
		b = b[n:]
		if h.have += n; h.have < settingSize {
			return
		}
		h.have = 0
		if binary.BigEndian.Uint16(h.head[:]) == maxFrameSize {
			p.raise(&p.halves[h.dir.Flip()], binary.BigEndian.Uint32(h.head[2:]))
		}
	}
}

// raise notes how long a frame may be that the other side sends. Frames that were sent before it
// knew may be as long as was allowed until then.
func (p *parser) raise(h *half, size uint32) {
	if size < leastFrame || size > mostFrame {
		return
	}
	if h.maxFrame == anyFrame {
		h.maxFrame = leastFrame
	}
	h.maxFrame = max(h.maxFrame, int(size))
}
