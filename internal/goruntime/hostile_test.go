package goruntime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// meter counts what is read.
type meter struct {
	r     io.ReaderAt
	bytes int64
	most  int
}

func (m *meter) ReadAt(b []byte, at int64) (int, error) {
	m.bytes += int64(len(b))
	m.most = max(m.most, len(b))
	return m.r.ReadAt(b, at)
}

// TestLittleIsRead has a look-up of a stripped program take a few kilobytes.
func TestLittleIsRead(t *testing.T) {
	b := image(t, stripped)
	m := &meter{r: bytes.NewReader(b)}
	_, err := Read(m, int64(len(b)))
	require.NoError(t, err)
	assert.Less(t, m.bytes, int64(16<<10))
}

func TestCutAnywhere(t *testing.T) {
	b := image(t, withDWARF)
	whole := ofThisVersion(t, "amd64")
	for n := 0; n < len(b); n += len(b)/500 + 1 {
		info, err := Read(bytes.NewReader(b[:n]), int64(n))
		assert.ErrorIs(t, err, ErrNotGo, "the section headers are at the end")
		assert.Zero(t, info)
		// A file that was cut after its size was taken.
		if info, err = Read(bytes.NewReader(b[:n]), int64(len(b))); err == nil {
			assert.Equal(t, whole, info.Offsets, n)
		}
	}
}

func TestReadErrorsAreGiven(t *testing.T) {
	broken := errors.New("broken disk")
	_, err := Read(failing{broken}, 1<<20)
	assert.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// TestHeadersOutOfBounds has the file's own numbers say too much.
func TestHeadersOutOfBounds(t *testing.T) {
	good := image(t, stripped)
	for name, change := range map[string]func(b []byte){
		"section headers beyond the end":  func(b []byte) { binary.LittleEndian.PutUint64(b[40:], 1<<62) },
		"section headers that wrap":       func(b []byte) { binary.LittleEndian.PutUint64(b[40:], ^uint64(0)-63) },
		"segment headers beyond the end":  func(b []byte) { binary.LittleEndian.PutUint64(b[32:], 1<<40) },
		"too many segments":               func(b []byte) { binary.LittleEndian.PutUint16(b[56:], 0xffff) },
		"too many sections":               func(b []byte) { binary.LittleEndian.PutUint16(b[60:], 0xfff0) },
		"no sections":                     func(b []byte) { binary.LittleEndian.PutUint16(b[60:], 0) },
		"names in no section":             func(b []byte) { binary.LittleEndian.PutUint16(b[62:], 0xffff) },
		"section headers of another size": func(b []byte) { binary.LittleEndian.PutUint16(b[58:], 1) },
		"another machine":                 func(b []byte) { binary.LittleEndian.PutUint16(b[18:], 3) },
		"32 bits":                         func(b []byte) { b[4] = 1 },
		"big-endian":                      func(b []byte) { b[5] = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Clone(good)
			change(b)
			_, err := Read(bytes.NewReader(b), int64(len(b)))
			assert.ErrorIs(t, err, ErrNotGo)
		})
	}
}

// TestBuildInfoOutOfBounds has the section's strings be longer than the section.
func TestBuildInfoOutOfBounds(t *testing.T) {
	good := image(t, stripped)
	at := bytes.Index(good, []byte("\xff Go buildinf:"))
	require.Positive(t, at)
	for name, change := range map[string]func(b []byte){
		"length beyond the end": func(b []byte) { copy(b[32:], bytes.Repeat([]byte{0xff}, 9)); b[41] = 1 },
		"endless length":        func(b []byte) { copy(b[32:], bytes.Repeat([]byte{0xff}, 64)) },
		"empty version":         func(b []byte) { b[32] = 0 },
		"control characters":    func(b []byte) { b[34] = '\n' },
		"pointer to nowhere":    func(b []byte) { b[15] = 0; binary.LittleEndian.PutUint64(b[16:], 1<<63) },
		"big-endian pointers":   func(b []byte) { b[15] = 1 },
		"no magic":              func(b []byte) { b[0] = 'x' },
	} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Clone(good)
			change(b[at:])
			_, err := Read(bytes.NewReader(b), int64(len(b)))
			assert.ErrorIs(t, err, ErrNotGo)
		})
	}
}

// TestPointersToVersion is the format of Go 1.17.
func TestPointersToVersion(t *testing.T) {
	b := image(t, stripped)
	at := bytes.Index(b, []byte("\xff Go buildinf:"))
	require.Positive(t, at)
	x, err := openELF(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	var addr uint64
	for _, s := range x.segments {
		if s.kind == segmentLoad && uint64(at) >= s.offset && uint64(at) < s.offset+s.inFile {
			addr = s.addr + uint64(at) - s.offset
		}
	}
	b[at+15] = 0
	binary.LittleEndian.PutUint64(b[at+16:], addr+32)
	binary.LittleEndian.PutUint64(b[at+32:], addr+48)
	binary.LittleEndian.PutUint64(b[at+40:], 9)
	copy(b[at+48:], "go1.17.13")
	info, err := Read(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	assert.Equal(t, Info{Version: "go1.17.13", Offsets: Offsets{Goid: 152}}, info)
}

// TestWorkIsBounded has debugging data that would take for ever: many units, each with a
// long list of abbreviations of its own.
func TestWorkIsBounded(t *testing.T) {
	var list []byte
	for i := 0; len(list) < maxAbbrev-16; i++ {
		list = append(list, 0x80|byte(i&0x7f), 0x80|byte(i>>7&0x7f), byte(i>>14), 0x11, 0, 3, 8, 0, 0)
	}
	var units []byte
	for i := range uint32(1 << 14) {
		units = binary.LittleEndian.AppendUint32(units, 11)
		units = append(units, 4, 0)
		units = binary.LittleEndian.AppendUint32(units, i%2*9)
		units = append(units, 8, 1, 'x', 0, 0)
	}
	abb := &abbrevs{table: list, left: maxWork}
	begin := time.Now()
	_, ok := scan(bytes.NewReader(units), abb)
	assert.False(t, ok)
	assert.Negative(t, abb.left, "it was given up")
	assert.Less(t, time.Since(begin), 5*time.Second)
}

// FuzzRead changes bytes of a program. No panic, nothing large read.
func FuzzRead(f *testing.F) {
	good := image(f, withDWARF)
	f.Add(uint32(0), []byte("\x7fELF"))
	f.Add(uint32(40), []byte{0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, at uint32, change []byte) {
		b := bytes.Clone(good)
		copy(b[int(at)%len(b):], change)
		m := &meter{r: bytes.NewReader(b)}
		info, err := Read(m, int64(len(b)))
		if err == nil {
			assert.True(t, info.Offsets.sound())
		}
		assert.LessOrEqual(t, m.most, maxSymbols)
	})
}

// FuzzDWARF makes up debugging data.
func FuzzDWARF(f *testing.F) {
	f.Add([]byte{20, 0, 0, 0, 4, 0, 0, 0, 0, 0, 8, 1, 'r', 'u', 'n', 't', 'i', 'm', 'e', 0, 2, 'x', 0, 0}, []byte{1, 0x11, 1, 3, 8, 0, 0, 2, 0x13, 1, 3, 8, 0, 0, 0})
	f.Fuzz(func(t *testing.T, info, abbrev []byte) {
		if o, ok := scan(bytes.NewReader(info), &abbrevs{table: abbrev, left: maxWork}); ok {
			assert.True(t, o.sound())
		}
	})
}

// image is the test program's file.
func image(t testing.TB, v variant) []byte {
	b, err := os.ReadFile(program(t, v))
	require.NoError(t, err)
	return b
}
