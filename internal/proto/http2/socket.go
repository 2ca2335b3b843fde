package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/proto/websocket"
)

// socket is a WebSocket on a stream (https://www.rfc-editor.org/rfc/rfc8441#section-5).
type socket struct {
	frames [2]websocket.Walker
	// closed is true once one end has said that it is done: the one that sends in the direction closer.
	closed bool
	closer proto.Dir
}

// openSocket begins to follow a WebSocket, now that the server has agreed to it.
func (x *exchange) openSocket() {
	x.socket = &socket{}
	for dir := range x.socket.frames {
		if x.carried[dir] != 0 {
			x.socket.frames[dir].Lose()
		}
	}
}

// feed takes bytes of a direction.
func (s *socket) feed(dir proto.Dir, b []byte) {
	if s == nil {
		return
	}
	f := &s.frames[dir]
	for len(b) > 0 && !f.Closed() {
		b = b[f.Feed(b):]
	}
	s.note(dir)
}

// skip passes over n bytes of a direction; n is negative when their number is not known.
func (s *socket) skip(dir proto.Dir, n int64) {
	if s == nil {
		return
	}
	if n < 0 {
		s.frames[dir].Lose()
	}
	s.frames[dir].Skip(n)
	s.note(dir)
}

func (s *socket) note(dir proto.Dir) {
	if s.frames[dir].Closed() && !s.closed {
		s.closed, s.closer = true, dir
	}
}

// over tells whether an end has said that it is done. Then it is no matter how the stream ends.
func (s *socket) over() bool { return s != nil && s.closed }

// failure is the error.type of a code that tells of one, as seen from one side: a server's failure
// is an error at both ends, a client's at its own.
func (x *exchange) failure(side proto.Side) string {
	s := x.socket
	if !s.over() {
		return ""
	}
	culprit, code := s.closer, s.frames[s.closer].Code()
	switch code.Blame() {
	case websocket.Nobody:
		return ""
	case websocket.Receiver:
		culprit = culprit.Flip()
	}
	if culprit == proto.ToServer && side == proto.Server {
		return ""
	}
	return "websocket_close_" + x.owner.words.Decimal(int(code))
}

// traffic is what a tunnel has carried: messages, where it is a WebSocket.
func (x *exchange) traffic() *httpwords.Traffic {
	switch {
	case x.socket != nil:
		t := &httpwords.Traffic{Bytes: [2]int64{-1, -1}}
		for dir := range t.Messages {
			if t.Messages[dir] = x.socket.frames[dir].Messages; !x.socket.frames[dir].Known() {
				t.Messages[dir] = -1
			}
		}
		return t
	case x.Method != "CONNECT":
		return nil
	}
	return &httpwords.Traffic{Messages: [2]int64{-1, -1}, Bytes: x.carried}
}
