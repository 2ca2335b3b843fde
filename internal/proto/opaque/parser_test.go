package opaque

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const conversations = "../../../testdata/wire/opaque/*.txtar"

var ends = proto.Endpoints{
	Client: netip.MustParseAddrPort("192.0.2.1:40000"), Server: netip.MustParseAddrPort("192.0.2.2:443"),
}

// load reads a conversation: each file is a step (parseStep), but those that hold what the sink is
// told, in either mode.
func load(t testing.TB, path string) (*txtar.Archive, []step) {
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	var steps []step
	for _, f := range archive.Files {
		if f.Name == Connection.String() || f.Name == Turn.String() {
			continue
		}
		s, err := parseStep(f.Name, string(f.Data))
		require.NoError(t, err, path)
		steps = append(steps, s)
	}
	return archive, steps
}

func eachConversation(t *testing.T, f func(t *testing.T, path string, mode Mode)) {
	paths, err := filepath.Glob(conversations)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		for _, mode := range [...]Mode{Connection, Turn} {
			name := strings.TrimSuffix(filepath.Base(path), ".txtar") + "/" + mode.String()
			t.Run(name, func(t *testing.T) { f(t, path, mode) })
		}
	}
}

func TestConversations(t *testing.T) {
	eachConversation(t, func(t *testing.T, path string, mode Mode) {
		archive, steps := load(t, path)
		lines, book := run(New(Config{Mode: mode}), steps)
		assert.Zero(t, book.Held(), "every message is accounted for")
		got := strings.Join(lines, "\n") + "\n"
		if testkit.Update() {
			put(archive, mode.String(), got)
			require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
		}
		for _, f := range archive.Files {
			if f.Name == mode.String() {
				assert.Equal(t, string(f.Data), got)
				return
			}
		}
		t.Error("nothing is expected")
	})
}

func put(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

// The same bytes in any split give the same exchanges.
func TestChunking(t *testing.T) {
	eachConversation(t, func(t *testing.T, path string, mode Mode) {
		_, steps := load(t, path)
		want, _ := run(New(Config{Mode: mode}), steps)
		for size := 1; size <= 70; size++ {
			got, book := run(New(Config{Mode: mode}), chunked(steps, size))
			require.Equal(t, want, got, "in pieces of %d", size)
			require.Zero(t, book.Held(), "in pieces of %d", size)
		}
	})
}

// chunked cuts every step into pieces.
func chunked(steps []step, size int) []step {
	var out []step
	for _, s := range steps {
		for s.what == "" && len(s.data) > 0 {
			n := min(max(size, 1), len(s.data))
			piece := s
			piece.data, s.data = s.data[:n], s.data[n:]
			out = append(out, piece)
			s.more = true
		}
		if s.what != "" {
			out = append(out, s)
		}
	}
	return out
}
