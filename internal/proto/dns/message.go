package dns

import (
	"errors"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// Sizes of the fixed parts (RFC 1035 sections 4.1.1 to 4.1.3).
const (
	headerSize    = 12
	questionFixed = 4  // type and class
	recordFixed   = 10 // type, class, time to live, length
	minRecord     = 1 + recordFixed
	minMessage    = headerSize + 1 + questionFixed
	maxMessage    = 65535
)

// The bits of the header's second word.
const (
	flagResponse  = 1 << 15
	opShift       = 11
	opMask        = 0xf
	flagTruncated = 1 << 9
	flagRecursion = 1 << 8
	flagReserved  = 1 << 6
	rcodeMask     = 0xf
)

var (
	// errHeader says that the header is none of a DNS message.
	errHeader = errors.New("read a header that is no DNS message's")
	// errUnsupported says that the message is DNS, but of a kind that is not followed.
	errUnsupported = errors.New("read a message of a kind that is not followed")
)

// header is the fixed beginning of a message.
type header struct {
	id, flags                                 uint16
	questions, answers, authority, additional uint16
}

func (h *header) response() bool { return h.flags&flagResponse != 0 }
func (h *header) op() uint8      { return uint8(h.flags >> opShift & opMask) }
func (h *header) rcode() uint16  { return h.flags & rcodeMask }

// readHeader reads the header and checks what any DNS message keeps to.
// Errors: wire.ErrShort, errHeader.
func readHeader(r *wire.Reader) (h header, err error) {
	h = header{
		id: r.U16(), flags: r.U16(),
		questions: r.U16(), answers: r.U16(), authority: r.U16(), additional: r.U16(),
	}
	if r.Err() != nil {
		return h, r.Err()
	}
	return h, h.check()
}

// check tells what no DNS message says: an operation that does not exist, the
// reserved bit, more records than a message has room for.
func (h *header) check() error {
	records := int(h.answers) + int(h.authority) + int(h.additional)
	if h.op() > opDSO || h.op() == opUnassigned || h.flags&flagReserved != 0 ||
		records > (maxMessage-headerSize)/minRecord {
		return errHeader
	}
	return nil
}

// outline tells where a message's records are and how many.
type outline struct {
	header
	// records is the offset of the first one.
	records int
}

// head is a message's outline and its question, if it has one.
type head struct {
	outline
	// name is in the memory that was given to readHead.
	name         []byte
	qtype, class uint16
}

// readHead reads what is needed to know which exchange a message belongs to,
// the name into room. Errors: wire.ErrShort (more bytes may mend that),
// errHeader, errName, errUnsupported.
func readHead(msg, room []byte) (h head, err error) {
	r := wire.NewReader(msg)
	if h.header, err = readHeader(&r); err != nil {
		return h, err
	}
	switch {
	case h.op() == opDSO:
		return h, errUnsupported
	case h.questions > 1 || h.questions == 0 && !h.response():
		return h, errHeader
	case h.questions == 0:
		h.records = headerSize
		return h, nil
	}
	if h.name, err = readName(room[:0], &r); err != nil {
		return h, err
	}
	h.qtype, h.class = r.U16(), r.U16()
	h.records = r.Offset()
	return h, r.Err()
}

// record is one resource record, less its owner.
type record struct {
	rtype, class uint16
	ttl          uint32
	// data stands at the beginning of what the record holds, size bytes long. It
	// reaches further, for the sake of pointers: size is the limit.
	data wire.Reader
	size int
}

// readRecord passes over one record. Errors: wire.ErrShort, errName.
func readRecord(r *wire.Reader) (rec record, err error) {
	if err := skipName(r); err != nil {
		return rec, err
	}
	rec.rtype, rec.class, rec.ttl, rec.size = r.U16(), r.U16(), r.U32(), int(r.U16())
	rec.data = *r
	r.Skip(rec.size)
	return rec, r.Err()
}
