//go:build linux && (amd64 || arm64)

package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// opinion is what the oracle prints of one exchange, or of all that share a
// packet: then each field holds several values. Names are tshark's.
type opinion map[string]any

// values are those of one field.
func (o opinion) values(field string) []string {
	s, ok := o[field].(string)
	if !ok {
		return nil
	}
	return strings.Split(s, "\x1f")
}

// nth is the i-th value of a field, or empty.
func (o opinion) nth(field string, i int) string { return nth(o.values(field), i) }

func nth(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// ask puts a capture to the oracle, which asks tshark.
func ask(t testing.TB, protocol, capture string) []opinion {
	t.Helper()
	testkit.Need(t, "python3", "tshark")
	cmd := exec.CommandContext(t.Context(), filepath.Join(testkit.Shared(t), "oracle"), protocol, capture)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "ask the oracle: %s", &stderr)
	var all []opinion
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var o opinion
		if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
			return all
		} else {
			require.NoError(t, err, "decode what the oracle says")
		}
		all = append(all, o)
	}
}

// difference is what one side sees and the other does not, and why that is right.
type difference struct {
	theirs, ours []string
	reason       string
}

// compare takes from either list what is in the other as well.
func compare(theirs, ours []string) difference {
	return difference{theirs: without(theirs, ours), ours: without(ours, theirs)}
}

// without is a, less each element of b once, sorted.
func without(a, b []string) []string {
	left := slices.Clone(a)
	for _, s := range b {
		if i := slices.IndexFunc(left, func(l string) bool { return same(l, s) || same(s, l) }); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	slices.Sort(left)
	return left
}

// same tells whether two lines say the same. Where the first has no Host, the
// second has the address that was connected to.
func same(a, b string) bool {
	verb, rest, _ := strings.Cut(a, " ")
	if rest, ok := strings.CutPrefix(rest, "- "); ok {
		words := strings.SplitN(b, " ", 3)
		return len(words) == 3 && words[0] == verb && words[2] == rest && net.ParseIP(words[1]) != nil
	}
	return a == b
}

// corpus lists the third-party captures, in folders by what they were made for.
func corpus(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testkit.Shared(t), "*", "*.pcap*"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

// nameOf is a capture's folder and file.
func nameOf(path string) string {
	return filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
}

// compareAll compares what the receiver and the oracle see of one protocol in
// each capture, whatever it was made for: both brought to the same form.
// Whatever differs must be in the table.
func compareAll(t *testing.T, protocol string, table map[string]difference,
	theirs func([]opinion) []string, ours func(testkit.Spans) []string,
) {
	t.Helper()
	unused := maps.Clone(table)
	for _, path := range corpus(t) {
		name := nameOf(path)
		delete(unused, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := table[name]
			all := testkit.Flatten(receive(t, path)...)
			if protocol != "http" && !strings.HasPrefix(name, protocol+"/") && len(ours(all)) == 0 {
				return // HTTP carries others; elsewhere all that could be wrong are spans
			}
			opinions := theirs(ask(t, protocol, path))
			for _, kind := range []string{"Server", "Client"} {
				got := compare(opinions, ours(all.Kind(kind)))
				assert.ElementsMatch(t, want.theirs, got.theirs, "only the oracle sees (%s): %s", kind, want.reason)
				assert.ElementsMatch(t, want.ours, got.ours, "only the receiver sees (%s): %s", kind, want.reason)
			}
		})
	}
	assert.Empty(t, unused, "differences of captures that are not there")
	for name, d := range table {
		assert.NotEmpty(t, d.reason, name)
	}
}
