package hpack

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"
)

// FuzzDecoder gives blocks of any bytes to a table that is known, with another implementation as
// the oracle, and to one that is not: its fields are the same, or unknown.
func FuzzDecoder(f *testing.F) {
	w := newWriter()
	f.Add(w.block(":method=GET", ":path=/a", "x=y"), w.block(":method=GET", ":path=/a", "x=z"), w.block("x=z", "q=r"))
	w.SetMaxDynamicTableSize(64)
	f.Add(w.block("x=z", "aa=bb", "cc=dd"), w.block("aa=bb", "cc=dd", "ee=ff"), w.block("cc=dd", "ee=ff"))
	f.Add([]byte("\x3f\x45\x40\x02xx\x01y"), []byte("\x20\xbe"), []byte("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"))
	f.Fuzz(func(t *testing.T, first, second, third []byte) {
		known, late := fresh(), &Decoder{}
		oracle := hpack.NewDecoder(DefaultSize, nil)
		oracle.SetAllowedMaxDynamicTableSize(Budget)
		for i, block := range [][]byte{first, second, third} {
			want, failure := oracle.DecodeFull(block)
			if failure != nil {
				return
			}
			got, err := fields(t, known, block)
			require.NoError(t, err)
			require.Equal(t, list(want), got)
			if i == 0 {
				continue // nobody listens yet
			}
			got, err = fields(t, late, block)
			require.NoError(t, err)
			require.Len(t, got, len(want))
			for i, f := range got {
				if f != "?" {
					require.Equal(t, list(want)[i], f)
				}
			}
		}
		require.LessOrEqual(t, known.Held(), 4*Budget)
	})
}

func list(fields []hpack.HeaderField) (out []string) {
	for _, f := range fields {
		out = append(out, f.Name+"="+f.Value)
	}
	return out
}

// FuzzBytes: no bytes do any harm, whatever the table is.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("\x82\x86\x84\xbe\x58\x08no-cache"), true)
	f.Add([]byte("\x3f\xe1\xff\x03\x40\x01a\x81\x00"), false)
	f.Fuzz(func(t *testing.T, data []byte, known bool) {
		d := &Decoder{}
		if known {
			d.Reset()
		}
		for range 3 {
			_, _ = fields(t, d, data)
		}
		require.LessOrEqual(t, d.table.size, Budget)
	})
}
