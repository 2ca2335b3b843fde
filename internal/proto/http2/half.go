package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/hpack"
)

// state is what the next byte of a direction is.
type state uint8

const (
	// atPreface: of the client's connection preface, if there is one.
	atPreface state = iota
	// atHead: of a frame's head.
	atHead
	// inPrefix: of the fixed part of a payload.
	inPrefix
	// inContent: of a payload.
	inContent
	// inPadding: of its padding, or of what cannot be read of it.
	inPadding
	// seeking: of something; where the next frame begins is not known.
	seeking
	// over: of nothing that concerns us.
	over
)

// start is when and where something began.
type start struct {
	at     int64
	origin proto.Origin
}

// doubts is how many heads in a row have to look like some where nobody knows whether they are any.
const doubts = 2

// half is one direction of a connection.
type half struct {
	dir   proto.Dir
	state state
	// x is the exchange whose frame is under way. nil: nobody's, and why says for which reason.
	x   *exchange
	why proto.Lost

	// head is what has come of a frame's head, or of a payload's fixed part, or of the preface
	// (then only its length counts): have bytes.
	head [headSize]byte
	have int
	// doubt is how many of the next heads are only hoped to be some.
	doubt uint8
	// began is the first byte of the frame under way.
	began start
	frame frame
	// code is what RST_STREAM says, or codeUnknown.
	code code

	table hpack.Decoder
	block block
	// first is true until a frame has come, sound while nothing is known to be missing, lost while
	// it is not known where frames begin.
	first, sound, lost bool
	// maxFrame is the longest payload that may come.
	maxFrame int

	// message is what is known of the tap's message that the next byte belongs to.
	message message
}

// message is one of the tap's.
type message struct {
	started bool
	ordinal uint32
	// at is when its newest packet passed.
	at int64
	// claimed is true once it is some exchange's.
	claimed bool
	// worst and told are the gravest reason for which some of it is nobody's, by rank, and the one that the sink knows.
	worst, told uint8
}

// half gives the exchange's half that is under way, nil if it is nobody's.
func (h *half) half() *proto.Message {
	if h.x == nil {
		return nil
	}
	return h.x.message(h.dir)
}

// disown turns what is under way into nobody's.
func (h *half) disown(why proto.Lost) { h.x, h.why = nil, why }

// next expects a frame's head.
func (h *half) next() { h.state, h.have = atHead, 0 }

// unsound notes that something passed that nobody saw: what the table holds is not known any more.
func (h *half) unsound() {
	h.sound = false
	h.table.Lose()
}

// seek expects a head wherever the next packet begins.
func (h *half) seek(why proto.Lost) {
	h.disown(why)
	h.state, h.have, h.lost = seeking, 0, true
}
