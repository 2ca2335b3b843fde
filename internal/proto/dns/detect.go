package dns

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// Bounds on what a query carries besides its question. They are not limits of
// the protocol, but nothing that asks comes near them.
const (
	// maxExtras: OPT, TSIG or SIG(0), TKEY.
	maxExtras = 8
	// maxQuery is the length of a query over TCP; an update may be longer.
	maxQuery = 4096
)

// Detect tells whether the first bytes of a connection are DNS, whatever the
// port. Over UDP each argument is one datagram, over TCP the beginning of the stream
// with its two-byte lengths; either may be empty, and either may have been cut
// by the capture behind the question. It is pure.
func Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	look := detectDatagram
	if t == event.TCP {
		look = detectStream
	} else if t != event.UDP {
		return proto.No
	}
	verdict := proto.NeedMore
	for dir, b := range [...][]byte{proto.ToServer: toServer, proto.ToClient: toClient} {
		if len(b) == 0 {
			continue
		}
		switch look(proto.Dir(dir), b) {
		case proto.No:
			return proto.No
		case proto.Yes:
			verdict = proto.Yes
		}
	}
	return verdict
}

// detectDatagram never needs more: a datagram has no rest.
func detectDatagram(dir proto.Dir, b []byte) proto.Verdict {
	if plausible(dir, b, dir == proto.ToServer) == nil {
		return proto.Yes
	}
	return proto.No
}

func detectStream(dir proto.Dir, b []byte) proto.Verdict {
	if len(b) < 2 {
		return proto.NeedMore
	}
	size := int(binary.BigEndian.Uint16(b))
	msg := b[2:min(len(b), 2+size)]
	if size < minMessage || !plausibleStart(dir, size, msg) {
		return proto.No
	}
	err := plausible(dir, msg, len(msg) == size)
	switch {
	case err == nil:
		return proto.Yes
	case errors.Is(err, wire.ErrShort) && len(msg) < size:
		return proto.NeedMore
	default:
		return proto.No
	}
}

// plausibleStart judges a header that may not be complete, so that a stream of
// something else is turned away at its fifth byte and not at its three hundredth.
// What is missing is taken for what speaks for DNS.
func plausibleStart(dir proto.Dir, size int, msg []byte) bool {
	if len(msg) < 3 {
		return true
	}
	var whole [headerSize]byte
	if copy(whole[:], msg) < 6 {
		whole[5] = 1 // the question
	}
	r := wire.NewReader(whole[:])
	h, err := readHeader(&r)
	if err != nil || !expected(dir, &h) {
		return false
	}
	return dir == proto.ToClient || h.op() != opQuery || size <= maxQuery
}

// plausible gives nil for a message that nothing but DNS would send in this
// direction. With exact, nothing may follow the last record. Errors: those of
// readHead and errNot.
func plausible(dir proto.Dir, msg []byte, exact bool) error {
	var room [nameRoom]byte
	h, err := readHead(msg, room[:])
	if err != nil {
		return err
	}
	if !expected(dir, &h.header) || !asked(&h) || multicast(&h) || netBIOS(&h) {
		return errNot
	}
	return plausibleRecords(msg, &h, exact)
}

// errNot says that the message is well-formed and yet not unicast DNS.
var errNot = errors.New("read a message of another protocol")

// expected tells whether the header is one of a query, or of a response.
func expected(dir proto.Dir, h *header) bool {
	if h.response() != (dir == proto.ToClient) || h.questions != 1 {
		return false
	}
	if h.response() {
		return true
	}
	if h.flags&flagTruncated != 0 || h.rcode() != 0 {
		return false
	}
	// An incremental transfer shows the version it has (RFC 1995 section 3).
	return h.op() != opQuery || h.answers == 0 && h.authority <= 1 && h.additional <= maxExtras
}

// asked tells whether the question is one that is asked.
func asked(h *head) bool {
	if !assignedType(h.qtype) || !assignedClass(h.class) {
		return false
	}
	return h.response() || h.op() != opQuery || h.authority == 0 || h.qtype == typeIXFR
}

// multicast tells what only multicast DNS asks: an id of zero, nothing about
// recursion, and a name of the local link (RFC 6762 sections 3, 4 and 18).
func multicast(h *head) bool {
	if h.id != 0 || h.flags&flagRecursion != 0 || h.op() != opQuery {
		return false
	}
	name := bytes.ToLower(h.name)
	return bytes.HasSuffix(name, []byte(".local")) || bytes.HasSuffix(name, []byte(".arpa"))
}

// netBIOS tells a NetBIOS node status query from one for SRV: the name is 16
// bytes in 32 letters from A to P (RFC 1002 section 4.1).
func netBIOS(h *head) bool {
	const encoded = 32
	if h.qtype != typeSRV || len(h.name) < encoded || len(h.name) > encoded && h.name[encoded] != '.' {
		return false
	}
	for _, c := range h.name[:encoded] {
		if c < 'A' || c > 'P' {
			return false
		}
	}
	return true
}

// plausibleRecords walks the records that the header promises. Where the bytes
// end among them, the capture cut the message, and what is there speaks for it.
func plausibleRecords(msg []byte, h *head, exact bool) error {
	r := wire.NewReader(msg)
	r.Seek(h.records)
	for range int(h.answers) + int(h.authority) + int(h.additional) {
		if _, err := readRecord(&r); errors.Is(err, wire.ErrShort) {
			return nil
		} else if err != nil {
			return err
		}
	}
	if exact && r.Remaining() > 0 {
		return errNot
	}
	return nil
}
