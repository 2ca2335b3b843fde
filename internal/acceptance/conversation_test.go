//go:build linux && (amd64 || arm64)

package acceptance

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

// conversation is a TCP connection that a test makes up: what the two ends say
// in turn, the client first, a segment each. An empty turn is skipped.
type conversation struct {
	port  layers.TCPPort // the server's
	turns []string
}

// record writes conversations, one after the other, into a capture of raw IP packets.
func record(t testing.TB, talks ...conversation) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.pcap")
	file, err := os.Create(path)
	require.NoError(t, err)
	w := pcapgo.NewWriterNanos(file)
	require.NoError(t, w.WriteFileHeader(0xffff, layers.LinkTypeRaw))
	r := recorder{t: t, out: w, at: time.Unix(1_700_000_000, 0)}
	for i, c := range talks {
		r.connection(layers.TCPPort(40_000+i), c)
	}
	require.NoError(t, file.Close())
	return path
}

// recorder writes packets, a millisecond apart.
type recorder struct {
	t   testing.TB
	out *pcapgo.Writer
	at  time.Time
}

// tcpEnd is one end of a connection.
type tcpEnd struct {
	ip   net.IP
	port layers.TCPPort
	seq  uint32
}

func (r *recorder) connection(port layers.TCPPort, c conversation) {
	client := &tcpEnd{ip: net.IPv4(192, 0, 2, 1), port: port, seq: 1000}
	server := &tcpEnd{ip: net.IPv4(192, 0, 2, 2), port: c.port, seq: 5000}
	r.segment(client, server, layers.TCP{SYN: true}, "")
	r.segment(server, client, layers.TCP{SYN: true, ACK: true}, "")
	from, to := client, server
	for _, text := range c.turns {
		if text != "" {
			r.segment(from, to, layers.TCP{ACK: true, PSH: true}, text)
		}
		from, to = to, from
	}
	r.segment(client, server, layers.TCP{ACK: true, FIN: true}, "")
	r.segment(server, client, layers.TCP{ACK: true, FIN: true}, "")
}

func (r *recorder) segment(from, to *tcpEnd, tcp layers.TCP, text string) {
	ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: from.ip, DstIP: to.ip}
	tcp.SrcPort, tcp.DstPort, tcp.Seq, tcp.Window = from.port, to.port, from.seq, 0xffff
	if tcp.ACK {
		tcp.Ack = to.seq
	}
	require.NoError(r.t, tcp.SetNetworkLayerForChecksum(&ip))
	buf := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	require.NoError(r.t, gopacket.SerializeLayers(buf, options, &ip, &tcp, gopacket.Payload(text)))
	r.at = r.at.Add(time.Millisecond)
	size := len(buf.Bytes())
	info := gopacket.CaptureInfo{Timestamp: r.at, CaptureLength: size, Length: size}
	require.NoError(r.t, r.out.WritePacket(info, buf.Bytes()))
	from.seq += uint32(len(text))
	if tcp.SYN || tcp.FIN {
		from.seq++
	}
}
