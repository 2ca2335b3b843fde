package tlshello

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// turn is a run of bytes that one end sent.
type turn struct {
	from  End
	bytes []byte
}

// recording holds what both ends of a connection write, in order.
type recording struct {
	sync.Mutex
	turns []turn
}

// tapped is one end of a connection that is recorded.
type tapped struct {
	net.Conn
	from   End
	record *recording
}

func (c tapped) Write(b []byte) (int, error) {
	c.record.Lock()
	c.record.turns = append(c.record.turns, turn{c.from, append([]byte(nil), b...)})
	c.record.Unlock()
	return c.Conn.Write(b)
}

// identity is a certificate for a.example and b.example that clients trust.
func identity(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"a.example", "b.example"}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

// sockets are the two ends of a connection over loopback: unlike net.Pipe it lets both write at once.
func sockets(t testing.TB) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	a, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	b, err = l.Accept()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for _, c := range [...]net.Conn{a, b} {
		require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	}
	return a, b
}

const greeting = "hello\n"

// converse has two ends of crypto/tls shake hands, exchange a line if that works, and close, and gives what
// went over the wire.
func converse(t testing.TB, client, server *tls.Config) []turn {
	t.Helper()
	a, b := sockets(t)
	w := &recording{}
	one, other := tls.Client(tapped{a, Client, w}, client), tls.Server(tapped{b, Server, w}, server)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = b.Close() }()
		line := make([]byte, len(greeting))
		if _, err := io.ReadFull(other, line); err == nil {
			_, _ = other.Write(line)
			_, _ = io.Copy(io.Discard, other)
		}
	}()
	if _, err := one.Write([]byte(greeting)); err == nil {
		_, _ = io.ReadFull(one, make([]byte, len(greeting)))
	}
	_ = one.Close()
	_ = a.Close()
	<-done
	return w.turns
}

// listen reads a conversation in pieces of at most n bytes; 0 means as they were written.
func listen(s *Store, turns []turn, n int) Facts {
	r := s.Reader()
	defer r.Release()
	last := End(255)
	for _, t := range turns {
		for b, fresh := t.bytes, t.from != last; len(b) > 0; fresh = false {
			k := len(b)
			if n > 0 {
				k = min(n, k)
			}
			r.Feed(t.from, b[:k:k], fresh)
			b = b[k:]
		}
		last = t.from
	}
	r.Finish()
	return *r.Facts()
}
