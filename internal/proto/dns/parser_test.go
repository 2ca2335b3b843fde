package dns

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const conversations = "../../../testdata/wire/dns/*.txtar"

// load reads a conversation: its name begins with the transport, each file is a
// step (parseStep), and the last, "want", holds what the sink is told.
func load(t testing.TB, path string) (*txtar.Archive, event.Transport, []step) {
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	transport := event.UDP
	if strings.HasPrefix(filepath.Base(path), "tcp") {
		transport = event.TCP
	}
	var steps []step
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		s, err := parseStep(f.Name, string(f.Data))
		require.NoError(t, err, path)
		steps = append(steps, s)
	}
	return archive, transport, steps
}

func eachConversation(t *testing.T, f func(t *testing.T, path string)) {
	paths, err := filepath.Glob(conversations)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { f(t, path) })
	}
}

func TestConversations(t *testing.T) {
	eachConversation(t, func(t *testing.T, path string) {
		archive, transport, steps := load(t, path)
		lines, book := run(New(Config{}), transport, steps)
		got := strings.Join(lines, "\n") + "\n"
		want := &archive.Files[len(archive.Files)-1]
		if testkit.Update() {
			if want.Name != "want" {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				want = &archive.Files[len(archive.Files)-1]
			}
			want.Data = []byte(got)
			require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
		}
		require.Equal(t, "want", want.Name)
		assert.Equal(t, string(want.Data), got)
		assert.Zero(t, book.Held(), "every message is accounted for")
	})
}

// The same bytes in any split give the same exchanges.
func TestChunking(t *testing.T) {
	eachConversation(t, func(t *testing.T, path string) {
		_, transport, steps := load(t, path)
		if transport != event.TCP {
			return
		}
		want, _ := run(New(Config{}), transport, steps)
		for size := 1; size <= 70; size++ {
			got, book := run(New(Config{}), transport, chunked(steps, func(int) int { return size }))
			require.Equal(t, want, got, "in pieces of %d", size)
			require.Zero(t, book.Held(), "in pieces of %d", size)
		}
	})
}

// chunked cuts every step into pieces, whose sizes next tells.
func chunked(steps []step, next func(left int) int) []step {
	var out []step
	for _, s := range steps {
		for s.what == "" && len(s.data) > 0 {
			n := min(max(next(len(s.data)), 1), len(s.data))
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

func TestEveryProtocolSaysItsName(t *testing.T) {
	assert.Equal(t, "dns", New(Config{}).Name())
	assert.Equal(t, proto.Yes, New(Config{}).Detect(event.UDP, query(1, "example.com", typeA), nil))
}
