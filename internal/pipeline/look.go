//go:build linux && (amd64 || arm64)

package pipeline

import "bytes"

// look is what bytes that nobody may know look like.
type look uint8

const (
	nothing look = iota
	looksTLS
	looksSSH
)

// String is the name on the explain page.
func (l look) String() string { return [...]string{"", "tls", "ssh"}[l] }

// lookAt looks at the start of a message.
func lookAt(b []byte) look {
	switch {
	case len(b) >= 3 && b[0] == 0x16 && b[1] == 3 && b[2] <= 4: // a handshake record: RFC 8446, section 5.1
		return looksTLS
	case bytes.HasPrefix(b, []byte("SSH-")): // RFC 4253, section 4.2
		return looksSSH
	}
	return nothing
}
