package fastcgi

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// kind is a record's type (section 8, "Types and Constants").
type kind uint8

const (
	beginRequest    kind = 1
	abortRequest    kind = 2
	endRequest      kind = 3
	params          kind = 4
	stdin           kind = 5
	stdout          kind = 6
	stderr          kind = 7
	data            kind = 8
	getValues       kind = 9
	getValuesResult kind = 10
	unknownType     kind = 11
)

const (
	// version1 is the only version there is.
	version1 = 1
	// headerSize is that of every record's header, fixedSize that of the
	// content of BEGIN_REQUEST, END_REQUEST and UNKNOWN_TYPE.
	headerSize = 8
	fixedSize  = 8
	// management is the id of records that belong to no request.
	management = 0
)

// record is a record's header, and how much of what follows is still to come.
type record struct {
	kind kind
	id   uint16
	// size is the content's length; left and pad are what has not passed of
	// content and padding.
	size, left, pad int
}

// parseHeader reads a header of eight bytes. ok is false for what no peer that sends
// in this direction would send.
func parseHeader(b *[headerSize]byte, dir proto.Dir) (rec record, ok bool) {
	r := wire.NewReader(b[:])
	version := r.U8()
	rec.kind, rec.id = kind(r.U8()), r.U16()
	rec.size = int(r.U16())
	rec.pad = int(r.U8())
	rec.left = rec.size
	if version != version1 || rec.kind.managing() != (rec.id == management) {
		return rec, false
	}
	if rec.kind.fixed() && rec.size != fixedSize || rec.kind == abortRequest && rec.size != 0 {
		return rec, false
	}
	return rec, rec.kind.travels(dir)
}

func (k kind) managing() bool { return k >= getValues }

// fixed tells whether the content has always the same length.
func (k kind) fixed() bool { return k == beginRequest || k == endRequest || k == unknownType }

// travels tells whether such records are sent in this direction.
func (k kind) travels(dir proto.Dir) bool {
	switch k {
	case beginRequest, abortRequest, params, stdin, data, getValues:
		return dir == proto.ToServer
	case endRequest, stdout, stderr, getValuesResult, unknownType:
		return dir == proto.ToClient
	}
	return false
}

// role is what the web server asks the application to be (section 6).
type role uint16

const (
	responder  role = 1
	authorizer role = 2
	filter     role = 3
)

// String is the value of beyla.fastcgi.role.
func (r role) String() string {
	switch r {
	case authorizer:
		return "authorizer"
	case filter:
		return "filter"
	}
	return "responder"
}

// refusal is the error.type of a protocol status (section 5.5); empty for
// REQUEST_COMPLETE, and for what is not specified.
func refusal(protocolStatus byte) string {
	switch protocolStatus {
	case 1:
		return "cant_mpx_conn"
	case 2:
		return "overloaded"
	case 3:
		return "unknown_role"
	}
	return ""
}
