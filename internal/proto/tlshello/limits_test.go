package tlshello

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// extension, hello and records build what real ends say, and what they would not.
func extension(kind uint16, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, kind)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(data))), data...)
}

func serverNames(names ...string) []byte {
	var list []byte
	for _, n := range names {
		list = append(list, 0)
		list = append(binary.BigEndian.AppendUint16(list, uint16(len(n))), n...)
	}
	return extension(extServerName, append(binary.BigEndian.AppendUint16(nil, uint16(len(list))), list...)...)
}

func protocolList(names ...string) []byte {
	var list []byte
	for _, n := range names {
		list = append(append(list, byte(len(n))), n...)
	}
	return extension(extProtocols, append(binary.BigEndian.AppendUint16(nil, uint16(len(list))), list...)...)
}

// clientBody is the body of a ClientHello with these extensions.
func clientBody(extensions ...[]byte) []byte {
	b := append([]byte{3, 3}, make([]byte, randomSize+1)...)
	b = append(b, 0, 2, 0x13, 0x01, 1, 0)
	all := slices.Concat(extensions...)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(all))), all...)
}

func handshakeMessage(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

func record(kind byte, content []byte) (out []byte) {
	for len(content) > 0 {
		n := min(len(content), 1<<14)
		out = append(out, kind, 3, 1, byte(n>>8), byte(n))
		out = append(out, content[:n]...)
		content = content[n:]
	}
	return out
}

func TestServerNames(t *testing.T) {
	long := strings.Repeat(strings.Repeat("x", 62)+".", 4)
	tests := map[string]string{
		"a.example": "a.example", "WWW.Example.COM": "www.example.com", "a.example.": "a.example", "localhost": "localhost",
		"xn--bcher-kva.example": "xn--bcher-kva.example", "_sip.a-b.example": "_sip.a-b.example",
		"": "", ".": "", "a..b": "", ".a": "", "a b": "", "a/b": "", "b\xfccher": "", "a\x00b": "", "[::1]": "", "::1": "",
		"192.0.2.1": "", "192.0.2.1.example": "192.0.2.1.example", "1234": "1234",
		long[:len(long)-1]:                        long[:len(long)-1],
		long + "xx":                               "",
		strings.Repeat("x", 63) + ".example":      strings.Repeat("x", 63) + ".example",
		strings.Repeat("x", 64) + ".example":      "",
		strings.Repeat("x.", 126) + "x":           strings.Repeat("x.", 126) + "x",
		strings.Repeat("x.", 127):                 "",
		"a.example\r\nHost: b.example":            "",
		"<script>alert(1)</script>.a.example.com": "",
	}
	for name, want := range tests {
		var f Facts
		require.NoError(t, NewStore().ClientHello(clientBody(serverNames(name)), &f))
		assert.Equal(t, want, f.ServerName, "%q", name)
	}
	var f Facts
	require.NoError(t, NewStore().ClientHello(clientBody(serverNames("a.example", "b.example")), &f))
	assert.Equal(t, "a.example", f.ServerName, "the first one")
}

func TestProtocols(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprint("p", i)
	}
	for name, tt := range map[string]struct{ given, want []string }{
		"usual":         {[]string{"h2", "http/1.1"}, []string{"h2", "http/1.1"}},
		"reserved":      {[]string{"\x0a\x0a", "h3", "\xfa\xfa"}, []string{"h3"}},
		"not printable": {[]string{"a\x00", "b c", "\xff"}, nil},
		"too long":      {[]string{strings.Repeat("x", 65), "h2"}, []string{"h2"}},
		"too many":      {many, many[:16]},
		"none":          {nil, nil},
	} {
		store, f := NewStore(), Facts{}
		require.NoError(t, store.ClientHello(clientBody(protocolList(tt.given...)), &f))
		assert.Equal(t, tt.want, f.Offered, name)
	}
}

func TestMalformedHellosChangeNothing(t *testing.T) {
	good := clientBody(serverNames("a.example"), protocolList("h2"))
	store := NewStore()
	for n := range good {
		if n == 2+randomSize+1+4+2 {
			continue // before the extensions a hello may end
		}
		var f Facts
		require.ErrorIs(t, store.ClientHello(good[:n], &f), ErrHello, n)
		require.Equal(t, Facts{}, f, n)
	}
	var f Facts
	require.ErrorIs(t, store.ClientHello(append(good, 0), &f), ErrHello)
	server := append([]byte{3, 3}, make([]byte, randomSize)...)
	server = append(append(server, 0, 0x13, 0x01, 0, 0, 6), extension(extVersions, 3, 4)...)
	for n := range server {
		if n == len(server)-8 {
			continue
		}
		require.ErrorIs(t, store.ServerHello(server[:n], &f), ErrHello, n)
		require.Equal(t, Facts{}, f, n)
	}
	require.NoError(t, store.ServerHello(server, &f))
	assert.Equal(t, Facts{TLS: true, Server: true, Version: 0x0304, Cipher: 0x1301, Resumed: No}, f)
}

// A hello of 16 KiB is read, a longer one is not, and neither costs more than that.
func TestLongHellos(t *testing.T) {
	for size, want := range map[int]string{maxHello: "a.example", maxHello + 1: ""} {
		padding := size - messageHeader - len(clientBody(serverNames("a.example"))) - 4
		body := clientBody(serverNames("a.example"), extension(21, make([]byte, padding)...))
		message := handshakeMessage(clientHello, body)
		require.Len(t, message, size)
		store := NewStore()
		r := store.Reader()
		for i, b := range record(handshakeRecord, message) {
			r.Feed(Client, []byte{b}, i == 0)
			require.LessOrEqual(t, cap(r.streams[Client].hello.buf), maxHello)
		}
		assert.Equal(t, want, r.Facts().ServerName)
		assert.Nil(t, r.streams[Client].hello.buf, "given back")
		r.Release()
		for _, b := range store.buffers {
			assert.Equal(t, bufferSize, cap(b), "large memory is not kept")
		}
	}
}

func TestGaps(t *testing.T) {
	hello := record(handshakeRecord, handshakeMessage(clientHello, clientBody(serverNames("a.example"))))
	data := record(applicationData, make([]byte, 100))
	t.Run("in a hello", func(t *testing.T) {
		r := NewStore().Reader()
		r.Feed(Client, hello[:40], true)
		r.Gap(Client, int64(len(hello)-40))
		r.Finish()
		assert.Equal(t, Facts{TLS: true}, *r.Facts())
	})
	t.Run("in data", func(t *testing.T) {
		r := NewStore().Reader()
		r.Feed(Client, data[:20], true)
		r.Gap(Client, int64(len(data)-20))
		r.Feed(Client, data[:5], false)
		assert.Equal(t, 2, r.streams[Client].sealed)
	})
	t.Run("beyond a record", func(t *testing.T) {
		r := NewStore().Reader()
		r.Feed(Client, data[:20], true)
		r.Gap(Client, int64(len(data)))
		r.Feed(Client, data, false)
		assert.Equal(t, 1, r.streams[Client].sealed, "not read")
		r.Feed(Client, data, true)
		assert.Equal(t, 2, r.streams[Client].sealed, "found again with the next message")
	})
	t.Run("before anything", func(t *testing.T) {
		r := NewStore().Reader()
		r.Gap(Client, 10)
		r.Feed(Client, hello, false)
		assert.Equal(t, Facts{}, *r.Facts())
		r.Feed(Client, hello, true)
		r.Finish()
		assert.Equal(t, Facts{TLS: true, Client: true, ServerName: "a.example", Established: No}, *r.Facts())
	})
}

func TestLook(t *testing.T) {
	hello := record(handshakeRecord, handshakeMessage(clientHello, clientBody()))
	data := record(applicationData, make([]byte, 100))
	for name, tt := range map[string]struct {
		from End
		b    []byte
		want Truth
	}{
		"nothing":                       {Client, nil, Unknown},
		"one byte":                      {Client, hello[:1], Unknown},
		"a header":                      {Client, hello[:5], Unknown},
		"a header and a type":           {Client, hello[:6], Yes},
		"a hello":                       {Client, hello, Yes},
		"a client's hello from servers": {Server, hello, No},
		"data":                          {Server, data, Yes},
		"data, the header":              {Server, data[:5], Yes},
		"data and more of it":           {Server, append(slices.Clone(data), data...), Yes},
		"data and something else":       {Server, append(slices.Clone(data), "GET "...), No},
		"data too short":                {Client, []byte{23, 3, 3, 0, 16}, No},
		"data too long":                 {Client, []byte{23, 3, 3, 0x41, 1}, No},
		"version":                       {Client, []byte{23, 3, 4, 0, 100}, No},
		"heartbeat":                     {Client, []byte{24, 3, 3, 0, 100}, No},
		"change of cipher":              {Client, []byte{20, 3, 3, 0, 1, 1}, Yes},
		"SSL 2.0":                       {Client, []byte{0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10}, No},
		"HTTP":                          {Client, []byte("GET / HTTP/1.1\r\n\r\n"), No},
		"SSH":                           {Server, []byte("SSH-2.0-OpenSSH\r\n"), No},
		"HTTP/2":                        {Client, []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), No},
		"DNS over TCP":                  {Client, []byte{0, 29, 0x16, 3, 1, 0, 0, 1}, No},
	} {
		assert.Equal(t, tt.want, Look(tt.from, tt.b), name)
	}
}

func TestStoreIsBounded(t *testing.T) {
	s := NewStore()
	name := []byte("a.example")
	s.Text(name)
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Text(name) }))
	addr := netip.MustParseAddr("::ffff:192.0.2.1")
	assert.Equal(t, "192.0.2.1", s.Address(addr))
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Address(addr) }))
	var readers []*Reader
	for range 2 * maxBuffers {
		r := s.Reader()
		r.streams[Client].hello.buf = s.takeBuffer(100)
		readers = append(readers, r)
	}
	for _, r := range readers {
		r.Release()
	}
	assert.Len(t, s.readers, maxBuffers)
	assert.Len(t, s.buffers, maxBuffers)
}

func TestNames(t *testing.T) {
	assert.Equal(t, "tls_alert_handshake_failure", AlertError(40))
	assert.Equal(t, "tls_alert_unknown", AlertError(200))
	assert.Equal(t, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", CipherName(0x9e))
	assert.Equal(t, "TLS_AES_128_GCM_SHA256", CipherName(0x1301))
	assert.Equal(t, "0xC0A1", CipherName(0xc0a1))
	for v, want := range map[uint16]string{
		0x300: "ssl 3", 0x301: "tls 1", 0x302: "tls 1.1", 0x303: "tls 1.2", 0x304: "tls 1.3", 0x7f1c: "tls 1.3", 0x305: " ",
	} {
		name, version := VersionName(v)
		assert.Equal(t, want, name+" "+version)
	}
}
