package dns

import (
	"fmt"
	"maps"
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

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// talk is what one client and one server said to each other in a capture.
type talk struct {
	transport event.Transport
	sender    string // of the first packet
	steps     []step // as if the sender were the client
}

// talks reads a capture; TCP segments are taken in the order in which they come.
func talks(t *testing.T, path string) (list []*talk) {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	reader, err := pcapgo.NewReader(file)
	require.NoError(t, err)
	known := map[string]*talk{}
	var decoder gopacket.Decoder = reader.LinkType()
	if reader.LinkType() == layers.LinkTypeIPv4 {
		decoder = layers.LayerTypeIPv4
	}
	source := gopacket.NewPacketSource(reader, decoder)
	for packet := range source.Packets() {
		network, transport := packet.NetworkLayer(), packet.TransportLayer()
		if network == nil || transport == nil || len(transport.LayerPayload()) == 0 {
			continue
		}
		ends := []string{
			fmt.Sprint(network.NetworkFlow().Src(), " ", transport.TransportFlow().Src()),
			fmt.Sprint(network.NetworkFlow().Dst(), " ", transport.TransportFlow().Dst()),
		}
		sender := ends[0]
		slices.Sort(ends)
		key := fmt.Sprint(transport.LayerType(), ends)
		one := known[key]
		if one == nil {
			one = &talk{transport: event.UDP, sender: sender}
			if transport.LayerType().String() == "TCP" {
				one.transport = event.TCP
			}
			known[key] = one
			list = append(list, one)
		}
		s := step{at: packet.Metadata().Timestamp.UnixNano(), data: transport.LayerPayload()}
		if sender != one.sender {
			s.dir = proto.ToClient
		}
		one.steps = append(one.steps, s)
	}
	return list
}

// heard is what the parser makes of a talk, once Detect has found out who asks.
func heard(one *talk) []string {
	steps := slices.Clone(one.steps)
	first := steps[0].data
	switch {
	case Detect(one.transport, first, nil) == proto.Yes:
	case Detect(one.transport, nil, first) == proto.Yes:
		for i := range steps {
			steps[i].dir = steps[i].dir.Flip()
		}
	default:
		return []string{"not ours"}
	}
	for _, dir := range [...]proto.Dir{proto.ToServer, proto.ToClient} {
		steps = append(steps, step{dir: dir, what: "close", how: proto.Gone, at: steps[len(steps)-1].at})
	}
	lines, book := run(New(Config{}), one.transport, steps)
	if held := book.Held(); held != 0 {
		lines = append(lines, fmt.Sprintf("%d messages held", held))
	}
	return lines
}

// said leaves out what a table should not repeat: times, sizes, openings.
func said(lines []string) (out []string) {
	for _, line := range lines {
		if strings.HasPrefix(line, "open ") || strings.HasPrefix(line, "wants ") {
			continue
		}
		for _, half := range [...]string{" req[", " resp["} {
			if before, rest, ok := strings.Cut(line, half); ok {
				_, after, _ := strings.Cut(rest, "]")
				line = before + after
			}
		}
		out = append(out, strings.TrimPrefix(line, "done DNS "))
	}
	return out
}

func check(t *testing.T, want map[string][]string, path func(name string) string) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, one := range talks(t, path(name)) {
				got = append(got, said(heard(one))...)
			}
			assert.Equal(t, want[name], got)
		})
	}
}

func TestOwnCaptures(t *testing.T) {
	check(t, map[string][]string{
		"dns-ipv6.pcap":    {"AAAA a.test id=223f NOERROR <2001:db8::1>"},
		"dns-port.pcap":    {"A a.test id=5bba NOERROR <192.0.2.1>"},
		"dns-refused.pcap": {"A a.test id=a0e6 connection_closed"},
		"dns-tcp.pcap": {
			"A a.test id=b8c4 NOERROR <192.0.2.1>",
			"AAAA a.test id=1819 NOERROR <2001:db8::1>",
			"A none.test id=45bc NXDOMAIN",
		},
		// The resolver opened a socket for each attempt.
		"dns-timeout.pcap": {"A a.test id=2a81 connection_closed", "A a.test id=2a81 connection_closed"},
		"dns-truncated.pcap": {
			"TXT long.test id=5d0c NOERROR",
			`TXT long.test id=37c2 NOERROR <"` + strings.Repeat("x", 200) + `" "` + strings.Repeat("x", 53) + `">`,
		},
		"dns-udp.pcap": {
			"A a.test id=7af5 NOERROR <192.0.2.1>",
			"AAAA a.test id=3616 NOERROR <2001:db8::1>",
			"A www.test id=7380 NOERROR <a.test> <192.0.2.1>",
			"A none.test id=a2ca NXDOMAIN",
			`TXT txt.test id=7d67 NOERROR <"hello">`,
			"MX mail.test id=62e9 NOERROR <10 a.test>",
			"A many.test id=4f6a NOERROR <192.0.2.5> <192.0.2.2> <192.0.2.6> <192.0.2.4>" +
				" <192.0.2.7> <192.0.2.3> <192.0.2.8> <192.0.2.1>",
		},
	}, func(name string) string { return testkit.Capture(t, name) })
}

// The captures that others made, with why each is what it is where that needs a word.
func TestThirdPartyCaptures(t *testing.T) {
	dir := filepath.Join(testkit.Shared(t), "dns")
	want := map[string][]string{
		// Ten questions: RFC 9619 allows one, and nothing asks more but multicast DNS.
		"conn-count-too-large.pcap": {"not ours"},
		"dns-corrupt.pcap":          {"A zeek.org id=b823 NOERROR <192.0.78.212> <192.0.78.150>"},
		// Names that run out or loop.
		"dns-invalid-names.pcap":  {"not ours", "not ours", "not ours"},
		"dns_extended_rcode.pcap": {"A test.example.com id=002a BADVERS"},
		"dynamic-update.pcap":     {"UPDATE StratoLab.org id=bb50 REFUSED", "UPDATE StratoLab.org id=ef07 NOERROR"},
		"hinfo.pcap":              {`HINFO zeek.example.net id=c988 NOERROR <"INTEL-386" "Windows">`},
		// Responses whose queries are not in the capture.
		"loc-invalid-length.pcap":    {"lost no request"},
		"max-compression-depth.pcap": {"lost no request"},
		"mdns.pcap":                  {"not ours", "not ours"},
		"proto255.pcap":              nil, // neither UDP nor TCP
		// Services are not shown, and what is wrong in them does no harm.
		"svcb-alpn-malformed-len-too-long.pcap": {"HTTPS example.com id=1234 NOERROR"},
		"svcb-port-malformed.pcap":              {"HTTPS example.com id=1234 NOERROR"},
		"tm1t.pcap": {
			"AAAA zeek.org id=d32c NOERROR",
			"A zeek.org id=50b5 NOERROR <192.0.78.150> <192.0.78.212>",
		},
	}
	check(t, want, func(name string) string { return filepath.Join(dir, name) })

	files, err := filepath.Glob(filepath.Join(dir, "*.pcap"))
	require.NoError(t, err)
	assert.Len(t, files, len(want), "every capture is in the table")
}

// Whatever a capture holds is fed as DNS, in either direction, without asking Detect.
func TestThirdPartyCapturesForced(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testkit.Shared(t), "*", "*.pcap"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		for _, one := range talks(t, path) {
			for _, transport := range [...]event.Transport{event.UDP, event.TCP} {
				steps := append(slices.Clone(one.steps[:min(len(one.steps), 2000)]),
					step{dir: proto.ToServer, what: "close"}, step{dir: proto.ToClient, what: "close"})
				_, book := run(New(Config{}), transport, steps)
				require.Zero(t, book.Held(), path)
			}
		}
	}
}
