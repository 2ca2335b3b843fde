package pacer

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnswerSize(t *testing.T) {
	for in, want := range map[string]int{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello":        43,
		"HTTP/1.1 200 OK\r\ncontent-length:0\r\nServer: x\r\n\r\n": 48,
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n":             43,
		"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n":      0,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n":    0,
		"HTTP/1.1 200 OK\r\nContent-Length: 5":                     0,
		"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello":     0,
	} {
		size, err := answerSize([]byte(in))
		assert.Equal(t, want, size, in)
		assert.Equal(t, want == 0, err != nil, in)
	}
}
