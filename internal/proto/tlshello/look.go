package tlshello

// Look tells whether what one end sends looks like TLS: Yes for a hello of this end, or for a
// record followed, if it is there whole, by what begins like another one; Unknown while there are
// not bytes enough.
func Look(from End, b []byte) Truth {
	if !convincing(b) {
		return No
	}
	if len(b) < headerSize {
		return Unknown
	}
	n := recordSize(b)
	if b[0] == handshakeRecord {
		if len(b) == headerSize {
			return Unknown
		}
		if !from.sends(b[headerSize]) {
			return No
		}
		if kind := b[headerSize]; kind == clientHello || kind == serverHello {
			return Yes
		}
	}
	if rest := b[min(len(b), headerSize+n):]; !plausible(rest) {
		return No
	}
	return Yes
}
