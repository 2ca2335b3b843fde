package quic

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const conversations = "../../../testdata/wire/quic/*.txtar"

var ends = proto.Endpoints{
	Client: netip.MustParseAddrPort("192.0.2.1:40000"), Server: netip.MustParseAddrPort("192.0.2.2:443"),
}

// step is one call of a conversation.
type step struct {
	dir  proto.Dir
	at   int64
	what string // "", "gap", "close"
	data []byte
	n    int64
	how  proto.Ending
}

var endings = map[string]proto.Ending{"gone": proto.Gone, "expired": proto.Expired, "idle": proto.Idle}

// parseStep reads the name of a section: direction, time, and gap N or close HOW. The body holds hex digits.
func parseStep(name, body string) (s step, err error) {
	f := strings.Fields(name)
	if len(f) < 2 || f[0] != ">" && f[0] != "<" {
		return s, fmt.Errorf("read step %q: want direction and time", name)
	}
	if f[0] == "<" {
		s.dir = proto.ToClient
	}
	at, err := time.ParseDuration(f[1])
	if err != nil {
		return s, fmt.Errorf("read step %q: %w", name, err)
	}
	s.at = int64(at)
	switch {
	case len(f) < 4:
		s.data, err = hex.DecodeString(strings.Join(strings.Fields(body), ""))
	case f[2] == "gap":
		s.what = "gap"
		s.n, err = strconv.ParseInt(f[3], 10, 64)
	default:
		s.what, s.how = "close", endings[f[3]]
	}
	if err != nil {
		return s, fmt.Errorf("read step %q: %w", name, err)
	}
	return s, nil
}

func load(t testing.TB, path string) (*txtar.Archive, []step) {
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	var steps []step
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		s, err := parseStep(f.Name, string(f.Data))
		require.NoError(t, err, path)
		steps = append(steps, s)
	}
	return archive, steps
}

// run plays a conversation as the flow stage would, with a real ledger.
func run(steps []step) (lines []string, book *ledger.Ledger) {
	book = new(ledger.Ledger)
	sink := &recorder{}
	parser := New().NewParser(event.UDP, sink)
	var open [2]*ledger.Message
	var ordinals [2]uint32
	for _, s := range steps {
		switch s.what {
		case "gap":
			parser.Gap(s.dir, s.at, s.n)
		case "close":
			open[s.dir].Close()
			open[s.dir] = nil
			parser.Close(s.dir, s.at, s.how)
		default:
			open[s.dir].Close()
			open[s.dir] = book.Open(ledger.UnknownProtocol)
			data := append([]byte(nil), s.data...)
			parser.Feed(s.dir, &proto.Segment{
				At: s.at, Bytes: data, Origin: proto.Origin{Ordinal: ordinals[s.dir]}, Message: open[s.dir],
			})
			ordinals[s.dir]++
			clear(data) // valid during the call only
		}
	}
	for _, m := range open {
		m.Close()
	}
	return sink.lines, book
}

// recorder is a sink that writes down what it is told and releases what it is given.
type recorder struct {
	lines []string
	last  *proto.Description
}

func (r *recorder) Open(*proto.Exchange)    { r.lines = append(r.lines, "open") }
func (r *recorder) Streams(*proto.Exchange) { r.lines = append(r.lines, "streams") }

func (r *recorder) Done(x *proto.Exchange) {
	r.last = &proto.Description{}
	x.Semantics.Describe(proto.Client, ends, r.last)
	r.lines = append(r.lines, fmt.Sprintf("done %s there[%s] back[%s]", r.last.Name, half(&x.Request), half(&x.Response)))
	var out []string
	for _, kv := range r.last.Attrs {
		value := kv.Str
		if list := kv.List(); list != nil {
			value = fmt.Sprint(list)
		} else if value == "" {
			value = strconv.FormatInt(kv.Num, 10)
		}
		out = append(out, "    "+kv.Key+"="+value)
	}
	r.lines = append(r.lines, out...)
	for _, half := range [...]*proto.Message{&x.Request, &x.Response} {
		for _, a := range half.Accounts {
			a.(*ledger.Message).Resolve(ledger.Used)
		}
	}
	x.Semantics.Release()
}

func (r *recorder) Lost(m proto.Account, why proto.Lost) {
	if m != nil {
		m.(*ledger.Message).Because(ledger.NoRequest)
	}
	r.lines = append(r.lines, fmt.Sprint("lost ", why))
}

func half(m *proto.Message) string {
	if !m.Seen {
		return ""
	}
	return fmt.Sprintf("%v-%v %dB", time.Duration(m.First), time.Duration(m.Last), m.Wire)
}

func TestConversations(t *testing.T) {
	paths, err := filepath.Glob(conversations)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive, steps := load(t, path)
			require.Equal(t, proto.Yes, Detect(event.UDP, steps[0].data, nil))
			lines, book := run(steps)
			assert.Zero(t, book.Held(), "every message is accounted for")
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
		})
	}
}

func text(n int64) string { return strconv.FormatInt(n, 10) }
