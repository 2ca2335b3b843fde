package websocket

// Walker follows the frames of one direction. The zero value stands where the first frame begins.
type Walker struct {
	// Messages, Pings and Pongs are how many have passed whole. They are all there were while Known.
	Messages, Pings, Pongs int64

	left uint64 // of the payload
	head head
	// within is true between the fragments of a message.
	within bool
	// inPayload is true once the head is whole.
	inPayload bool
	lost      bool
	closed    bool
	// coded is how many bytes of the close code are known to have passed.
	coded uint8
	code  uint16
}

// Known tells whether every frame so far was seen.
func (w *Walker) Known() bool { return !w.lost }

// Closed tells whether a Close frame has passed: none follows it.
func (w *Walker) Closed() bool { return w.closed }

// Code is the Close frame's: NoStatus when it has none, Unseen when it was not captured,
// or there was no such frame.
func (w *Walker) Code() Code {
	if !w.closed {
		return Unseen
	}
	return Code(w.code)
}

// Lose says that frames may have passed which nobody saw.
func (w *Walker) Lose() {
	if !w.closed {
		w.lost = true
	}
}

// Feed takes the next bytes, and gives how many of them it took: all, unless a Close
// frame ends before. What follows that, or a loss, is taken and says nothing.
func (w *Walker) Feed(b []byte) (n int) {
	for n < len(b) {
		switch {
		case w.lost || w.closed:
			return len(b)
		case w.inPayload:
			n += w.payload(b[n:])
		default:
			k, whole := w.head.take(b[n:])
			n += k
			if whole {
				w.begin()
			}
		}
		if w.closed {
			return n
		}
	}
	return n
}

// Skip passes over n bytes that nobody saw.
func (w *Walker) Skip(n int64) {
	if n <= 0 || w.closed {
		return
	}
	if !w.inPayload || uint64(n) > w.left {
		w.lost = true
		return
	}
	if w.head.opcode() == opClose && w.coded < 2 {
		w.coded, w.code = 2, uint16(Unseen)
	}
	w.pass(uint64(n))
}

// begin goes on behind a whole head.
func (w *Walker) begin() {
	if !w.head.plausible(w.within) {
		w.lost = true
		return
	}
	w.left, w.inPayload = w.head.length(), true
	if w.head.opcode() == opClose {
		w.coded, w.code = 0, uint16(NoStatus)
	}
	if w.left == 0 {
		w.over()
	}
}

// payload takes bytes of one, and gives how many.
func (w *Walker) payload(b []byte) int {
	if w.head.opcode() == opClose && w.coded < 2 {
		w.codeByte(b[0])
		w.pass(1)
		return 1
	}
	n := min(w.left, uint64(len(b)))
	w.pass(n)
	return int(n)
}

// codeByte takes one of the two bytes that a Close frame's payload begins with
// (https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1).
func (w *Walker) codeByte(c byte) {
	c = w.head.unmask(c, w.coded)
	if w.coded++; w.coded == 1 {
		w.code = uint16(c) << 8
	} else {
		w.code |= uint16(c)
	}
}

func (w *Walker) pass(n uint64) {
	if w.left -= n; w.left == 0 {
		w.over()
	}
}

// over ends a frame.
func (w *Walker) over() {
	switch op := w.head.opcode(); op {
	case opPing:
		w.Pings++
	case opPong:
		w.Pongs++
	case opClose:
		w.closed = true
		if w.coded == 1 {
			w.code = uint16(Unseen) // half a code is none
		}
	default:
		if w.within = !w.head.last(); !w.within {
			w.Messages++
		}
	}
	w.head.have, w.inPayload = 0, false
}
