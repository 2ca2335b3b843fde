package pacer

import (
	"bytes"
	"errors"
	"fmt"
)

var errAnswer = errors.New("not the answer that was expected")

// answerSize is the length of an answer whose head is whole in b.
func answerSize(b []byte) (int, error) {
	head := bytes.Index(b, []byte("\r\n\r\n"))
	if head < 0 || !bytes.HasPrefix(b, []byte("HTTP/1.1 200")) {
		return 0, fmt.Errorf("%w: %.60q", errAnswer, b)
	}
	var body int
	for line := range bytes.Lines(b[:head+2]) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if _, err := fmt.Sscan(string(bytes.TrimSpace(value)), &body); err != nil {
				return 0, fmt.Errorf("read Content-Length %q: %w", value, err)
			}
			return head + 4 + body, nil
		}
	}
	return 0, fmt.Errorf("%w: no Content-Length", errAnswer)
}
