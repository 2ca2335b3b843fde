package tlshello

// The versions, as on the wire.
const (
	versionSSL3  = 0x0300
	versionTLS12 = 0x0303
	versionTLS13 = 0x0304
	// The drafts of TLS 1.3, and experiments on the way to it.
	draft      = 0x7f
	experiment = 0x7e
)

func isModern(v uint16) bool { return v == versionTLS13 || v>>8 == draft || v>>8 == experiment }

// VersionName is a version as the conventions spell it, after OpenSSL's names "SSLv3", "TLSv1",
// "TLSv1.2": the protocol in lower case, and the number. Both are empty for any other.
func VersionName(v uint16) (name, version string) {
	if isModern(v) {
		return "tls", "1.3"
	}
	switch v {
	case versionSSL3:
		return "ssl", "3"
	case 0x0301:
		return "tls", "1"
	case 0x0302:
		return "tls", "1.1"
	case versionTLS12:
		return "tls", "1.2"
	}
	return "", ""
}

// isGREASE tells whether a number is reserved to be ignored (RFC 8701, section 2).
func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }
