package tlshello

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scene is a conversation of crypto/tls, and what is to be read in it.
type scene struct {
	client, server tls.Config
	// again: it is the second conversation of these two that counts.
	again bool
	want  Facts
}

func scenes(t testing.TB) map[string]*scene {
	cert, pool := identity(t)
	both := func(version uint16) scene {
		return scene{
			client: tls.Config{RootCAs: pool, ServerName: "A.example", MinVersion: version, MaxVersion: version},
			server: tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version},
		}
	}
	const ecdsaAES = tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	all := map[string]*scene{}
	add := func(name string, version uint16, want Facts, change func(s *scene)) {
		s := both(version)
		if change != nil {
			change(&s)
		}
		want.TLS, want.Client = true, true
		if want.ServerName == "" {
			want.ServerName = "a.example"
		}
		s.want = want
		all[name] = &s
	}
	alpn := func(s *scene) {
		s.client.NextProtos, s.server.NextProtos = []string{"h2", "http/1.1"}, []string{"http/1.1"}
	}
	resume := func(s *scene) {
		s.again = true
		s.client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	offered := []string{"h2", "http/1.1"}
	whole := func(version, cipher uint16, resumed Truth) Facts {
		return Facts{Server: true, Version: version, Cipher: cipher, Resumed: resumed, Established: Yes}
	}
	old, modern := whole(tls.VersionTLS12, ecdsaAES, No), whole(tls.VersionTLS13, tls.TLS_AES_128_GCM_SHA256, No)

	add("1.2", tls.VersionTLS12, old, nil)
	add("1.3", tls.VersionTLS13, modern, nil)
	chosen := old
	chosen.Offered, chosen.Protocol = offered, "http/1.1"
	add("1.2 alpn", tls.VersionTLS12, chosen, alpn)
	secret := modern
	secret.Offered = offered
	add("1.3 alpn", tls.VersionTLS13, secret, alpn)
	add("1.2 resumed", tls.VersionTLS12, whole(tls.VersionTLS12, ecdsaAES, Yes), resume)
	add("1.3 resumed", tls.VersionTLS13, whole(tls.VersionTLS13, tls.TLS_AES_128_GCM_SHA256, Yes), resume)
	retried := modern
	retried.Retried = true
	add("1.3 retried", tls.VersionTLS13, retried, func(s *scene) {
		s.client.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
		s.server.CurvePreferences = []tls.CurveID{tls.CurveP384}
	})
	add("1.3 classical key share", tls.VersionTLS13, modern, func(s *scene) {
		s.client.CurvePreferences = []tls.CurveID{tls.X25519}
	})
	mutual := func(s *scene) {
		s.server.ClientAuth, s.server.ClientCAs = tls.RequireAndVerifyClientCert, pool
		s.client.Certificates = []tls.Certificate{cert}
	}
	add("1.2 mutual", tls.VersionTLS12, old, mutual)
	add("1.3 mutual", tls.VersionTLS13, modern, mutual)
	add("1.0", tls.VersionTLS10, whole(tls.VersionTLS10, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, No), nil)

	failed := func(f Facts, alert uint8) Facts {
		f.Established, f.Alerted, f.Alert = No, true, alert
		return f
	}
	add("versions that do not meet", tls.VersionTLS13, failed(Facts{}, 70), func(s *scene) {
		s.server.MinVersion, s.server.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	})
	missed := failed(Facts{Offered: []string{"h2"}}, 120)
	add("no protocol in common", tls.VersionTLS12, missed, func(s *scene) {
		s.client.NextProtos, s.server.NextProtos = []string{"h2"}, []string{"spdy/3"}
	})
	distrust := func(s *scene) { s.client.RootCAs = nil }
	add("1.2 distrusted", tls.VersionTLS12, failed(old, 42), distrust)
	hidden := modern
	hidden.Established = No
	add("1.3 distrusted", tls.VersionTLS13, hidden, distrust) // the alert is encrypted
	unsure := modern
	unsure.Established = Unknown
	add("1.3 client distrusted", tls.VersionTLS13, unsure, func(s *scene) {
		s.server.ClientAuth = tls.RequireAndVerifyClientCert
		s.client.Certificates = []tls.Certificate{cert}
	})
	return all
}

func (s *scene) play(t testing.TB) []turn {
	turns := converse(t, &s.client, &s.server)
	if s.again {
		turns = converse(t, &s.client, &s.server)
	}
	return turns
}

// What crypto/tls says is read, in whatever pieces it comes.
func TestHandshakes(t *testing.T) {
	store := NewStore()
	for name, s := range scenes(t) {
		t.Run(name, func(t *testing.T) {
			turns := s.play(t)
			require.Equal(t, s.want, listen(store, turns, 0))
			for _, n := range []int{1, 2, 3, 5, 7, 64, 100, 517, 1000, 1448} {
				require.Equal(t, s.want, listen(store, turns, n), "in pieces of %d", n)
			}
		})
	}
}

// Hellos that are cut into records of few bytes each are put together.
func TestHelloInManyRecords(t *testing.T) {
	all := scenes(t)
	for _, name := range []string{"1.2 alpn", "1.3 retried"} {
		turns := all[name].play(t)
		for i := range turns {
			turns[i].bytes = resize(turns[i].bytes, 50)
		}
		assert.Equal(t, all[name].want, listen(NewStore(), turns, 0), name)
	}
}

// resize cuts the handshake's records in plain text, up to the first that is not, into smaller ones.
func resize(b []byte, size int) (out []byte) {
	for len(b) > headerSize && b[0] == handshakeRecord {
		content := b[headerSize : headerSize+recordSize(b)]
		if content[0] == 0x14 || content[0] == 0 { // encrypted, as far as these conversations go
			break
		}
		head := b[:3]
		b = b[headerSize+len(content):]
		for len(content) > 0 {
			n := min(size, len(content))
			out = append(append(append(out, head...), 0, byte(n)), content[:n]...)
			content = content[n:]
		}
	}
	return append(out, b...)
}

// What went on before there was TLS does not matter.
func TestStartTLS(t *testing.T) {
	s := scenes(t)["1.2 alpn"]
	plain := []turn{
		{Server, []byte("220 mail.example ESMTP\r\n")}, {Client, []byte("EHLO x\r\n")},
		{Server, []byte("250 STARTTLS\r\n")}, {Client, []byte("STARTTLS\r\n")}, {Server, []byte("220 go ahead\r\n")},
	}
	turns := append(plain, s.play(t)...)
	for _, n := range []int{0, 1, 9} {
		assert.Equal(t, s.want, listen(NewStore(), turns, n))
	}
}

// A connection of which the beginning was not seen is known by its records.
func TestJoined(t *testing.T) {
	for _, version := range []string{"1.2", "1.3"} {
		turns := scenes(t)[version].play(t)
		for i, turn := range turns { // the first data of the client's application, and what follows
			if turn.from == Client && turn.bytes[0] == applicationData && recordSize(turn.bytes) < 50 {
				turns = turns[i:]
				break
			}
		}
		assert.Equal(t, Facts{TLS: true, Established: Yes}, listen(NewStore(), turns, 3), version)
	}
}

func TestHandshaking(t *testing.T) {
	for _, name := range []string{"1.2", "1.3", "1.2 resumed", "1.3 resumed", "1.3 retried"} {
		t.Run(name, func(t *testing.T) {
			r := NewStore().Reader()
			last := End(255)
			var changes []bool
			for _, turn := range scenes(t)[name].play(t) {
				r.Feed(turn.from, turn.bytes, turn.from != last)
				last = turn.from
				if now := r.Handshaking(); len(changes) == 0 || changes[len(changes)-1] != now {
					changes = append(changes, now)
				}
				if r.Settled() {
					break
				}
			}
			assert.True(t, changes[0], "it begins with the handshake")
			assert.LessOrEqual(t, len(changes), 2, "which ends once")
		})
	}
}
