package quic

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	quicgo "github.com/quic-go/quic-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xquic "golang.org/x/net/quic"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// traffic holds the datagrams of a connection, in the order in which they were sent.
type traffic struct {
	sync.Mutex
	steps []step
}

// tapped is a socket whose datagrams are recorded.
type tapped struct {
	net.PacketConn
	dir     proto.Dir
	traffic *traffic
}

func (c tapped) WriteTo(b []byte, to net.Addr) (int, error) {
	c.traffic.Lock()
	at := int64(len(c.traffic.steps)+1) * int64(time.Millisecond)
	c.traffic.steps = append(c.traffic.steps, step{dir: c.dir, at: at, data: append([]byte(nil), b...)})
	c.traffic.Unlock()
	return c.PacketConn.WriteTo(b, to)
}

// closed gives what was recorded, with an end.
func (r *traffic) closed() []step {
	r.Lock()
	defer r.Unlock()
	at := int64(len(r.steps)) * int64(time.Millisecond)
	return append(append([]step(nil), r.steps...),
		step{dir: proto.ToServer, at: at, what: "close", how: proto.Idle},
		step{dir: proto.ToClient, at: at, what: "close", how: proto.Idle})
}

func socket(t testing.TB) net.PacketConn {
	t.Helper()
	t.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true")
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// identity is a certificate for a.example that clients trust.
func identity(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"a.example"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// peers are two ends of quic-go, and how they are to be told of.
type peers struct {
	client, server tls.Config
	here, there    quicgo.Config
	retry          bool
	again          bool // it is the second connection that counts
	fails          bool
	// want are attributes, "" for those that must not be there.
	want map[string]string
}

func scenes(t testing.TB) map[string]*peers {
	cert, pool := identity(t)
	all := map[string]*peers{}
	add := func(name string, want map[string]string, change func(p *peers)) {
		p := &peers{
			client: tls.Config{RootCAs: pool, ServerName: "A.example", NextProtos: []string{"h3"}},
			server: tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h3"}},
		}
		p.want = map[string]string{
			"server.address": "a.example", "network.protocol.version": "1", "tls.protocol.version": "1.3",
			"tls.established": "1", "tls.next_protocol": "h3", "tls.resumed": "0", "tls.cipher": "TLS_AES_128_GCM_SHA256",
			"error.type": "", "beyla.quic.retry": "",
		}
		for key, value := range want {
			p.want[key] = value
		}
		if change != nil {
			change(p)
		}
		all[name] = p
	}
	second := []quicgo.Version{quicgo.Version2}
	add("version 1", nil, nil)
	add("version 2", map[string]string{"network.protocol.version": "2"}, func(p *peers) {
		p.here.Versions, p.there.Versions = second, second
	})
	add("retry", map[string]string{"beyla.quic.retry": "1"}, func(p *peers) { p.retry = true })
	add("retry in version 2", map[string]string{"beyla.quic.retry": "1", "network.protocol.version": "2"}, func(p *peers) {
		p.retry = true
		p.here.Versions, p.there.Versions = second, second
	})
	add("version negotiation", map[string]string{"network.protocol.version": "2"}, func(p *peers) {
		p.there.Versions = second
	})
	add("resumed", map[string]string{"tls.resumed": "1"}, func(p *peers) {
		p.again = true
		p.client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	})
	add("a hello in one datagram", nil, func(p *peers) { p.client.CurvePreferences = []tls.CurveID{tls.X25519} })
	add("hello retry", map[string]string{"beyla.tls.hello_retry": "1"}, func(p *peers) {
		p.client.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256}
		p.server.CurvePreferences = []tls.CurveID{tls.CurveP256}
	})
	add("two protocols offered", map[string]string{"tls.next_protocol": "", "beyla.tls.alpn.offered": "[h3 h3-29]"}, func(p *peers) {
		p.client.NextProtos = []string{"h3", "h3-29"}
	})
	missed := map[string]string{
		"tls.established": "0", "error.type": "tls_alert_no_application_protocol", "tls.next_protocol": "",
		"tls.protocol.version": "", "tls.cipher": "", "tls.resumed": "",
	}
	add("no protocol in common", missed, func(p *peers) {
		p.fails = true
		p.server.NextProtos = []string{"doq"}
	})
	distrust := map[string]string{"tls.established": "0", "tls.next_protocol": "", "error.type": "tls_alert_bad_certificate"}
	add("distrusted", distrust, func(p *peers) {
		p.fails = true
		p.client.RootCAs = nil
	})
	return all
}

// talk has the two shake hands, exchange some data on a stream, and close.
func (p *peers) talk(t testing.TB) []step {
	if p.again {
		p.again = false
		p.talk(t)
	}
	r := &traffic{}
	there := &quicgo.Transport{Conn: tapped{socket(t), proto.ToClient, r}}
	here := &quicgo.Transport{Conn: tapped{socket(t), proto.ToServer, r}}
	if p.retry {
		there.VerifySourceAddress = func(net.Addr) bool { return true }
	}
	listener, err := there.Listen(&p.server, &p.there)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept(ctx)
		if err != nil {
			return
		}
		if stream, err := conn.AcceptStream(ctx); err == nil {
			_, _ = io.Copy(stream, stream)
			_ = stream.Close()
		}
		<-conn.Context().Done()
	}()
	conn, err := here.Dial(ctx, there.Conn.LocalAddr(), &p.client, &p.here)
	require.Equal(t, p.fails, err != nil, err)
	if err == nil {
		echo(ctx, t, conn)
	}
	_ = here.Close()
	_ = listener.Close()
	_ = there.Close()
	cancel()
	<-done
	return r.closed()
}

const size = 100_000

func echo(ctx context.Context, t testing.TB, conn *quicgo.Conn) {
	stream, err := conn.OpenStreamSync(ctx)
	require.NoError(t, err)
	_, err = stream.Write([]byte(strings.Repeat("x", size)))
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	back, err := io.ReadAll(stream)
	require.NoError(t, err)
	require.Len(t, back, size)
	require.NoError(t, conn.CloseWithError(0, ""))
}

// attributesOf plays a conversation and gives what the only exchange says.
func attributesOf(t *testing.T, steps []step) map[string]string {
	t.Helper()
	require.Equal(t, proto.Yes, Detect(event.UDP, steps[0].data, nil))
	lines, book := run(steps)
	require.Zero(t, book.Held())
	out := map[string]string{}
	for _, line := range lines {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			_, twice := out[key]
			require.False(t, twice, key)
			out[key] = value
		}
	}
	return out
}

func expect(t *testing.T, want, got map[string]string) {
	t.Helper()
	for key, value := range want {
		assert.Equal(t, value, got[key], key)
	}
}

func TestPeers(t *testing.T) {
	for name, p := range scenes(t) {
		t.Run(name, func(t *testing.T) {
			steps := p.talk(t)
			expect(t, p.want, attributesOf(t, steps))
			expect(t, p.want, attributesOf(t, asCaptured(steps)))
		})
	}
}

// asCaptured is what the tap shows of a conversation: of packets without a long header the
// first 64 bytes.
func asCaptured(steps []step) (out []step) {
	for _, s := range steps {
		left := int64(0)
		if s.what == "" && s.data[0]&longHeader == 0 && len(s.data) > 64 {
			left = int64(len(s.data) - 64)
			s.data = s.data[:64]
		}
		out = append(out, s)
		if left > 0 {
			out = append(out, step{dir: s.dir, at: s.at, what: "gap", n: left})
		}
	}
	return out
}

// What both ends sent is what is counted, captured or not.
func TestTraffic(t *testing.T) {
	steps := scenes(t)["version 1"].talk(t)
	var bytes, datagrams [2]int64
	for _, s := range steps {
		if s.what == "" {
			bytes[s.dir] += int64(len(s.data))
			datagrams[s.dir]++
		}
	}
	require.Greater(t, bytes[proto.ToClient], int64(size))
	for _, played := range [][]step{steps, asCaptured(steps)} {
		expect(t, map[string]string{
			"beyla.bytes.sent": text(bytes[0]), "beyla.bytes.received": text(bytes[1]),
			"beyla.quic.datagrams.sent": text(datagrams[0]), "beyla.quic.datagrams.received": text(datagrams[1]),
		}, attributesOf(t, played))
	}
}

// Another implementation: golang.org/x/net/quic.
func TestOtherPeers(t *testing.T) {
	cert, pool := identity(t)
	r := &traffic{}
	there, err := xquic.NewEndpoint(tapped{socket(t), proto.ToClient, r}, &xquic.Config{
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h3"}, MinVersion: tls.VersionTLS13},
	})
	require.NoError(t, err)
	here, err := xquic.NewEndpoint(tapped{socket(t), proto.ToServer, r}, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := here.Dial(ctx, "udp", there.LocalAddr().String(), &xquic.Config{
		TLSConfig: &tls.Config{RootCAs: pool, ServerName: "a.example", NextProtos: []string{"h3"}, MinVersion: tls.VersionTLS13},
	})
	require.NoError(t, err)
	stream, err := conn.NewStream(ctx)
	require.NoError(t, err)
	_, err = stream.Write([]byte("hello"))
	require.NoError(t, err)
	stream.CloseWrite()
	_ = conn.Close()
	_ = here.Close(ctx)
	_ = there.Close(ctx)
	expect(t, map[string]string{
		"server.address": "a.example", "network.protocol.version": "1", "tls.established": "1", "tls.next_protocol": "h3",
	}, attributesOf(t, r.closed()))
}
