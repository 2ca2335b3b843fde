package vmlive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// teller writes spans as text that is the same on every machine: addresses are named after who listens
// there, process ids after who runs.
type teller struct {
	ports map[int64]string
	pids  map[int64]string
	names *strings.Replacer
}

// newTeller knows these processes by name, and these addresses ("host:port").
func newTeller(pids map[int64]string, addrs map[string]string) *teller {
	ports := make(map[int64]string)
	replace := []string{grpc.Version, "VERSION"}
	for addr, name := range addrs {
		replace = append(replace, addr, "{"+name+"}")
		ports[port(addr)] = "{" + name + "}"
	}
	return &teller{ports: ports, pids: pids, names: strings.NewReplacer(replace...)}
}

func port(addr string) (n int64) {
	fmt.Sscan(addr[strings.LastIndexByte(addr, ':')+1:], &n)
	return n
}

// tell writes the spans, in the order of their text.
func (w *teller) tell(all testkit.Spans) string {
	told := make([]string, 0, len(all))
	for _, s := range all {
		told = append(told, w.span(s, all))
	}
	slices.Sort(told)
	return strings.Join(told, "")
}

func (w *teller) span(s testkit.Span, all testkit.Spans) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %q %s\n", s.Service, s.Kind, s.Name, s.StatusCode)
	if s.Parent != "" {
		up, _ := all.Find(func(u testkit.Span) bool { return u.SpanID == s.Parent && u.TraceID == s.TraceID })
		fmt.Fprintf(&b, "    below %s %s %q\n", up.Service, up.Kind, up.Name)
	}
	if pid, ok := s.Resource["process.pid"].(int64); ok {
		fmt.Fprintf(&b, "    in the process %s\n", w.pids[pid])
	}
	for _, key := range slices.Sorted(maps.Keys(s.Attrs)) {
		if !chance(s, key) {
			fmt.Fprintf(&b, "    %s: %s\n", key, w.value(s, key))
		}
	}
	return b.String()
}

// some is in the place of a number that is another one each time.
const some = "some"

// chance tells whether a span has this attribute or not as it happens: whether a message went out in one
// packet or two, the preface of HTTP/2 with the first request or before, whether the reader waited for it, and
// whether the machine was so slow that something was sent again.
func chance(s testkit.Span, key string) bool {
	switch key {
	case "beyla.timing.queue", "beyla.timing.transfer", "beyla.timing.network", "beyla.tcp.retransmissions":
		return true
	case "beyla.timing.connect":
		return s.Str("network.protocol.version") == "2"
	}
	return false
}

func (w *teller) value(s testkit.Span, key string) string {
	switch v := s.Attrs[key].(type) {
	case string:
		return w.names.Replace(v)
	case int64:
		switch {
		case strings.HasPrefix(key, "beyla.timing."), key == "beyla.stream.first_byte":
			return some
		case strings.HasSuffix(key, ".port"):
			if name, ok := w.ports[v]; ok {
				return name
			}
			return "any"
		case s.Has("tls.cipher") && strings.HasPrefix(key, "beyla.bytes."):
			return some // a signature is longer or shorter
		}
	}
	return fmt.Sprint(s.Attrs[key])
}

// paragraphs are the spans in a text: each begins with a line that is not indented.
func paragraphs(text string) []string {
	return strings.Split(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n    ", "\v"), "\n")
}

// compare fails the test with the spans that are in one text only.
func compare(t testing.TB, want, got string) {
	t.Helper()
	missing, extra := paragraphs(want), paragraphs(got)
	missing = slices.DeleteFunc(missing, func(s string) bool {
		i := slices.Index(extra, s)
		if i >= 0 {
			extra = slices.Delete(extra, i, i+1)
		}
		return i >= 0
	})
	for what, list := range map[string][]string{"missing": missing, "instead": extra} {
		for _, s := range list {
			t.Errorf("%s: %s", what, strings.ReplaceAll(s, "\v", "\n    "))
		}
	}
}
