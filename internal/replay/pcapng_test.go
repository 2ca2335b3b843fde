//go:build amd64 || arm64

package replay

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ngFile writes pcapng by hand, to have what no writer makes.
type ngFile struct {
	order binary.AppendByteOrder
	b     []byte
}

func newNGFile(order binary.AppendByteOrder) *ngFile {
	return (&ngFile{order: order}).section(1)
}

func (f *ngFile) bytes() []byte { return f.b }

func (f *ngFile) block(kind uint32, body []byte) *ngFile {
	body = append(body[:len(body):len(body)], make([]byte, (4-len(body)%4)%4)...)
	f.b = f.order.AppendUint32(f.b, kind)
	f.b = f.order.AppendUint32(f.b, uint32(len(body)+12))
	f.b = append(f.b, body...)
	f.b = f.order.AppendUint32(f.b, uint32(len(body)+12))
	return f
}

func (f *ngFile) section(major uint16) *ngFile {
	b := f.order.AppendUint32(nil, magicOrder)
	b = f.order.AppendUint16(f.order.AppendUint16(b, major), 0)
	return f.block(magicSection, f.order.AppendUint64(b, math.MaxUint64))
}

// iface adds an interface; options come as (code, bytes) pairs, see option.
func (f *ngFile) iface(link uint16, snap uint32, options ...[]byte) *ngFile {
	b := f.order.AppendUint16(f.order.AppendUint16(nil, link), 0)
	b = f.order.AppendUint32(b, snap)
	return f.block(blockIface, append(b, bytes.Join(options, nil)...))
}

func (f *ngFile) option(code uint16, value ...byte) []byte {
	b := f.order.AppendUint16(f.order.AppendUint16(nil, code), uint16(len(value)))
	return append(append(b, value...), make([]byte, (4-len(value)%4)%4)...)
}

func (f *ngFile) enhanced(iface uint32, stamp uint64, packet []byte, options ...byte) *ngFile {
	b := f.order.AppendUint32(nil, iface)
	b = f.order.AppendUint32(f.order.AppendUint32(b, uint32(stamp>>32)), uint32(stamp))
	b = f.order.AppendUint32(f.order.AppendUint32(b, uint32(len(packet))), uint32(len(packet)))
	b = append(append(b, packet...), make([]byte, (4-len(packet)%4)%4)...)
	return f.block(blockEnhanced, append(b, options...))
}

func (f *ngFile) obsolete(iface uint16, stamp uint64, packet []byte) *ngFile {
	b := f.order.AppendUint16(f.order.AppendUint16(nil, iface), 9)
	b = f.order.AppendUint32(f.order.AppendUint32(b, uint32(stamp>>32)), uint32(stamp))
	b = f.order.AppendUint32(f.order.AppendUint32(b, uint32(len(packet))), uint32(len(packet)))
	return f.block(blockPacket, append(b, packet...))
}

func (f *ngFile) simple(wire uint32, packet []byte) *ngFile {
	return f.block(blockSimple, append(f.order.AppendUint32(nil, wire), packet...))
}

// TestSections: several sections of either byte order, several interfaces of
// different link types.
func TestSections(t *testing.T) {
	packet := func(s string) []byte { return wire(t, dgram(true, s)...) }
	little := newNGFile(binary.LittleEndian).
		iface(101, 0).iface(113, 0).iface(220, 0).
		enhanced(1, 0, append(cooked1(0x0800, 6), packet("a")...)).
		enhanced(2, 0, []byte("USB")).
		enhanced(0, 0, packet("b")).
		enhanced(7, 0, packet("no such interface"))
	big := newNGFile(binary.BigEndian).
		enhanced(0, 0, packet("interfaces do not outlive their section")).
		simple(10, packet("nor here")).
		iface(1, 0).
		enhanced(0, 0, append(wire(t, ethernet(0x0800)), packet("c")...))
	recs, s := readAll(t, append(little.bytes(), big.bytes()...), Options{})
	require.NoError(t, s.FileError)
	require.Len(t, recs, 3)
	require.Equal(t, []string{"a", "b", "c"}, []string{recs[0].payload, recs[1].payload, recs[2].payload})
	require.EqualValues(t, 1, s.Skipped[LinkType])
	require.EqualValues(t, 3, s.Skipped[Malformed])
}

// TestSimple: packets without a time take the one before.
func TestSimple(t *testing.T) {
	packet := wire(t, seg{up: true, seq: 1, data: "GET / HTTP"}.layers(false)...)
	next := wire(t, seg{up: true, seq: 11, data: "/1.1"}.layers(false)...)
	f := newNGFile(binary.LittleEndian).iface(101, 43)
	f.enhanced(0, uint64(epoch.UnixMicro()), packet[:43]).simple(uint32(len(next)), next[:43])
	recs, s := readAll(t, f.bytes(), Options{})
	require.Len(t, recs, 2, "%v", s.Skipped)
	require.Equal(t, "/1.", recs[1].payload, "the interface's snap length, not the block's padding")
	require.EqualValues(t, 4, recs[1].Len)
	require.EqualValues(t, epoch.UnixNano(), recs[1].Time)
}

// TestResolution: timestamps in any unit.
func TestResolution(t *testing.T) {
	f := newNGFile(binary.LittleEndian)
	second := uint64(epoch.Unix())
	eighth := time.Second / 8
	cases := []struct {
		name    string
		options [][]byte
		stamp   uint64
		want    time.Time
	}{
		{"default", nil, second*1e6 + 125_000, epoch.Add(eighth)},
		{"seconds", [][]byte{f.option(9, 0)}, second, epoch},
		{"nanoseconds", [][]byte{f.option(2, 'l', 'o'), f.option(9, 9), f.option(0)}, second*1e9 + 125_000_000, epoch.Add(eighth)},
		{"picoseconds", [][]byte{f.option(9, 12), f.option(14, 0, 0xf1, 0x53, 0x65, 0, 0, 0, 0)}, 125_000_000_000, epoch.Add(eighth)},
		{"2^-3", [][]byte{f.option(9, 0x83)}, second<<3 + 1, epoch.Add(eighth)},
		{"2^-20", [][]byte{f.option(9, 0x94)}, second<<20 + 1<<20 - 1, epoch.Add(999_999_046)},
		{"2^-29", [][]byte{f.option(9, 0x9d)}, second<<29 + 1<<29 - 1, epoch.Add(999_999_998)},
		{"2^-30", [][]byte{f.option(9, 0x9e)}, second<<30 + 1<<30 - 1, epoch.Add(999_999_999)},
		{"2^-32", [][]byte{f.option(9, 0xa0)}, second<<32 + 1<<29, epoch.Add(eighth)},
		{"an offset", [][]byte{f.option(14, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)}, second * 1e6, epoch.Add(-time.Second)},
		{"options cut", [][]byte{{9, 0, 200, 0}}, second * 1e6, epoch},
		{"10^-20 does not fit", [][]byte{f.option(9, 20)}, second, time.Unix(0, 0)},
		{"2^-64 does not fit", [][]byte{f.option(9, 0xc0)}, second, time.Unix(0, 0)},
		{"after the end of time", [][]byte{f.option(9, 0)}, math.MaxUint64, time.Unix(0, 0)},
		{"before the beginning", [][]byte{f.option(14, 0, 0, 0, 0, 0, 0, 0, 0x80)}, second, time.Unix(0, 0)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newNGFile(binary.LittleEndian).iface(101, 0, c.options...).enhanced(0, c.stamp, wire(t, dgram(true, "x")...))
			recs, _ := readAll(t, f.bytes(), Options{})
			require.Len(t, recs, 1)
			require.EqualValues(t, c.want.UnixNano(), recs[0].Time)
		})
	}
}

// TestBlocks: blocks that are not what they say.
func TestBlocks(t *testing.T) {
	packet := wire(t, dgram(true, "x")...)
	good := func() *ngFile { return newNGFile(binary.LittleEndian).iface(101, 0) }
	t.Run("packet too short", func(t *testing.T) {
		f := good().block(blockEnhanced, make([]byte, 16)).block(blockSimple, nil).enhanced(0, 0, packet)
		recs, s := readAll(t, f.bytes(), Options{})
		require.Len(t, recs, 1)
		require.EqualValues(t, 2, s.Skipped[Malformed])
	})
	t.Run("captured more than there is", func(t *testing.T) {
		f := good().enhanced(0, 0, packet)
		at := len(f.b) - 4 - (len(packet)+3)&^3 - 8
		require.EqualValues(t, len(packet), binary.LittleEndian.Uint32(f.b[at:]))
		f.b[at] = 200
		_, s := readAll(t, f.bytes(), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
	})
	t.Run("packets longer than any", func(t *testing.T) {
		f := good().simple(maxFrame+4, make([]byte, maxFrame+4)).enhanced(0, 0, make([]byte, maxBlock+4)).enhanced(0, 0, packet)
		recs, s := readAll(t, f.bytes(), Options{})
		require.Len(t, recs, 1)
		require.EqualValues(t, 2, s.Skipped[Malformed])
	})
	broken := map[string]struct {
		data []byte
		want error
	}{
		"length not a multiple of four": {append(good().bytes(), 6, 0, 0, 0, 35, 0, 0, 0), errBlockLength},
		"length too small":              {append(good().bytes(), 6, 0, 0, 0, 8, 0, 0, 0), errBlockLength},
		"section too small":             {append(good().bytes(), 10, 13, 13, 10, 24, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a), errBlockLength},
		"interface too small":           {good().block(blockIface, make([]byte, 4)).bytes(), errBlockLength},
		"interface of a megabyte":       {good().block(blockIface, make([]byte, 1<<20)).bytes(), errBlockLength},
		"lengths differ":                {append(good().bytes(), 99, 0, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0), errBlockEnd},
		"no end":                        {append(good().bytes(), 99, 0, 0, 0, 12, 0, 0, 0), io.ErrUnexpectedEOF},
		"skipped beyond the end":        {append(good().bytes(), 99, 0, 0, 0, 0, 0, 0, 0xf0), io.ErrUnexpectedEOF},
	}
	for name, c := range broken {
		t.Run(name, func(t *testing.T) {
			_, s := readAll(t, c.data, Options{})
			require.ErrorIs(t, s.FileError, c.want)
		})
	}
	t.Run("version 2", func(t *testing.T) {
		_, s := readAll(t, good().section(2).bytes(), Options{})
		require.ErrorContains(t, s.FileError, "pcapng version 2 is not known")
	})
	t.Run("too many interfaces", func(t *testing.T) {
		f := good()
		for range maxIfaces {
			f.iface(101, 0)
		}
		_, s := readAll(t, f.bytes(), Options{})
		require.ErrorIs(t, s.FileError, errIfaces)
	})
}

// TestOnlyUnknownLinkTypes: the end of the file says so.
func TestOnlyUnknownLinkTypes(t *testing.T) {
	r, err := newReader(bytes.NewReader(newNGFile(binary.LittleEndian).iface(220, 0).enhanced(0, 0, []byte("USB")).bytes()), Options{})
	require.NoError(t, err)
	var raw []byte
	err = r.Read(&raw)
	require.ErrorIs(t, err, ErrLinkType)
	require.ErrorContains(t, err, "link type 220: ")
}
