package attr

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestList(t *testing.T) {
	var l List
	l.Str("a", "x")
	l.Int("b", 2)
	l.Bool("c", true)
	l.Bool("d", false)
	l.Float("e", 0.5)
	l.Strings("f", []string{"y", "z"})
	assert.Equal(t, List{
		{Key: "a", Str: "x", Kind: String},
		{Key: "b", Num: 2, Kind: Int},
		{Key: "c", Num: 1, Kind: Bool},
		{Key: "d", Kind: Bool},
		{Key: "e", Num: int64(math.Float64bits(0.5)), Kind: Float},
		{Key: "f", list: &[]string{"y", "z"}, Kind: Strings},
	}, l)
	assert.InDelta(t, 0.5, l[4].Float(), 0)
	assert.Equal(t, []string{"y", "z"}, l[5].List())
	assert.Nil(t, l[0].List())
}

func TestReset(t *testing.T) {
	var l List
	l.Str("a", "x")
	held := l
	l.Reset()
	assert.Empty(t, l)
	assert.Equal(t, KV{}, held[0], "lets go of the strings")
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		l.Str("a", "x")
		l.Reset()
	}))
}

func TestGet(t *testing.T) {
	l := List{{Key: "a", Num: 1, Kind: Int}, {Key: "b", Num: 2, Kind: Int}}
	kv, ok := l.Get("b")
	assert.True(t, ok)
	assert.Equal(t, l[1], kv)
	_, ok = l.Get("c")
	assert.False(t, ok)
}

func TestDuplicate(t *testing.T) {
	tests := map[string]struct {
		keys  []string
		want  string
		found bool
	}{
		"empty":     {},
		"unique":    {keys: []string{"a", "b", "c"}},
		"twice":     {keys: []string{"a", "b", "c", "b"}, want: "b", found: true},
		"two pairs": {keys: []string{"a", "b", "b", "a"}, want: "b", found: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var l List
			for _, k := range tt.keys {
				l.Str(k, "")
			}
			got, found := l.Duplicate()
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.found, found)
		})
	}
}
