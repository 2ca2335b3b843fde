package tlshello

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// ErrHello says that a hello's lengths do not add up.
var ErrHello = errors.New("read a malformed hello")

// The extensions that are read
// (https://www.iana.org/assignments/tls-extensiontype-values/tls-extensiontype-values.xhtml).
const (
	extServerName   = 0
	extProtocols    = 16
	extPreSharedKey = 41
	extVersions     = 43
)

const (
	randomSize   = 32
	maxSessionID = 32
	maxProtocols = 16
	maxProtocol  = 64
)

// ClientHello reads the body of a ClientHello (RFC 8446, section 4.1.2), what follows the type
// and length of the handshake message, into f. If it is malformed, nothing changes.
func (s *Store) ClientHello(body []byte, f *Facts) error {
	_, err := s.clientHello(body, f)
	return err
}

// clientHello gives the session id besides.
func (s *Store) clientHello(body []byte, f *Facts) (session []byte, err error) {
	r := wire.NewReader(body)
	r.Skip(2 + randomSize)
	if session = r.Bytes(int(r.U8())); len(session) > maxSessionID {
		return nil, ErrHello
	}
	ciphers := int(r.U16())
	r.Skip(ciphers)
	compressions := int(r.U8())
	r.Skip(compressions)
	if r.Err() != nil || ciphers == 0 || ciphers%2 != 0 || compressions == 0 {
		return nil, ErrHello
	}
	var names, protocols []byte
	err = extensions(&r, func(kind uint16, data []byte) {
		switch kind {
		case extServerName:
			names = data
		case extProtocols:
			protocols = data
		}
	})
	if err != nil {
		return nil, err
	}
	f.TLS, f.Client = true, true
	f.ServerName = s.serverName(names)
	if len(protocols) > 2 {
		f.Offered = s.protocols(protocols[2:])
	}
	return session, nil
}

// extensions calls f with each. A hello may end before them.
func extensions(r *wire.Reader, f func(kind uint16, data []byte)) error {
	if r.Remaining() == 0 {
		return nil
	}
	if size := int(r.U16()); size != r.Remaining() {
		return ErrHello
	}
	for r.Remaining() > 0 {
		kind := r.U16()
		data := r.Bytes(int(r.U16()))
		if r.Err() != nil {
			return ErrHello
		}
		f(kind, data)
	}
	return nil
}

// serverName is the host name in a server_name extension (RFC 6066, section 3).
func (s *Store) serverName(data []byte) string {
	const hostName = 0
	r := wire.NewReader(data)
	r.Skip(2)
	for r.Remaining() > 0 {
		kind := r.U8()
		name := r.Bytes(int(r.U16()))
		if r.Err() != nil {
			return ""
		}
		if kind != hostName {
			continue
		}
		var room [maxServerName]byte
		lower, ok := hostname(room[:0], name)
		if !ok {
			return ""
		}
		return s.Text(lower)
	}
	return ""
}

// Limits of a host name (RFC 1035, section 2.3.4).
const (
	maxServerName = 253
	maxLabel      = 63
)

// hostname appends a host name in lower case, and tells whether it is one.
func hostname(to, name []byte) ([]byte, bool) {
	if len(name) == 0 || len(name) > maxServerName {
		return to, false
	}
	label := 0
	for _, c := range name {
		switch {
		case c == '.':
			if label == 0 {
				return to, false
			}
			label = -1
		case 'A' <= c && c <= 'Z':
			c |= 0x20
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return to, false
		}
		if label++; label > maxLabel {
			return to, false
		}
		to = append(to, c)
	}
	if to[len(to)-1] == '.' { // RFC 6066 wants it without, and it says the same
		to = to[:len(to)-1]
	}
	return to, !isAddress(to)
}

// isAddress tells whether a name is an IPv4 address; one of IPv6 is no name in the first place.
func isAddress(name []byte) bool {
	if last := name[len(name)-1]; last < '0' || last > '9' {
		return false
	}
	_, err := netip.ParseAddr(string(name))
	return err == nil
}

// readProtocols reads a list of ALPN (RFC 7301, section 3.1) without its length. Where it is
// malformed, it ends.
func (s *Store) readProtocols(raw []byte) []string {
	var names []string
	r := wire.NewReader(raw)
	for r.Remaining() > 0 && len(names) < maxProtocols {
		id := r.Bytes(int(r.U8()))
		if r.Err() != nil {
			break
		}
		if isProtocol(id) {
			names = append(names, s.Text(id))
		}
	}
	return slices.Clip(names)
}

// isProtocol tells whether an identifier of ALPN can be shown.
func isProtocol(id []byte) bool {
	if len(id) == 0 || len(id) > maxProtocol {
		return false
	}
	for _, c := range id {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(id) != 2 || !isGREASE(uint16(id[0])<<8|uint16(id[1]))
}
