//go:build linux && (amd64 || arm64)

package acceptance

import (
	"bytes"
	"cmp"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// What the hellos of a connection say is compared with what tshark reads in them: the name of the
// server, the version, the cipher, and the protocol that was chosen in plain text.
func TestOracleTLS(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testkit.Shared(t), "tls", "*.pcap*"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	unused := maps.Clone(tlsDifferences)
	var connections atomic.Int64
	t.Cleanup(func() {
		assert.GreaterOrEqual(t, connections.Load(), int64(leastConnections), "with a hello, of all captures")
	})
	for _, path := range paths {
		name := nameOf(path)
		delete(unused, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := tlsDifferences[name]
			opinions, all := tlsOpinions(t, path), testkit.Flatten(receive(t, path)...)
			connections.Add(int64(len(opinions)))
			for _, kind := range []string{"Server", "Client"} {
				got := compare(opinions, tlsSpans(all.Kind(kind)))
				assert.ElementsMatch(t, want.theirs, got.theirs, "only the oracle sees (%s): %s", kind, want.reason)
				assert.ElementsMatch(t, want.ours, got.ours, "only the receiver sees (%s): %s", kind, want.reason)
			}
		})
	}
	assert.Empty(t, unused, "differences of captures that are not there")
	for name, d := range tlsDifferences {
		assert.NotEmpty(t, d.reason, name)
	}
}

// leastConnections is how many the captures hold.
const leastConnections = 38

// The fields of tshark's that are asked for.
const (
	fieldStream   = "tcp.stream"
	fieldType     = "tls.handshake.type"
	fieldName     = "tls.handshake.extensions_server_name"
	fieldVersion  = "tls.handshake.version"
	fieldVersions = "tls.handshake.extensions.supported_version"
	fieldCipher   = "tls.handshake.ciphersuite"
	fieldALPN     = "tls.handshake.extensions_alpn_str"
)

// tlsConnection is what the hellos of one say.
type tlsConnection struct{ name, version, cipher, protocol string }

// tlsOpinions are the connections with a hello, a line each.
func tlsOpinions(t *testing.T, capture string) []string {
	t.Helper()
	testkit.Need(t, "tshark")
	fields := []string{fieldStream, fieldType, fieldName, fieldVersion, fieldVersions, fieldCipher, fieldALPN}
	args := []string{
		"-r", capture, "-Y", "tcp && (tls.handshake.type == 1 || tls.handshake.type == 2)",
		"-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=\x1f",
	}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.CommandContext(t.Context(), "tshark", args...).Output()
	require.NoError(t, err)
	connections := map[string]*tlsConnection{}
	for line := range bytes.Lines(out) {
		o := opinion{}
		for i, value := range strings.Split(strings.TrimSuffix(string(line), "\n"), "\t") {
			o[fields[i]] = value
		}
		stream := o.nth(fieldStream, 0)
		if connections[stream] == nil {
			connections[stream] = new(tlsConnection)
		}
		connections[stream].hear(t, o)
	}
	var lines []string
	for _, stream := range slices.Sorted(maps.Keys(connections)) {
		c := connections[stream]
		lines = append(lines, tlsLine(c.name, c.version, c.cipher, c.protocol))
	}
	return lines
}

// hear takes the hello that a frame holds.
func (c *tlsConnection) hear(t *testing.T, o opinion) {
	t.Helper()
	types := o.values(fieldType)
	if slices.Contains(types, "1") {
		c.name = strings.ToLower(o.nth(fieldName, 0))
		return
	}
	number := func(text string) uint16 {
		n, err := strconv.ParseUint(text, 0, 16)
		require.NoError(t, err, text)
		return uint16(n)
	}
	_, c.version = tlshello.VersionName(number(cmp.Or(o.nth(fieldVersions, 0), o.nth(fieldVersion, 0))))
	c.cipher = tlshello.CipherName(number(o.nth(fieldCipher, 0)))
	c.protocol = o.nth(fieldALPN, 0)
}

func tlsLine(words ...string) string {
	for i := range words {
		words[i] = cmp.Or(words[i], "?")
	}
	return strings.Join(words, " ")
}

// tlsSpans are the connections in which a hello was read.
func tlsSpans(spans testkit.Spans) []string {
	var lines []string
	for _, s := range spans.Where(func(s testkit.Span) bool { return s.Has("tls.protocol.name") }) {
		lines = append(lines, tlsLine(s.Str("tls.client.server_name"), s.Str("tls.protocol.version"),
			s.Str("tls.cipher"), s.Str("tls.next_protocol")))
	}
	return lines
}

// tlsDifferences hold the captures of which the oracle (tshark 4.0, of Debian 12) and the receiver say
// different things. Told what the port speaks (-d), tshark says the same.
var tlsDifferences = map[string]difference{
	"tls/https-to-http.pcap": {
		ours:   []string{"? ? ? ?"},
		reason: "A ClientHello without a name, on port 80: tshark goes by the port, and finds no HTTP.",
	},
	"tls/ssl-to-http-server.pcap": {
		ours:   []string{"vk.com ? ? ?"},
		reason: "As in https-to-http.pcap.",
	},
	"tls/irc-starttls.pcap": {
		ours:   []string{"? 1.2 TLS_RSA_WITH_AES_256_GCM_SHA384 ?"},
		reason: "TLS begins after STARTTLS, which tshark does not know of in IRC.",
	},
}
