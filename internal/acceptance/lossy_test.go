//go:build linux && (amd64 || arm64)

package acceptance

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// packets is what a reader of capture files gives.
type packets interface {
	ReadPacketData() (data []byte, ci gopacket.CaptureInfo, err error)
	LinkType() layers.LinkType
}

// openPackets reads a capture with gopacket's own readers, plain or gzipped.
func openPackets(t testing.TB, path string) packets {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		data, err = io.ReadAll(z)
		require.NoError(t, err)
	}
	if r, err := pcapgo.NewReader(bytes.NewReader(data)); err == nil {
		return r
	}
	r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.DefaultNgReaderOptions)
	require.NoError(t, err)
	return r
}

// rewrite copies a capture, less what change takes away: bytes of a packet, or
// all of it (nil).
func rewrite(t testing.TB, path string, change func(data []byte) []byte) string {
	t.Helper()
	in := openPackets(t, path)
	changed := filepath.Join(t.TempDir(), "changed.pcap")
	file, err := os.Create(changed)
	require.NoError(t, err)
	out := pcapgo.NewWriterNanos(file)
	require.NoError(t, out.WriteFileHeader(1<<18, in.LinkType()))
	for {
		data, info, err := in.ReadPacketData()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // some of the corpus are cut short
			require.NoError(t, file.Close())
			return changed
		}
		require.NoError(t, err)
		if data = change(data); data != nil {
			info.CaptureLength, info.InterfaceIndex = len(data), 0
			require.NoError(t, out.WritePacket(info, data))
		}
	}
}

// losing drops one packet in so many, always the same ones for the same seed.
func losing(oneIn int, seed uint64) func([]byte) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(oneIn)))
	return func(data []byte) []byte {
		if r.IntN(oneIn) == 0 {
			return nil
		}
		return data
	}
}

// snapping keeps the first bytes of every packet, as tcpdump -s does.
func snapping(length int) func([]byte) []byte {
	return func(data []byte) []byte { return data[:min(length, len(data))] }
}

// answeredOtherwise are captures whose request was answered with something that is
// not HTTP: no span. Without that answer, there is one that says that none was seen.
var answeredOtherwise = []string{"http/curl_http_09.pcap", "http/get-to-ssh-server.pcap"}

// Packets that nobody captured make spans fewer and poorer, never wrong: what
// a span says was said by one of the whole capture. And all is accounted for.
func TestLostPackets(t *testing.T) {
	everyCapture(t, func(t *testing.T, path string) {
		whole := told(run(t, defaults(path)))
		for seed := range uint64(12) {
			lossy := told(run(t, defaults(rewrite(t, path, losing(4+int(seed), seedOf(path)+seed)))))
			if slices.Contains(answeredOtherwise, nameOf(path)) {
				continue
			}
			for line := range lossy {
				assert.True(t, whole[line], "seed %d: %s", seed, line)
			}
		}
	})
}

// The same of captures that hold the beginning of each packet only.
func TestSnappedPackets(t *testing.T) {
	everyCapture(t, func(t *testing.T, path string) {
		whole := told(run(t, defaults(path)))
		for _, length := range []int{60, 96, 128, 200, 400} {
			snapped := told(run(t, defaults(rewrite(t, path, snapping(length)))))
			for line := range snapped {
				assert.True(t, whole[line], "%d bytes of each packet: %s", length, line)
			}
		}
	})
}

func seedOf(path string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(filepath.Base(path))) // never fails
	return h.Sum64()
}

// told is what spans say that no loss may change: the exchange, and the size
// of what was seen to its end. Exchanges that were not, and those whose head was
// cut, say so, and count by what they claim.
func told(a account) map[string]bool {
	lines := map[string]bool{}
	for _, s := range testkit.Flatten(a.traces...) {
		if s.Attrs["beyla.head.truncated"] == true {
			continue
		}
		said := []string{s.Kind, s.Name}
		for _, key := range []string{"url.path", "url.query", "url.full", "dns.question.name", "beyla.dns.question.type"} {
			said = append(said, s.Str(key))
		}
		lines[strings.Join(said, " ")] = true
		for _, key := range []string{"http.response.status_code", "beyla.dns.response_code", "http.response.body.size", "http.request.body.size"} {
			if v, ok := s.Attrs[key]; ok && !unfinished(s) {
				lines[strings.Join(append(said, key, fmt.Sprint(v)), " ")] = true
			}
		}
	}
	return lines
}

// unfinished tells an exchange whose end was not seen.
func unfinished(s testkit.Span) bool {
	switch s.Str("error.type") {
	case "connection_reset", "connection_closed", "response_not_observed", "timeout":
		return true
	}
	return false
}
