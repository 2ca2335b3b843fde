package grpc

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// takeFields reads trailers as HTTP/1 writes them
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md#protocol-differences-vs-grpc-over-http2).
func (e *ending) takeFields(b []byte) {
	for _, c := range b {
		if c == '\n' {
			e.field()
			continue
		}
		e.token.add(c)
	}
}

// field reads the line that has been collected.
func (e *ending) field() {
	name, value, ok := bytes.Cut(e.token.bytes(), []byte{':'})
	if ok && httpwords.Is(name, "grpc-status") {
		e.code, e.found = parseStatus(httpwords.Trim(bytes.TrimSuffix(value, []byte{'\r'}))), true
	}
	e.token.reset()
}
