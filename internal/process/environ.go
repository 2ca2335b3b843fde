package process

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// environment is what is kept of a process's environment: two variables of
// OpenTelemetry's, and nothing else.
type environment struct {
	// service is OTEL_SERVICE_NAME.
	service string
	// attrs is OTEL_RESOURCE_ATTRIBUTES, raw.
	attrs string
}

const (
	// environLimit is how much of an environment is looked at, in bytes.
	environLimit = 128 << 10
	// variableLimit is the longest variable that is looked at; a longer one is
	// passed over, as a value cut in half would be wrong.
	variableLimit = 16 << 10
)

// readEnviron reads "NAME=value\0NAME=value\0...". It keeps the first of each
// name, as getenv(3) does. The buffer is wiped before it is given up.
func readEnviron(r io.Reader) environment {
	var e environment
	in := bufio.NewReaderSize(io.LimitReader(r, environLimit), variableLimit)
	defer wipe(in)
	for {
		v, err := in.ReadSlice(0)
		if errors.Is(err, bufio.ErrBufferFull) {
			if !skipVariable(in) {
				return e
			}
			continue
		}
		if err != nil {
			return e // what has no terminator was cut off, or is no variable
		}
		v = v[:len(v)-1]
		take(&e.service, v, "OTEL_SERVICE_NAME=")
		take(&e.attrs, v, "OTEL_RESOURCE_ATTRIBUTES=")
	}
}

func take(to *string, v []byte, prefix string) {
	if value, ok := bytes.CutPrefix(v, []byte(prefix)); ok && *to == "" {
		*to = string(value)
	}
}

// skipVariable reads on to the end of a variable that is too long.
func skipVariable(in *bufio.Reader) bool {
	for {
		_, err := in.ReadSlice(0)
		if err == nil {
			return true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return false
		}
	}
}

// wipe overwrites the reader's buffer with zeroes.
func wipe(in *bufio.Reader) {
	in.Reset(zeroes{})
	_, _ = in.Peek(variableLimit)
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
