package websocket

// Code says why a WebSocket was closed
// (https://www.rfc-editor.org/rfc/rfc6455#section-7.4, and the registry,
// https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number).
type Code uint16

// Some of the codes.
const (
	// Unseen: a code was not captured.
	Unseen Code = 0
	// Normal: it has done what it was for.
	Normal Code = 1000
	// GoingAway: the server stops, or the browser leaves the page.
	GoingAway Code = 1001
	// NoStatus is never sent: it stands for a Close frame without a code.
	NoStatus Code = 1005
	// private is where the codes of libraries and applications begin, whose meaning is theirs.
	private Code = 3000
)

// Blame says whose failure a code tells of.
type Blame uint8

// The blames.
const (
	// Nobody's: an orderly end, or a code of the application's, which may mean anything.
	Nobody Blame = iota
	// Sender: it says so of itself (1011 internal error, 1012 restart, 1013 try again later).
	Sender
	// Receiver: what it sent was refused (1002 protocol error, 1007 invalid data, 1009 too big).
	Receiver
)

// Blame tells whose failure the code of a Close frame tells of.
func (c Code) Blame() Blame {
	switch {
	case c == Unseen, c == Normal, c == GoingAway, c == NoStatus, c >= private:
		return Nobody
	case c == 1002, c == 1003, 1007 <= c && c <= 1010:
		return Receiver
	}
	return Sender
}
