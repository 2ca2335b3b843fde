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

// Held is how many bytes of the request's text the words may keep alive.
func (w *Words) Held() int {
	return len(w.Original) + len(w.Host) + len(w.UserAgent) + w.RequestHeaders.held()
}
