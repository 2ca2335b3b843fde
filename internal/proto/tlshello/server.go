package tlshello

import (
	"crypto/sha256"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// retryText is what the random of a HelloRetryRequest is the SHA-256 of (RFC 8446, section 4.1.3).
const retryText = "HelloRetryRequest"

// ServerHello reads the body of a ServerHello (RFC 8446, section 4.1.3; RFC 5246, section 7.4.1.3)
// into f; after a HelloRetryRequest, which looks the same, f.Server is not yet set. If it is
// malformed, nothing changes.
func (s *Store) ServerHello(body []byte, f *Facts) error {
	return s.serverHello(body, nil, f)
}

// serverHello knows the session id that the client sent, if any.
func (s *Store) serverHello(body, session []byte, f *Facts) error {
	r := wire.NewReader(body)
	version := r.U16()
	random := r.Bytes(randomSize)
	var echoed []byte
	older := version>>8 == draft // before draft 22 there is no session id and no compression
	if !older {
		if echoed = r.Bytes(int(r.U8())); len(echoed) > maxSessionID {
			return ErrHello
		}
	}
	cipher := r.U16()
	if !older {
		r.Skip(1)
	}
	if r.Err() != nil || version>>8 != 3 && !older {
		return ErrHello
	}
	var psk bool
	var protocols []byte
	err := extensions(&r, func(kind uint16, data []byte) {
		switch kind {
		case extVersions:
			if len(data) == 2 {
				version = uint16(data[0])<<8 | uint16(data[1])
			}
		case extPreSharedKey:
			psk = true
		case extProtocols:
			protocols = data
		}
	})
	if err != nil {
		return err
	}
	f.TLS, f.Version, f.Cipher = true, version, cipher
	if [randomSize]byte(random) == sha256.Sum256([]byte(retryText)) {
		f.Retried = true
		return nil
	}
	f.Server = true
	f.Resumed = truth(psk)
	if !f.Modern() {
		f.Resumed = truth(len(session) > 0 && string(session) == string(echoed))
	}
	if len(protocols) > 2 {
		if chosen := s.protocols(protocols[2:]); len(chosen) == 1 {
			f.Protocol = chosen[0]
		}
	}
	return nil
}
