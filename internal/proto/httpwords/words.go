package httpwords

// Words is what a request and its response say of themselves, empty where they
// say nothing.
type Words struct {
	// Method is a registered one or OtherMethod, with Original as it was sent.
	Method, Original string
	// Host and UserAgent are the request's fields of that name.
	Host, UserAgent string
	// Status is the final response's, 0 until it is known.
	Status int
	Stream Stream
	// RequestHeaders and ResponseHeaders are the captured fields.
	RequestHeaders, ResponseHeaders Fields
}

// Stream is the value of beyla.stream.kind.
type Stream string

// The streams.
const (
	// NoStream ends as a response does.
	NoStream Stream = ""
	// Upgrade goes on in another protocol (101).
	Upgrade Stream = "upgrade"
	// Tunnel goes on as the two ends please (CONNECT).
	Tunnel Stream = "connect"
	// EventStream lasts as long as it lasts (text/event-stream).
	EventStream Stream = "event_stream"
)

// Held is how many bytes of the request's text the words may keep alive.
func (w *Words) Held() int {
	return len(w.Original) + len(w.Host) + len(w.UserAgent) + w.RequestHeaders.held()
}
