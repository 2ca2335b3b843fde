package tlshello

import "github.com/beylareceiver/beylareceiver/internal/attr"

// Truth is an answer that may not be known.
type Truth uint8

// The answers.
const (
	Unknown Truth = iota
	No
	Yes
)

// truth is the answer of somebody who knows.
func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Facts are what is known of a TLS connection. The zero value is one of which nothing is.
type Facts struct {
	// ServerName is what the client called the server, in lower case; empty when it did not.
	ServerName string
	// Protocol is the application protocol that the server chose (ALPN); empty when it
	// did not, or did so in secret.
	Protocol string
	// Offered are the protocols that the client offers. They are shared: not to be changed.
	Offered []string
	// Version and Cipher are those that the server chose, as on the wire; zero when not known.
	Version, Cipher uint16
	// Alert is the first fatal alert in plain text, if Alerted.
	Alert   uint8
	Alerted bool
	// TLS: it is a TLS connection. Client and Server: the hello of that end was read.
	TLS, Client, Server bool
	// Retried: the server asked for another ClientHello.
	Retried              bool
	Resumed, Established Truth
}

// Modern tells whether the version is TLS 1.3, or a draft of it.
func (f *Facts) Modern() bool { return isModern(f.Version) }

// Attributes that the semantic conventions register
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/tls/).
const (
	keyName        = "tls.protocol.name"
	keyVersion     = "tls.protocol.version"
	keyServerName  = "tls.client.server_name"
	keyNext        = "tls.next_protocol"
	keyCipher      = "tls.cipher"
	keyResumed     = "tls.resumed"
	keyEstablished = "tls.established"
)

// Attributes of our own.
const (
	// keyOffered are the application protocols that the client offered, where
	// the one that was chosen is not known.
	keyOffered = "beyla.tls.alpn.offered"
	// keyRetried: the server asked for another ClientHello, which cost a round trip.
	keyRetried = "beyla.tls.hello_retry"
)

// Describe puts on a span what is known.
func (f *Facts) Describe(a *attr.List) {
	if name, version := VersionName(f.Version); name != "" {
		a.Str(keyName, name)
		a.Str(keyVersion, version)
	} else if f.TLS {
		a.Str(keyName, "tls")
	}
	if f.ServerName != "" {
		a.Str(keyServerName, f.ServerName)
	}
	switch {
	case f.Protocol != "":
		a.Str(keyNext, f.Protocol)
	case len(f.Offered) > 0:
		a.Strings(keyOffered, f.Offered)
	}
	if f.Cipher != 0 {
		a.Str(keyCipher, CipherName(f.Cipher))
	}
	if f.Resumed != Unknown {
		a.Bool(keyResumed, f.Resumed == Yes)
	}
	if f.Established != Unknown {
		a.Bool(keyEstablished, f.Established == Yes)
	}
	if f.Retried {
		a.Bool(keyRetried, true)
	}
}
