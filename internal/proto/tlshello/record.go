package tlshello

// The types of records (RFC 8446, section 5.1; RFC 6520).
const (
	changeCipherSpec = 20
	alertRecord      = 21
	handshakeRecord  = 22
	applicationData  = 23
	heartbeat        = 24
)

const (
	headerSize = 5
	// maxRecord is what a record may hold at most (RFC 5246, section 6.2.3).
	maxRecord = 1<<14 + 2048
	// maxSealed is what real ones hold at most: 16 KiB and what the ciphers in use add to it
	// (RFC 8446, section 5.2).
	maxSealed = 1<<14 + 256
	// alertSize is an alert's; sealedAlert is how long a record is that holds one in TLS 1.3: with
	// its true type, and the tag of all ciphers (RFC 8446, section 5.2).
	alertSize   = 2
	sealedAlert = alertSize + 1 + 16
)

// plausible tells whether b may begin with the header of a record, as far as it goes.
func plausible(b []byte) bool {
	if len(b) > 0 && (b[0] < changeCipherSpec || b[0] > heartbeat) ||
		len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4 {
		return false
	}
	if len(b) < headerSize {
		return true
	}
	n := recordSize(b)
	return n > 0 && n <= maxRecord
}

func recordSize(header []byte) int { return int(header[3])<<8 | int(header[4]) }

// convincing is plausible, for a record that nothing came before: some bytes of an unknown
// protocol must not look like it.
func convincing(b []byte) bool {
	if !plausible(b) || len(b) > 0 && b[0] == heartbeat || len(b) > 2 && b[2] == 4 {
		return false
	}
	if len(b) < headerSize {
		return true
	}
	n := recordSize(b)
	switch b[0] {
	case changeCipherSpec:
		return n == 1
	case alertRecord:
		return n == alertSize || n > 16 && n < 512
	case applicationData:
		return b[2] > 0 && n > 16 && n <= maxSealed
	}
	return n >= messageHeader && n <= maxSealed
}

// The handshake messages (RFC 8446, section 4; RFC 5246, section 7.4).
const (
	clientHello        = 1
	serverHello        = 2
	newSessionTicket   = 4
	oldRetry           = 6 // HelloRetryRequest of the drafts
	certificate        = 11
	serverKeyExchange  = 12
	certificateRequest = 13
	serverDone         = 14
	certificateVerify  = 15
	clientKeyExchange  = 16
	certificateStatus  = 22
)

// sends tells whether an end sends a handshake message of this type in plain text.
func (e End) sends(kind byte) bool {
	switch kind {
	case clientHello, clientKeyExchange, certificateVerify:
		return e == Client
	case serverHello, oldRetry, newSessionTicket, serverKeyExchange, certificateRequest, serverDone, certificateStatus:
		return e == Server
	}
	return kind == certificate
}
