package fastcgi

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Detect looks for what a web server begins with: a BEGIN_REQUEST record, whose
// sixteen bytes leave little room for anything else, or GET_VALUES and one of
// the names that it may ask for. What the application sends is no evidence: without
// its request it would not be used.
func Detect(t event.Transport, toServer, _ []byte) proto.Verdict {
	if t != event.TCP || len(toServer) == 0 {
		return proto.No
	}
	if begin := judge(toServer, &beginShape); begin != proto.No {
		return begin
	}
	return judgeValues(toServer)
}

// shape is what each of a record's first bytes may be.
type shape [headerSize + fixedSize]struct{ least, most byte }

// beginShape is that of BEGIN_REQUEST: any id but zero, one of three roles, one
// flag (section 5.1). Who reserves bytes sends zeros. That the id is not zero is
// checked beside it.
var beginShape = shape{
	{version1, version1}, {byte(beginRequest), byte(beginRequest)}, {0, 255}, {0, 255},
	{0, 0}, {fixedSize, fixedSize}, {0, 255}, {0, 0},
	{0, 0}, {byte(responder), byte(filter)}, {0, 1},
}

// judge compares what there is of the shape.
func judge(b []byte, s *shape) proto.Verdict {
	for i, c := range b[:min(len(b), len(s))] {
		if c < s[i].least || c > s[i].most || i == 3 && b[2] == 0 && c == 0 {
			return proto.No
		}
	}
	if len(b) < len(s) {
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
