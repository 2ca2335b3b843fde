package fastcgi

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

const conversations = "../../../testdata/wire/fastcgi"

// A conversation is a txtar archive whose comment says what it shows. Its
// files are what the tap sees, in order; their names are commands:
//
//	> TIME         records to the server, as compile reads them; "<" are to the client, here as below
//	> TIME new     the same, but a message begins though the direction did not change
//	> gap TIME N   N bytes passed unseen
//	> close TIME FIN|RST|Gone|Expired
//	wants          what the parser wants now, to the server and to the client
//	want           the log of the sink; both directions have expired by then
type conversation struct {
	steps []step
	want  string
}

type step struct {
	dir  proto.Dir
	verb string // feed, gap, close, wants
	at   int64
	n    int64
	how  proto.Ending
	ord  uint32
	data []byte
	text string
}

func loadConversation(t testing.TB, file string) (c conversation) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	ordinals := [2]int{-1, -1}
	last := -1
	for _, f := range archive.Files {
		words := strings.Fields(f.Name)
		switch words[0] {
		case "want":
			c.want = string(f.Data)
			continue
		case "wants":
			c.steps = append(c.steps, step{verb: "wants", text: strings.TrimSpace(string(f.Data))})
			continue
		}
		s, err := parseStep(words, string(f.Data))
		require.NoError(t, err, "%s: %s", file, f.Name)
		if s.verb == "feed" {
			if last != int(s.dir) || words[len(words)-1] == "new" {
				ordinals[s.dir]++
			}
			last = int(s.dir)
			s.ord = uint32(ordinals[s.dir])
		}
		c.steps = append(c.steps, s)
	}
	return c
}

var endings = map[string]proto.Ending{"FIN": proto.FIN, "RST": proto.RST, "Gone": proto.Gone, "Expired": proto.Expired}

func parseStep(words []string, script string) (s step, err error) {
	s.dir = map[string]proto.Dir{">": proto.ToServer, "<": proto.ToClient}[words[0]]
	s.verb = words[1]
	switch s.verb {
	case "gap":
		s.at, s.n = int64(number(words[2])), int64(number(words[3]))
	case "skip":
		s.text = words[2]
	case "close":
		s.at, s.how = int64(number(words[2])), endings[words[3]]
	default:
		s.verb, s.at = "feed", int64(number(words[1]))
		s.data, err = compile(script)
	}
	return s, err
}

// play runs the conversation. cut gives the length of the next piece of n
// bytes, from 1 to n.
func (c *conversation) play(t testing.TB, o *protocol, cut func(n int) int) string {
	l := &log{t: t, accounts: map[string]*account{}}
	p := newParser(o, l)
	closed := [2]bool{}
	for _, s := range c.steps {
		switch s.verb {
		case "feed":
			for b := s.data; len(b) > 0; {
				n := cut(len(b))
				p.Feed(s.dir, &proto.Segment{
					At: s.at, Bytes: append([]byte(nil), b[:n]...), // nothing may be kept
					Origin: proto.Origin{Ordinal: s.ord, Seq: 100 + s.ord}, Message: l.account(s.dir, s.ord),
				})
				b = b[n:]
			}
		case "gap":
			p.Gap(s.dir, s.at, s.n)
		case "close":
			closed[s.dir] = true
			p.Close(s.dir, s.at, s.how)
		case "skip":
			could := p.Skip()
			require.True(t, s.text == "" || could == (s.text == "YES"), "skipped: %t", could)
		case "wants":
			require.Equal(t, s.text, wantNames[p.Wants(proto.ToServer)]+" "+wantNames[p.Wants(proto.ToClient)])
		}
		require.LessOrEqual(t, len(p.open.list), o.config.MaxOpen)
		require.LessOrEqual(t, o.buffered, o.config.MaxBuffered)
	}
	for dir := range closed {
		if !closed[dir] {
			p.Close(proto.Dir(dir), 0, proto.Expired)
		}
	}
	l.settle(p)
	return l.String()
}

var wantNames = map[proto.Want]string{proto.Heads: "Heads", proto.Rest: "Rest", proto.All: "All", proto.Nothing: "Nothing"}

// log is a sink that writes down what it is told.
type log struct {
	strings.Builder
	t        testing.TB
	accounts map[string]*account
	open     map[*proto.Exchange]bool
	ids      []uint64 // request ids in the order of their first appearance
}

type account struct {
	name   string
	claims int
}

func (a *account) Claim() { a.claims++ }

func (l *log) account(dir proto.Dir, ord uint32) *account {
	name := [...]string{">", "<"}[dir] + strconv.Itoa(int(ord))
	if l.accounts[name] == nil {
		l.accounts[name] = &account{name: name}
	}
	return l.accounts[name]
}

func (l *log) Open(x *proto.Exchange) {
	if l.open == nil {
		l.open = map[*proto.Exchange]bool{}
	}
	require.False(l.t, l.open[x], "opened twice")
	l.open[x] = true
	e := x.Semantics.(*exchange)
	fmt.Fprintf(l, "open %s\n", e.spell())
}

// spell names an exchange in the log.
func (x *exchange) spell() string {
	path, query := x.path()
	if query != "" {
		path += "?" + query
	}
	if len(path) > 60 {
		path = fmt.Sprintf("%s...(%d)", path[:40], len(path))
	}
	return fmt.Sprintf("%d %s %s", x.id, x.Method, path)
}

func (l *log) Done(x *proto.Exchange) {
	require.True(l.t, l.open[x], "done without open, or twice")
	delete(l.open, x)
	e := x.Semantics.(*exchange)
	fmt.Fprintf(l, "done %s", e.spell())
	for _, f := range []struct {
		name, value string
	}{
		{"original", e.Original}, {"scheme", e.scheme}, {"host", e.Host}, {"server", e.serverName},
		{"agent", e.UserAgent}, {"remote", e.remote}, {"file", e.file}, {"fault", string(x.Fault)}, {"failure", e.failure()}, {"marks", marks(x.Mark)},
		{"request headers", fields(e.RequestHeaders)}, {"response headers", fields(e.ResponseHeaders)}, {"route", e.owner.words.Route(e.target().Path)},
	} {
		if f.value != "" {
			fmt.Fprintf(l, " %s=%s", f.name, f.value)
		}
	}
	l.WriteByte('\n')
	if c := &x.Context; c.Valid() {
		fmt.Fprintf(l, "  context %x-%x-%02x %s %s\n", c.TraceID, c.SpanID, c.Flags, c.Format, c.State)
	}
	if x.RequestID != 0 {
		fmt.Fprintf(l, "  request id %d\n", l.id(x.RequestID))
	}
	l.message("request ", &x.Request)
	if e.Status != 0 {
		fmt.Fprintf(l, "  status %d\n", e.Status)
	}
	l.message("response", &x.Response)
	x.Semantics.Release()
}

// marks spells an exchange's marks.
func marks(m proto.Mark) string {
	return [...]string{"", "otlp", "probe", "otlp+probe"}[m]
}

// fields spells captured fields.
func fields(list httpwords.Fields) string {
	var words []string
	for _, f := range list {
		words = append(words, f.Key[strings.LastIndexByte(f.Key, '.')+1:]+":"+strings.Join(f.Values, "|"))
	}
	return strings.Join(words, ",")
}

// id numbers the request ids of the conversation from 1; their hashes differ from run to run.
func (l *log) id(hash uint64) int {
	if i := slices.Index(l.ids, hash); i >= 0 {
		return i + 1
	}
	l.ids = append(l.ids, hash)
	return len(l.ids)
}

func (l *log) message(name string, m *proto.Message) {
	if !m.Seen && len(m.Accounts) == 0 {
		return
	}
	fmt.Fprintf(l, "  %s %d-%d wire=%d body=%d message=%d#%d accounts=", name, m.First, m.Last, m.Wire, m.Body, m.Origin.Ordinal, m.Index)
	for _, a := range m.Accounts {
		l.WriteString(a.(*account).name)
		a.(*account).claims--
	}
	if !m.Whole {
		l.WriteString(" part")
	}
	if m.Truncated {
		l.WriteString(" truncated")
	}
	l.WriteByte('\n')
}

func (*log) Streams(*proto.Exchange) {}

func (l *log) Lost(m proto.Account, why proto.Lost) {
	name := "-"
	if a, ok := m.(*account); ok {
		name = a.name
	}
	fmt.Fprintf(l, "lost %s %s\n", name, [...]string{"gap", "syntax", "no request", "cap", "opaque"}[why])
}

// settle checks that nothing is held any more.
func (l *log) settle(p *parser) {
	require.Empty(l.t, l.open, "exchanges never done")
	for _, a := range l.accounts {
		require.Zero(l.t, a.claims, "claims on %s never given back", a.name)
	}
	require.Zero(l.t, p.owner.buffered)
	require.Empty(l.t, p.open.list)
	require.Zero(l.t, p.open.held)
	for _, h := range p.halves {
		require.Nil(l.t, h.x)
	}
}

func conversationFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(conversations, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func whole(n int) int { return n }

// wordy is what the conversations that show routes and fields ask for.
var wordy = Config{Words: httpwords.Config{
	Routes:         []string{"/users/{id}"},
	RequestHeaders: []string{"X-Tenant", "Content-Type"}, ResponseHeaders: []string{"X-Cache"},
}}

func TestConversations(t *testing.T) {
	for _, file := range conversationFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := loadConversation(t, file)
			got := c.play(t, newProtocol(wordy), whole)
			if os.Getenv("UPDATE") != "" {
				update(t, file, got)
				return
			}
			require.Equal(t, c.want, got)
		})
	}
}

// update writes the log of the sink into the file, to be read before it is committed.
func update(t *testing.T, file, got string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	if n := len(archive.Files); archive.Files[n-1].Name == "want" {
		archive.Files = archive.Files[:n-1]
	}
	archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
	require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
}

// TestConversationsAreDetected checks that what is told apart by content is.
func TestConversationsAreDetected(t *testing.T) {
	for _, file := range conversationFiles(t) {
		c := loadConversation(t, file)
		verdict := proto.NeedMore
		var bytes [2][]byte
		for _, s := range c.steps {
			if s.verb == "feed" && verdict != proto.Yes {
				bytes[s.dir] = append(bytes[s.dir], s.data...)
				verdict = Detect(event.TCP, bytes[proto.ToServer], bytes[proto.ToClient])
			}
		}
		require.Equal(t, proto.Yes, verdict, file)
	}
}
