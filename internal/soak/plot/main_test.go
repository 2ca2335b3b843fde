package main

import (
	"fmt"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// samples are those of a run in which everything grows, one every 5 s.
func samples(lines int) string {
	names := []string{"seconds"}
	for _, p := range panels() {
		for _, l := range p.lines {
			names = append(names, l.column)
		}
	}
	var b strings.Builder
	fmt.Fprintln(&b, strings.Join(names, ","))
	for i := range lines {
		fmt.Fprintf(&b, "%d", 5*i)
		for j := range names[1:] {
			fmt.Fprintf(&b, ",%d", 1000+i*(j+1))
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func TestPicture(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "soak.csv"), filepath.Join(dir, "soak.png")
	require.NoError(t, os.WriteFile(in, []byte(samples(100)), 0o600))
	require.NoError(t, run(in, out, "soak: PASS; "+strings.Repeat("words and words; ", 30)))
	f, err := os.Open(out)
	require.NoError(t, err)
	defer f.Close()
	picture, err := png.Decode(f)
	require.NoError(t, err)
	size := picture.Bounds().Size()
	assert.Equal(t, 1600, size.X)
	assert.Greater(t, size.Y, 1260)
	colours := make(map[color.Color]bool)
	for x := range size.X {
		for y := range size.Y {
			colours[picture.At(x, y)] = true
		}
	}
	assert.Greater(t, len(colours), 20, "lines, words and a grid")
}

func TestBadTables(t *testing.T) {
	for name, text := range map[string]string{
		"empty":          "",
		"one sample":     samples(1),
		"no number":      strings.ReplaceAll(samples(3), "1000", "many"),
		"uneven":         "seconds,rss_kib\n1\n2,3\n",
		"without memory": strings.ReplaceAll(samples(3), "rss_kib", "elsewhere"),
	} {
		in := filepath.Join(t.TempDir(), "soak.csv")
		require.NoError(t, os.WriteFile(in, []byte(text), 0o600))
		assert.Error(t, run(in, filepath.Join(t.TempDir(), "soak.png"), ""), name)
	}
	assert.ErrorIs(t, run("/nonexistent", "", ""), os.ErrNotExist)
}

func TestPoints(t *testing.T) {
	table, err := read(strings.NewReader("seconds,a\n0,10\n60,40\n120,100\n"))
	require.NoError(t, err)
	xy, err := table.points(line{column: "a", factor: 2})
	require.NoError(t, err)
	assert.Len(t, xy, 3)
	assert.InDelta(t, 80, xy[1].Y, 0.01)
	xy, err = table.points(line{column: "a", factor: 2, perSecond: true})
	require.NoError(t, err)
	require.Len(t, xy, 2)
	assert.InDelta(t, 1, xy[1].X, 1.01)
	assert.InDelta(t, 1, xy[0].Y, 0.01, "30 in 60 s, twice")
}

func TestWrap(t *testing.T) {
	assert.Equal(t, []string{"one two", "three", "fourteenth", "x"}, wrap("one two  three fourteenth x", 8))
}
