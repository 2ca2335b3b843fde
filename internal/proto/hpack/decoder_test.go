package hpack

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"
)

// fields reads a block; unknown fields are shown as "?".
func fields(t testing.TB, d *Decoder, block []byte) (list []string, err error) {
	t.Helper()
	var s Scratch
	d.Begin()
	for len(block) > 0 {
		var f Field
		n, ok, err := d.Next(block, &s, &f)
		if err != nil {
			return list, err
		}
		block = block[n:]
		switch {
		case !ok:
		case f.Known:
			list = append(list, string(f.Name)+"="+string(f.Value))
		default:
			require.Empty(t, f.Name)
			require.Empty(t, f.Value)
			list = append(list, "?")
		}
	}
	return list, nil
}

func fresh() *Decoder {
	d := &Decoder{}
	d.Reset()
	return d
}

// writer is an encoder and what it writes.
type writer struct {
	bytes.Buffer
	*hpack.Encoder
}

func newWriter() *writer {
	w := &writer{}
	w.Encoder = hpack.NewEncoder(&w.Buffer)
	w.SetMaxDynamicTableSizeLimit(1 << 20)
	return w
}

func (w *writer) block(fields ...string) []byte {
	w.Reset()
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if err := w.WriteField(hpack.HeaderField{Name: name, Value: value}); err != nil {
			panic(err)
		}
	}
	return bytes.Clone(w.Bytes())
}

// TestStaticTable compares it with that of another implementation.
func TestStaticTable(t *testing.T) {
	oracle := hpack.NewDecoder(DefaultSize, nil)
	for i := range staticTable {
		block := []byte{0x80 | byte(i+1)}
		want, err := oracle.DecodeFull(block)
		require.NoError(t, err)
		got, err := fields(t, fresh(), block)
		require.NoError(t, err)
		require.Equal(t, []string{want[0].Name + "=" + want[0].Value}, got)
	}
}

// TestExamples are those of RFC 7541, appendix C.3 and C.4.
func TestExamples(t *testing.T) {
	want := [][]string{
		{":method=GET", ":scheme=http", ":path=/", ":authority=www.example.com"},
		{":method=GET", ":scheme=http", ":path=/", ":authority=www.example.com", "cache-control=no-cache"},
		{":method=GET", ":scheme=https", ":path=/index.html", ":authority=www.example.com", "custom-key=custom-value"},
	}
	for name, blocks := range map[string][]string{
		"plain": {
			"\x82\x86\x84\x41\x0fwww.example.com", "\x82\x86\x84\xbe\x58\x08no-cache",
			"\x82\x87\x85\xbf\x40\x0acustom-key\x0ccustom-value",
		},
		"huffman": {
			"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff", "\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf",
			"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := fresh()
			for i, b := range blocks {
				got, err := fields(t, d, []byte(b))
				require.NoError(t, err)
				require.Equal(t, want[i], got)
			}
			assert.Equal(t, 164, d.table.size, "as the RFC says")
		})
	}
}

func TestUnknownTable(t *testing.T) {
	w := newWriter()
	w.block("a=1", "b=2", "c=3") // nobody listens yet
	var d Decoder
	got, err := fields(t, &d, w.block(":method=GET", "c=3", "d=4", "a=1", "b=9"))
	require.NoError(t, err)
	// "b" was indexed as a name, so that b=9 is an entry of which nothing is known.
	require.Equal(t, []string{":method=GET", "?", "d=4", "?", "?"}, got)
	got, err = fields(t, &d, w.block("d=4", "b=9", "e=5", "c=3"))
	require.NoError(t, err)
	require.Equal(t, []string{"d=4", "?", "e=5", "?"}, got)

	d.Lose()
	got, err = fields(t, &d, w.block("d=4", "f=6", "e=5", "f=6"))
	require.NoError(t, err)
	require.Equal(t, []string{"?", "f=6", "?", "f=6"}, got)
}

// TestEmptiedTable is known again, however little was before.
func TestEmptiedTable(t *testing.T) {
	w := newWriter()
	w.block("a=1", "b=2")
	var d Decoder
	w.SetMaxDynamicTableSize(0)
	got, err := fields(t, &d, w.block("a=1"))
	require.NoError(t, err)
	require.Equal(t, []string{"a=1"}, got)
	_, err = fields(t, &d, []byte{0xbe})
	require.ErrorIs(t, err, ErrIndex)
	w.SetMaxDynamicTableSize(DefaultSize)
	got, err = fields(t, &d, w.block("a=1", "a=1"))
	require.NoError(t, err)
	require.Equal(t, []string{"a=1", "a=1"}, got)
}

// TestLargerTable is one of which we do not know that it is larger: what its indices
// show is learnt.
func TestLargerTable(t *testing.T) {
	w := newWriter()
	w.SetMaxDynamicTableSize(1 << 15)
	w.block("first=1") // with the update, which is missed
	d := &Decoder{}
	value := strings.Repeat("x", 1000)
	for i := range 20 {
		_, err := fields(t, d, w.block("n"+string(rune('a'+i))+"="+value))
		require.NoError(t, err)
	}
	got, err := fields(t, d, w.block("na="+value))
	require.NoError(t, err)
	require.Equal(t, []string{"?"}, got, "let go of")
	require.Equal(t, 2*DefaultSize, d.table.limit)
	for range 3 {
		for i := range 20 {
			_, err = fields(t, d, w.block("n"+string(rune('a'+i))+"="+value))
			require.NoError(t, err)
			got, err = fields(t, d, w.block("m"+string(rune('a'+i))+"="+value, "n"+string(rune('a'+i))+"="+value))
			require.NoError(t, err)
		}
	}
	require.Equal(t, []string{"mt=" + value, "nt=" + value}, got)
	require.GreaterOrEqual(t, d.table.limit, 1<<15)
}

func TestBudget(t *testing.T) {
	w := newWriter()
	w.SetMaxDynamicTableSize(1 << 20)
	d := fresh()
	value := strings.Repeat("x", 1000)
	name := func(i int) string { return "name-" + string(rune('a'+i/26)) + string(rune('a'+i%26)) }
	for i := range 500 {
		got, err := fields(t, d, w.block(name(i)+"="+value))
		require.NoError(t, err)
		require.Equal(t, []string{name(i) + "=" + value}, got)
		require.LessOrEqual(t, d.Held(), 4*Budget)
	}
	got, err := fields(t, d, w.block(name(499)+"="+value, name(0)+"="+value))
	require.NoError(t, err)
	require.Equal(t, []string{name(499) + "=" + value, "?"}, got, "what is beyond the budget is not known")
}

func TestErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		block string
		want  error
	}{
		"index 0":                        {"\x80", ErrIndex},
		"index beyond an empty table":    {"\xbe", ErrIndex},
		"name beyond an empty table":     {"\x7f\x00\x01a", ErrIndex},
		"endless integer":                {"\xff\x80\x80\x80\x80\x80\x80\x00", ErrInteger},
		"integer beyond any":             {"\xff\xff\xff\xff\xff\x7f", ErrInteger},
		"integer not over":               {"\xff\x80", ErrShort},
		"string not over":                {"\x40\x01", ErrShort},
		"value missing":                  {"\x40\x01a", ErrShort},
		"value not over":                 {"\x40\x01a\x05abc", ErrShort},
		"update behind a field":          {"\x40\x01a\x01b\x20", ErrUpdate},
		"update not over":                {"\x3f", ErrShort},
		"string longer than any memory":  {"\x40\x7f\x80\xff\xff\xff\x0f", ErrShort},
		"literal never indexed, no name": {"\x10", ErrShort},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fields(t, fresh(), []byte(tc.block))
			require.ErrorIs(t, err, tc.want)
		})
	}
	_, err := fields(t, fresh(), []byte("\x40\x01a\x81\x00"))
	require.ErrorIs(t, err, hpack.ErrInvalidHuffman)
}

// TestShortChangesNothing: a block may come byte by byte.
func TestShortChangesNothing(t *testing.T) {
	w := newWriter()
	d, pieces := fresh(), fresh()
	for range 3 {
		block := w.block(":method=POST", "a=1", "content-type=application/grpc", "b=2")
		want, err := fields(t, d, block)
		require.NoError(t, err)
		var got []string
		var s Scratch
		var f Field
		pieces.Begin()
		for from, to := 0, 1; from < len(block); to++ {
			n, ok, err := pieces.Next(block[from:to], &s, &f)
			if err != nil {
				require.ErrorIs(t, err, ErrShort)
				continue
			}
			from += n
			if ok {
				got = append(got, string(f.Name)+"="+string(f.Value))
			}
		}
		require.Equal(t, want, got)
		require.Equal(t, d.table, pieces.table)
	}
}

// TestFieldsStay: what a field shows stays until the block is over, whatever the table does meanwhile.
func TestFieldsStay(t *testing.T) {
	w := newWriter()
	d := fresh()
	_, err := fields(t, d, w.block("a=first"))
	require.NoError(t, err)
	list := []string{"a=first"}
	for i := range 30 {
		list = append(list, "x"+string(rune('a'+i))+"="+strings.Repeat("y", 500))
	}
	block := w.block(list...)
	var s Scratch
	var got []Field
	d.Begin()
	for len(block) > 0 {
		var f Field
		n, _, err := d.Next(block, &s, &f)
		require.NoError(t, err)
		clear(block[:n])
		block = block[n:]
		got = append(got, f)
	}
	for i, f := range got {
		require.Equal(t, list[i], string(f.Name)+"="+string(f.Value))
	}
}

// TestUnwantedFields are read for the table's sake only.
func TestUnwantedFields(t *testing.T) {
	w := newWriter()
	d := fresh()
	d.Begin()
	for block := w.block("a=1", ":method=GET", "b=2", "a=1"); len(block) > 0; {
		n, ok, err := d.Next(block, nil, nil)
		require.NoError(t, err)
		require.False(t, ok)
		block = block[n:]
	}
	got, err := fields(t, d, w.block("a=1", "b=2"))
	require.NoError(t, err)
	require.Equal(t, []string{"a=1", "b=2"}, got)
}
