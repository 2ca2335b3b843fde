//go:build amd64 || arm64

package replay

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

var errDisk = errors.New("disk on fire")

// classic writes a pcap file by hand: magic number, byte order, and one packet
// half a second after the epoch.
func classic(order binary.AppendByteOrder, magic, fraction uint32, packet []byte) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	for _, v := range []uint32{0, 0, 65535, uint32(layers.LinkTypeRaw), uint32(epoch.Unix()), fraction, uint32(len(packet)), uint32(len(packet))} {
		b = order.AppendUint32(b, v)
	}
	return append(b, packet...)
}

func compress(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	packet := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(false)...)
	half := epoch.Add(time.Second / 2)
	var ng bytes.Buffer
	w, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeRaw)
	require.NoError(t, err)
	require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: half, CaptureLength: len(packet), Length: len(packet)}, packet))
	require.NoError(t, w.Flush())
	cases := map[string][]byte{
		"microseconds":                classic(binary.LittleEndian, 0xa1b2c3d4, 500_000, packet),
		"microseconds, big endian":    classic(binary.BigEndian, 0xa1b2c3d4, 500_000, packet),
		"nanoseconds":                 classic(binary.LittleEndian, 0xa1b23c4d, 500_000_000, packet),
		"nanoseconds, big endian":     classic(binary.BigEndian, 0xa1b23c4d, 500_000_000, packet),
		"pcapng of the library":       ng.Bytes(),
		"pcapng":                      newNGFile(binary.LittleEndian).iface(101, 0).enhanced(0, uint64(half.UnixMicro()), packet).bytes(),
		"pcapng, big endian":          newNGFile(binary.BigEndian).iface(101, 0).enhanced(0, uint64(half.UnixMicro()), packet).bytes(),
		"pcapng, obsolete packet":     newNGFile(binary.LittleEndian).iface(101, 0).obsolete(0, uint64(half.UnixMicro()), packet).bytes(),
		"pcapng, options and unknown": newNGFile(binary.LittleEndian).block(0x0bad, []byte("whatever")).iface(101, 0).block(10, make([]byte, 1<<20)).enhanced(0, uint64(half.UnixMicro()), packet, 1, 0, 4, 0, 'n', 'o', 't', 'e', 0, 0, 0, 0).bytes(),
	}
	for name, data := range cases {
		for _, packed := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				if packed {
					data = compress(t, data)
				}
				recs, s := readAll(t, data, Options{})
				require.Len(t, recs, 1)
				require.Equal(t, "GET", recs[0].payload)
				require.EqualValues(t, half.UnixNano(), recs[0].Time)
				require.NoError(t, s.FileError)
			})
		}
	}
}

// TestOpenErrors: what is wrong with a file is said by Open.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	good := talk(t, seg{up: true, seq: 1, data: "GET"})
	version := append([]byte(nil), good...)
	version[4] = 3
	const formats = "not a capture file (pcap and pcapng are read, plain or gzip-compressed)"
	cases := []struct {
		path string
		is   error
		text string
	}{
		{filepath.Join(dir, "missing"), fs.ErrNotExist, "open capture: open " + filepath.Join(dir, "missing") + ": no such file or directory"},
		{dir, nil, "read capture " + dir + ": read " + dir + ": is a directory"},
		{file("empty", nil), ErrEmpty, "the file is empty"},
		{file("short", []byte("ab")), ErrFormat, formats},
		{file("text", []byte("GET / HTTP/1.1\r\n")), ErrFormat, formats},
		{file("text.gz", compress(t, []byte("GET / HTTP/1.1\r\n"))), ErrFormat, formats},
		{file("empty.gz", compress(t, nil)), ErrFormat, formats},
		{file("broken.gz", []byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9}), gzip.ErrHeader, "read gzip header: gzip: invalid header"},
		{file("cut.gz", compress(t, good)[:12]), io.ErrUnexpectedEOF, "decompress: unexpected EOF"},
		{file("head", good[:20]), io.ErrUnexpectedEOF, "read pcap header: unexpected EOF"},
		{file("version", version), nil, "read pcap header: Unknown major version 3"},
		{file("usb", pcapFile(t, layers.LinkTypeLinuxUSB)), ErrLinkType, "link type 220: " + ErrLinkType.Error()},
		{file("head.ng", newNGFile(binary.LittleEndian).bytes()[:10]), io.ErrUnexpectedEOF, "read pcapng section header: unexpected EOF"},
		{file("order.ng", append([]byte{0x0a, 0x0d, 0x0d, 0x0a}, make([]byte, 40)...)), errByteOrder, "read pcapng section header: impossible pcapng byte-order magic"},
	}
	for _, c := range cases {
		t.Run(filepath.Base(c.path), func(t *testing.T) {
			_, err := Open(c.path, Options{})
			require.ErrorContains(t, err, c.text)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		})
	}
}

// TestTruncatedFile: what was there is given, and the break is told.
func TestTruncatedFile(t *testing.T) {
	packet := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(false)...)
	ng := newNGFile(binary.LittleEndian).iface(101, 0)
	first := len(ng.bytes())
	ng.enhanced(0, 0, packet)
	cases := map[string]struct {
		data  []byte
		whole [2]int // lengths at which nothing is missing
	}{
		"pcap":   {talk(t, seg{up: true, seq: 1, data: "GET"}), [2]int{24, 24 + 16 + len(packet)}},
		"pcapng": {ng.bytes(), [2]int{first, len(ng.bytes())}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for n := c.whole[0]; n <= len(c.data); n++ {
				recs, s := readAll(t, c.data[:n], Options{})
				switch n {
				case c.whole[0], c.whole[1]:
					require.NoError(t, s.FileError)
				default:
					require.ErrorIs(t, s.FileError, io.ErrUnexpectedEOF, "%d", n)
					require.EqualValues(t, 1, s.Skipped[BrokenFile])
					require.Empty(t, recs)
				}
			}
		})
	}
	t.Run("gzip", func(t *testing.T) {
		var segs []seg
		for i := range 2000 {
			segs = append(segs, seg{up: true, seq: uint32(1 + 3*i), data: "GET"})
		}
		packed := compress(t, talk(t, segs...))
		recs, s := readAll(t, packed[:len(packed)/2], Options{})
		require.NotEmpty(t, recs)
		require.Less(t, len(recs), 2000)
		require.ErrorIs(t, s.FileError, io.ErrUnexpectedEOF)
	})
	t.Run("packet longer than any", func(t *testing.T) {
		data := talk(t, seg{up: true, seq: 1, data: "GET"}, seg{up: true, seq: 4, data: "GET"})
		binary.LittleEndian.PutUint32(data[24+16+len(packet)+8:], maxFrame+1)
		recs, s := readAll(t, data, Options{})
		require.Len(t, recs, 1)
		require.ErrorContains(t, s.FileError, "read packet 2: capture length exceeds")
	})
	t.Run("the disk fails", func(t *testing.T) {
		data := talk(t, seg{up: true, seq: 1, data: "GET"})
		r, err := newReader(io.MultiReader(bytes.NewReader(data), failing{}), Options{})
		require.NoError(t, err)
		recs, s := drain(t, r)
		require.Len(t, recs, 1)
		require.ErrorIs(t, s.FileError, errDisk)
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errDisk }

// TestOpen reads a file from the disk, and closes it.
func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	require.NoError(t, os.WriteFile(path, talk(t, shake(seg{up: true, flags: "A", seq: 1000, data: "GET"})...), 0o600))
	r, err := Open(path, Options{})
	require.NoError(t, err)
	require.Zero(t, r.Now())
	raw := make([]byte, 0, 512)
	require.NoError(t, r.Read(&raw))
	require.Equal(t, 512, cap(raw), "memory is used again")
	require.Equal(t, "GET", parse(t, raw).payload)
	require.Equal(t, epoch.Add(3*time.Millisecond).UnixNano(), r.Now())
	require.ErrorIs(t, r.Read(&raw), io.EOF)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close(), "twice is fine")
	require.ErrorIs(t, r.Read(&raw), os.ErrClosed)
	require.EqualValues(t, 4, r.Stats().Packets)
}

// TestNow never goes back, though records keep their packets' times.
func TestNow(t *testing.T) {
	shots := []shot{
		{data: wire(t, dgram(true, "a")...), time: epoch.Add(time.Second)},
		{data: wire(t, dgram(true, "b")...), time: epoch},
	}
	r, err := newReader(bytes.NewReader(pcapFile(t, layers.LinkTypeRaw, shots...)), Options{})
	require.NoError(t, err)
	recs, _ := drain(t, r)
	require.Len(t, recs, 2)
	require.EqualValues(t, epoch.UnixNano(), recs[1].Time)
	require.Equal(t, epoch.Add(time.Second).UnixNano(), r.Now())
}
