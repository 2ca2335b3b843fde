package fastcgi

// ending looks for END_REQUEST in bytes whose records cannot be told apart. It
// holds the last sixteen bytes, as two big-endian numbers.
type ending struct {
	header, content uint64
	// fed counts the bytes since the last gap, up to sixteen.
	fed int
}

// Where a header must be that of END_REQUEST, and how it looks there: any id, any padding.
const (
	endMask  = 0xffff_0000_ffff_00ff
	endValue = version1<<56 | uint64(endRequest)<<48 | fixedSize<<16
)

// statusBits is where the application's and the protocol's status are in
// END_REQUEST's content. The other three bytes are reserved, and whatever PHP-FPM had
// in its memory.
const statusBits = 24

// feed takes bytes up to the next that may be the last of END_REQUEST, or all.
// It gives how many, and whether there is such a one.
func (e *ending) feed(b []byte) (n int, maybe bool) {
	header, content := e.header, e.content
	for i, c := range b {
		header = header<<8 | content>>56
		content = content<<8 | uint64(c)
		if header&endMask == endValue || e.fed+i+1 == fixedSize {
			n, maybe = i+1, true
			break
		}
	}
	if !maybe {
		n = len(b)
	}
	e.header, e.content, e.fed = header, content, min(e.fed+n, headerSize+fixedSize)
	return n, maybe
}

// record tells whether the last sixteen bytes are an END_REQUEST, of which
// request, what its content says, and how much padding follows.
func (e *ending) record() (id uint16, content uint64, pad int, ok bool) {
	if e.header&endMask != endValue || byte(e.content>>statusBits) > maxProtocolStatus {
		return 0, 0, 0, false
	}
	return uint16(e.header >> 32), e.content, int(byte(e.header >> 8)), true
}

// zeros tells whether all that came since the last gap are eight bytes that say
// that all went well, if they are END_REQUEST's content.
func (e *ending) zeros() bool { return e.fed == fixedSize && e.content>>statusBits == 0 }

// maxProtocolStatus is UNKNOWN_ROLE.
const maxProtocolStatus = 3
