package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// keys are those of the Initial packets of one end.
type keys struct {
	version uint32
	seal    cipher.AEAD
	iv      [12]byte
	mask    cipher.Block // of the header
}

// suite is what distinguishes the versions.
type suite struct {
	salt   string
	prefix string // of the labels
}

// suiteOf is the one of a version whose packets are read.
func suiteOf(version uint32) suite {
	if version == version2 { // RFC 9369, section 3.3
		return suite{"\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9", "quicv2 "}
	}
	return suite{"\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a", "quic "} // RFC 9001, section 5.2
}

// end is who sends a packet, as the labels of its keys say.
type end string

const (
	client end = "client in"
	server end = "server in"
)

// deriveKeys makes the keys of an end's Initial packets from the connection id that the client
// chose first (RFC 9001, sections 5.1, 5.2 and 5.4).
func deriveKeys(version uint32, id []byte, of end) (*keys, error) {
	s := suiteOf(version)
	common, err := hkdf.Extract(sha256.New, id, []byte(s.salt))
	if err != nil {
		return nil, err
	}
	secret, err := expand(common, string(of), sha256.Size)
	if err != nil {
		return nil, err
	}
	k := &keys{version: version}
	for _, part := range [...]struct {
		label string
		size  int
		use   func(b []byte) error
	}{
		{"key", 16, func(b []byte) error { return k.setKey(b) }},
		{"iv", len(k.iv), func(b []byte) error { copy(k.iv[:], b); return nil }},
		{"hp", 16, func(b []byte) (err error) { k.mask, err = aes.NewCipher(b); return err }},
	} {
		b, err := expand(secret, s.prefix+part.label, part.size)
		if err != nil {
			return nil, err
		}
		if err := part.use(b); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (k *keys) setKey(b []byte) error {
	block, err := aes.NewCipher(b)
	if err != nil {
		return err
	}
	k.seal, err = cipher.NewGCM(block)
	return err
}

// expand is HKDF-Expand-Label without a context (RFC 8446, section 7.1).
func expand(secret []byte, label string, n int) ([]byte, error) {
	label = "tls13 " + label
	info := binary.BigEndian.AppendUint16(make([]byte, 0, 4+len(label)), uint16(n))
	info = append(append(info, byte(len(label))), label...)
	return hkdf.Expand(sha256.New, secret, string(append(info, 0)), n)
}
