//go:build amd64 || arm64

package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// epoch is the time of the first packet of every capture made here.
var epoch = time.Unix(1_700_000_000, 0)

// record is one that was read, taken apart again.
type record struct {
	tap.Record
	payload string
}

// readAll reads a capture to its end and checks what holds for every record.
func readAll(t testing.TB, data []byte, opts Options) ([]record, Stats) {
	t.Helper()
	r, err := newReader(bytes.NewReader(data), opts)
	require.NoError(t, err)
	return drain(t, r)
}

func drain(t testing.TB, r *Reader) ([]record, Stats) {
	t.Helper()
	var out []record
	var raw []byte
	check := newInvariants()
	for {
		err := r.Read(&raw)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		rec := parse(t, raw)
		check.record(t, &rec)
		out = append(out, rec)
	}
	s := r.Stats()
	require.ErrorIs(t, r.Read(&raw), io.EOF, "the end stays the end")
	require.EqualValues(t, len(out), s.Records)
	sum := s.Used + s.Empty
	for _, n := range s.Skipped {
		sum += n
	}
	require.Equal(t, s.Packets, sum, "every packet is counted once: %+v", s)
	return out, s
}

// parse reads a record with encoding/binary, independently of appendRecord.
func parse(t testing.TB, raw []byte) record {
	t.Helper()
	var rec record
	require.Equal(t, 168, binary.Size(rec.Record))
	require.GreaterOrEqual(t, len(raw), 168)
	require.NoError(t, binary.Read(bytes.NewReader(raw), binary.NativeEndian, &rec.Record))
	require.Len(t, raw, 168+int(rec.Cap))
	rec.payload = string(raw[168:])
	return rec
}

// invariants hold in any capture, however broken.
type invariants struct {
	reached map[[2]uint64]int64
	ended   map[[2]uint64]bool
	closed  map[uint64]bool
}

func newInvariants() *invariants {
	return &invariants{map[[2]uint64]int64{}, map[[2]uint64]bool{}, map[uint64]bool{}}
}

func (v *invariants) record(t testing.TB, r *record) {
	t.Helper()
	require.LessOrEqual(t, r.Cap, r.Len)
	require.NotZero(t, r.Cookie)
	require.Contains(t, []uint8{4, 6}, r.Family)
	require.Contains(t, []uint8{6, 17}, r.Transport)
	require.False(t, v.closed[r.Cookie], "nothing follows a close")
	dir, pos, flags := [2]uint64{r.Cookie, uint64(r.Dir)}, int64(r.Pos), event.Flags(r.Flags)
	switch event.Kind(r.Kind) {
	case event.Data:
		require.NotZero(t, r.Len)
		switch high := v.reached[dir]; {
		case flags&event.Late != 0:
			require.Less(t, pos, high)
		case flags&event.GapBefore != 0:
			require.Greater(t, pos, high)
		default:
			require.Equal(t, high, pos)
		}
		if flags&event.Late != 0 {
			require.Zero(t, flags&(event.MsgStart|event.GapBefore))
		}
		v.reached[dir] = max(v.reached[dir], pos+int64(r.Len))
	case event.End:
		require.False(t, v.ended[dir], "a direction ends once")
		v.ended[dir] = true
		require.GreaterOrEqual(t, pos, v.reached[dir])
	case event.Close:
		require.Zero(t, r.Dir)
		v.closed[r.Cookie] = true
	default:
		t.Fatalf("kind %d", r.Kind)
	}
}

// brief is what most tests compare.
type brief struct {
	kind    event.Kind
	dir     event.Dir
	flags   event.Flags
	pos     int64
	len     int
	payload string
}

func briefs(recs []record) []brief {
	var out []brief
	for _, r := range recs {
		out = append(out, brief{event.Kind(r.Kind), event.Dir(r.Dir), event.Flags(r.Flags), int64(r.Pos), int(r.Len), r.payload})
	}
	return out
}

// The addresses of all conversations.
var (
	client4, server4 = net.IP{10, 0, 0, 1}, net.IP{10, 0, 0, 2}
	client6, server6 = net.ParseIP("2001:db8::1"), net.ParseIP("2001:db8::2")
)

const clientPort, serverPort = 40000, 8080

// seg is one packet of a conversation.
type seg struct {
	up       bool // client to server
	flags    string
	seq, ack uint32
	data     string
	after    time.Duration // since the packet before
}

// layers are the layers of a segment, IP on.
func (s seg) layers(v6 bool) []gopacket.SerializableLayer {
	tcp := &layers.TCP{Seq: s.seq, Ack: s.ack, Window: 1024}
	for _, f := range s.flags {
		switch f {
		case 'S':
			tcp.SYN = true
		case 'A':
			tcp.ACK = true
		case 'F':
			tcp.FIN = true
		case 'R':
			tcp.RST = true
		}
	}
	tcp.SrcPort, tcp.DstPort = clientPort, serverPort
	if !s.up {
		tcp.SrcPort, tcp.DstPort = serverPort, clientPort
	}
	if tcp.SYN {
		tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}}}
	}
	return []gopacket.SerializableLayer{ip(s.up, v6, layers.IPProtocolTCP), tcp, gopacket.Payload(s.data)}
}

func dgram(up bool, data string) []gopacket.SerializableLayer {
	udp := &layers.UDP{SrcPort: clientPort, DstPort: 53}
	if !up {
		udp.SrcPort, udp.DstPort = 53, clientPort
	}
	return []gopacket.SerializableLayer{ip(up, false, layers.IPProtocolUDP), udp, gopacket.Payload(data)}
}

func ip(up, v6 bool, protocol layers.IPProtocol) gopacket.SerializableLayer {
	if v6 {
		h := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: client6, DstIP: server6}
		if !up {
			h.SrcIP, h.DstIP = h.DstIP, h.SrcIP
		}
		return h
	}
	h := &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: client4, DstIP: server4}
	if !up {
		h.SrcIP, h.DstIP = h.DstIP, h.SrcIP
	}
	return h
}

// wire serializes layers, filling in lengths.
func wire(t testing.TB, ls ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, ls...))
	return bytes.Clone(b.Bytes())
}

// ethernet is an Ethernet header, without the padding that the library's layer adds.
func ethernet(t layers.EthernetType) gopacket.SerializableLayer {
	return gopacket.Payload{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, byte(t >> 8), byte(t)}
}

// shot is a packet of a file.
type shot struct {
	data []byte
	time time.Time
	wire int // 0: len(data)
}

// pcapFile writes a classic capture with the library's writer.
func pcapFile(t testing.TB, link layers.LinkType, shots ...shot) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriterNanos(&b)
	require.NoError(t, w.WriteFileHeader(maxFrame, link))
	for _, s := range shots {
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: s.time, CaptureLength: len(s.data), Length: max(s.wire, len(s.data))}, s.data))
	}
	return b.Bytes()
}

// raw turns packets into a raw IP capture, 1 ms apart.
func raw(t testing.TB, packets ...[]byte) []byte {
	t.Helper()
	var shots []shot
	for i, p := range packets {
		shots = append(shots, shot{data: p, time: epoch.Add(time.Duration(i) * time.Millisecond)})
	}
	return pcapFile(t, layers.LinkTypeRaw, shots...)
}

// talk turns a conversation into a raw IP capture.
func talk(t testing.TB, segs ...seg) []byte {
	t.Helper()
	var shots []shot
	now := epoch
	for _, s := range segs {
		now = now.Add(s.after)
		shots = append(shots, shot{data: wire(t, s.layers(false)...), time: now})
		now = now.Add(time.Millisecond)
	}
	return pcapFile(t, layers.LinkTypeRaw, shots...)
}
