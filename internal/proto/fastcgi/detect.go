package fastcgi

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Detect looks for what a web server begins with: a BEGIN_REQUEST record, whose
// eleven bytes leave little room for anything else, or GET_VALUES and one of
// the names that it may ask for. What the application sends is no evidence: without
// its request it would not be used.
func Detect(t event.Transport, toServer, _ []byte) proto.Verdict {
	if t != event.TCP || len(toServer) == 0 {
		return proto.No
	}
	if begin := judgeBegin(toServer); begin != proto.No {
		return begin
	}
	return judgeValues(toServer)
}

// judgeBegin looks for BEGIN_REQUEST: any id but zero, one of three roles, one
// flag (section 5.1). What is reserved in its content need not be zero: not all that
// send such records clear their memory.
func judgeBegin(b []byte) proto.Verdict {
	shape := [...]struct{ least, most byte }{
		{version1, version1}, {byte(beginRequest), byte(beginRequest)}, {0, 255}, {0, 255},
		{0, 0}, {fixedSize, fixedSize}, {0, 255}, {0, 0},
		{0, 0}, {byte(responder), byte(filter)}, {0, 1},
	}
	for i, c := range b[:min(len(b), len(shape))] {
		if c < shape[i].least || c > shape[i].most || i == 3 && b[2] == 0 && c == 0 {
			return proto.No
		}
	}
	if len(b) < len(shape) {
		return proto.NeedMore
	}
	return proto.Yes
}

// valuesPrefix begins GET_VALUES: no id.
const valuesPrefix = "\x01\x09\x00\x00"

// namePrefix is how the names of what can be asked for begin (section 4.1).
const namePrefix = "FCGI_"

// judgeValues looks for GET_VALUES with a name of FCGI_MAX_CONNS,
// FCGI_MAX_REQS or FCGI_MPXS_CONNS, and no value.
func judgeValues(b []byte) proto.Verdict {
	const nameAt = headerSize + 2
	if n := min(len(b), len(valuesPrefix)); string(b[:n]) != valuesPrefix[:n] {
		return proto.No
	}
	if len(b) < nameAt {
		return proto.NeedMore
	}
	if b[headerSize] < byte(len(namePrefix)) || b[headerSize+1] != 0 {
		return proto.No
	}
	if name := b[nameAt:]; len(name) < len(namePrefix) {
		if bytes.HasPrefix([]byte(namePrefix), name) {
			return proto.NeedMore
		}
		return proto.No
	}
	if bytes.HasPrefix(b[nameAt:], []byte(namePrefix)) {
		return proto.Yes
	}
	return proto.No
}
