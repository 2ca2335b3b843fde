package dns

// transfer finds the last of the many messages that answer one request for a
// zone. It begins and ends with the zone's SOA record; an incremental one
// shows the new SOA once more, where the last set of additions begins
// (RFC 5936 section 2.2, RFC 1995 section 4).
type transfer struct {
	kind        transferKind
	incremental bool
	// messages, records: so far.
	messages, records int
	// ends is how many SOA records with the new serial were seen; whole
	// transfers have no other.
	ends   int
	serial uint32
}

type transferKind uint8

const (
	noTransfer transferKind = iota
	wholeZone
	incrementalZone
)

func newTransfer(h *head) transfer {
	switch {
	case h.op() != opQuery:
		return transfer{}
	case h.qtype == typeAXFR:
		return transfer{kind: wholeZone}
	case h.qtype == typeIXFR:
		return transfer{kind: incrementalZone}
	}
	return transfer{}
}

// record takes the next record of the answer section.
func (t *transfer) record(rec *record) {
	if t.records++; rec.rtype != typeSOA {
		return
	}
	serial, ok := soaSerial(rec)
	switch {
	case !ok:
	case t.records == 1:
		t.serial, t.ends = serial, 1
	case t.records == 2 && t.kind == incrementalZone:
		t.incremental = true
		fallthrough
	default:
		if serial == t.serial {
			t.ends++
		}
	}
}

// complete tells whether the message whose records were taken last was the
// last one. With truncated, records are missing.
func (t *transfer) complete(rcode uint16, truncated bool) bool {
	ends := 2
	if t.incremental {
		ends = 3
	}
	switch {
	case t.kind == noTransfer || rcode != rcodeNoError || t.ends >= ends:
		return true
	case truncated:
		return false // the end may have been among what is missing, or not: the close tells
	case t.ends == 0:
		return true // does not begin as transfers do
	default:
		// A single SOA: the client's version is the newest (RFC 1995 section 2).
		return t.kind == incrementalZone && t.messages == 1 && t.records == 1
	}
}

// soaSerial reads the serial number of an SOA record: behind two names.
func soaSerial(rec *record) (uint32, bool) {
	r := rec.data
	if skipName(&r) != nil || skipName(&r) != nil {
		return 0, false
	}
	serial := r.U32()
	return serial, r.Err() == nil && r.Offset()-rec.data.Offset() <= rec.size
}
