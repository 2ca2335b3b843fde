package http2

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

const conversations = "../../../testdata/wire/http2"

// A conversation is a txtar archive whose comment says what it shows. Its
// files are what the tap sees, in order; their names are commands:
//
//	> TIME         a packet to the server, as a script of speaker's; "<" are to the client, here as below
//	> TIME new     the same, but a message begins though the direction did not change
//	> gap TIME N   N bytes passed unseen
//	> skip TIME N  the last N bytes of the packet before were not captured
//	> close TIME FIN|RST|Gone|Expired|Idle
//	want           the log of the sink; both directions have expired by then
type conversation struct {
	steps []step
	want  string
	// before is how many bytes of each direction came before the first step.
	before [2]uint32
}

type step struct {
	dir  proto.Dir
	verb string // feed, gap, close
	at   int64
	n    int64
	how  proto.Ending
	ord  uint32
	data []byte
}

func loadConversation(t testing.TB, file string) conversation {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	c, err := parseConversation(archive)
	require.NoError(t, err, file)
	return c
}

// parse reads a conversation that stands in a test.
func parse(t testing.TB, text string) conversation {
	t.Helper()
	c, err := parseConversation(txtar.Parse([]byte(text)))
	require.NoError(t, err)
	return c
}

func parseConversation(archive *txtar.Archive) (c conversation, err error) {
	speakers := [2]*speaker{newSpeaker(), newSpeaker()}
	for _, f := range archive.Files {
		words := strings.Fields(f.Name)
		if words[0] == "want" {
			c.want = string(f.Data)
			continue
		}
		s, err := parseStep(words, speakers, f.Data)
		if err != nil {
			return c, fmt.Errorf("%s: %w", f.Name, err)
		}
		if s.verb == "skip" {
			last := &c.steps[len(c.steps)-1]
			last.data = last.data[:int64(len(last.data))-s.n]
			s.verb = "gap"
		}
		if s.verb == "feed" && words[len(words)-1] == "new" {
			s.ord = 1
		}
		c.steps = append(c.steps, s)
	}
	c.number()
	return c, nil
}

// number gives the packets their messages: a new one begins where the direction changes, or ord is not 0.
func (c *conversation) number() {
	ordinals, last := [2]int{-1, -1}, -1
	for i := range c.steps {
		s := &c.steps[i]
		if s.verb != "feed" {
			continue
		}
		if last != int(s.dir) || s.ord != 0 {
			ordinals[s.dir]++
		}
		last = int(s.dir)
		s.ord = uint32(ordinals[s.dir])
	}
}

var endings = map[string]proto.Ending{
	"FIN": proto.FIN, "RST": proto.RST, "Gone": proto.Gone, "Expired": proto.Expired, "Idle": proto.Idle,
}

func parseStep(words []string, speakers [2]*speaker, script []byte) (s step, err error) {
	s.dir = map[string]proto.Dir{">": proto.ToServer, "<": proto.ToClient}[words[0]]
	switch words[1] {
	case "gap", "skip":
		s.verb, s.at, s.n = words[1], int64(number(words[2])), int64(number(words[3]))
		return s, nil
	case "close":
		s.verb, s.at, s.how = "close", int64(number(words[2])), endings[words[3]]
		return s, nil
	}
	s.verb, s.at = "feed", int64(number(words[1]))
	s.data, err = speakers[s.dir].say(string(script))
	return s, err
}

// whole feeds what there is in one piece.
func whole(n int) int { return n }

// play runs the conversation. cut gives the length of the next piece of n
// bytes, from 1 to n.
func (c *conversation) play(t testing.TB, o *Protocol, cut func(n int) int) string {
	l := &log{t: t, accounts: map[string]*account{}}
	c.feed(t, newParser(o, l), l, cut)
	return l.String()
}

func (c *conversation) feed(t testing.TB, p *parser, l *log, cut func(n int) int) {
	closed := [2]bool{}
	seq := [2]uint32{1000 + c.before[0], 5000 + c.before[1]}
	for _, s := range c.steps {
		switch s.verb {
		case "feed":
			for b := s.data; len(b) > 0; {
				n := cut(len(b))
				p.Feed(s.dir, &proto.Segment{
					At: s.at, Bytes: append([]byte(nil), b[:n]...), // nothing may be kept
					Seq: seq[s.dir], Ack: seq[s.dir.Flip()],
					Origin: proto.Origin{Ordinal: s.ord, Seq: 1, Ack: 2}, Message: l.account(s.dir, s.ord),
				})
				b = b[n:]
				seq[s.dir] += uint32(n)
			}
		case "gap":
			p.Gap(s.dir, s.at, s.n)
			seq[s.dir] += uint32(s.n)
		case "close":
			closed[s.dir] = true
			p.Close(s.dir, s.at, s.how)
		}
		require.LessOrEqual(t, len(p.open.list), p.owner.config.MaxOpen)
	}
	for dir := range closed {
		if !closed[dir] {
			p.Close(proto.Dir(dir), 0, proto.Expired)
		}
	}
	l.settle(p)
}

// log is a sink that writes down what it is told.
type log struct {
	strings.Builder
	t        testing.TB
	accounts map[string]*account
	order    []*account
	open     map[*proto.Exchange]bool
	// each is called for every exchange that is done.
	each func(*exchange)
}

type account struct {
	name   string
	claims int
	used   bool
	lost   string
}

func (a *account) Claim() { a.claims++; a.used = true }

func (l *log) account(dir proto.Dir, ord uint32) *account {
	name := arrow(dir) + strconv.Itoa(int(ord))
	if l.accounts[name] == nil {
		a := &account{name: name}
		l.accounts[name] = a
		l.order = append(l.order, a)
	}
	return l.accounts[name]
}

func arrow(dir proto.Dir) string { return [...]string{">", "<"}[dir] }

func (l *log) Open(x *proto.Exchange) {
	if l.open == nil {
		l.open = map[*proto.Exchange]bool{}
	}
	require.False(l.t, l.open[x], "opened twice")
	l.open[x] = true
	e := x.Semantics.(*exchange)
	fmt.Fprintf(l, "open %d %s %s\n", e.id, e.Method, short(e.path))
}

func (l *log) Streams(x *proto.Exchange) {
	require.True(l.t, l.open[x])
	require.NotZero(l.t, x.Mark&proto.MarkStream)
	fmt.Fprintf(l, "streams %d\n", x.Semantics.(*exchange).id)
}

func (l *log) Done(x *proto.Exchange) {
	require.True(l.t, l.open[x], "done without open, or twice")
	delete(l.open, x)
	e := x.Semantics.(*exchange)
	if l.each != nil {
		l.each(e)
	}
	fmt.Fprintf(l, "done %d %s %s", e.id, e.Method, short(e.path))
	for _, f := range []struct {
		name, value string
	}{
		{"original", e.Original},
		{"scheme", e.scheme},
		{"host", e.Host},
		{"agent", e.UserAgent},
		{"origin", e.origin},
		{"fault", string(x.Fault)},
		{"stream", string(e.Stream)},
		{"marks", marks(x.Mark)},
	} {
		if f.value != "" {
			fmt.Fprintf(l, " %s=%s", f.name, short(f.value))
		}
	}
	if e.unknown {
		l.WriteString(" unknown")
	}
	if e.cancelled {
		l.WriteString(" cancelled")
	}
	l.WriteByte('\n')
	if c := &x.Context; c.Valid() {
		fmt.Fprintf(l, "  context %x-%x-%02x %s\n", c.TraceID, c.SpanID, c.Flags, c.State)
	}
	if x.RequestID != 0 {
		l.WriteString("  request id\n")
	}
	l.message("request ", &x.Request)
	if e.Status != 0 {
		fmt.Fprintf(l, "  status %d\n", e.Status)
	}
	l.message("response", &x.Response)
	x.Semantics.Release()
}

func (l *log) message(name string, m *proto.Message) {
	if !m.Seen && len(m.Accounts) == 0 {
		return
	}
	require.Zero(l.t, m.Index)
	fmt.Fprintf(l, "  %s %d-%d wire=%d body=%d origin=%d/%d#%d accounts=", name, m.First, m.Last, m.Wire, m.Body,
		m.Origin.Seq, m.Origin.Ack, m.Origin.Ordinal)
	for _, a := range m.Accounts {
		l.WriteString(a.(*account).name)
		a.(*account).claims--
	}
	switch {
	case !m.Seen:
		l.WriteString(" unseen")
	case !m.Whole:
		l.WriteString(" part")
	}
	if m.Truncated {
		l.WriteString(" truncated")
	}
	l.WriteByte('\n')
}

func (l *log) Lost(m proto.Account, why proto.Lost) {
	m.(*account).lost = [...]string{"gap", "syntax", "no request", "cap", "opaque", "control"}[why]
}

// settle checks that nothing is held any more, and writes down what became of the messages that no
// exchange used.
func (l *log) settle(p *parser) {
	require.Empty(l.t, l.open, "exchanges never done")
	for _, a := range l.order {
		require.Zero(l.t, a.claims, "claims on %s never given back", a.name)
		if !a.used {
			require.NotEmpty(l.t, a.lost, "%s has no end", a.name)
		}
		if a.lost != "" && (!a.used || a.lost != "control") {
			fmt.Fprintf(l, "lost %s %s\n", a.name, a.lost)
		}
	}
	require.Zero(l.t, p.owner.buffered)
	require.Zero(l.t, p.open.held)
	require.Zero(l.t, p.open.doubtful)
	require.Empty(l.t, p.open.list)
	for _, h := range p.halves {
		require.Nil(l.t, h.block.buf)
		require.Nil(l.t, h.x)
	}
}

func marks(m proto.Mark) string {
	var out []string
	if m&proto.MarkOTLP != 0 {
		out = append(out, "otlp")
	}
	if m&proto.MarkHealthProbe != 0 {
		out = append(out, "probe")
	}
	if m&proto.MarkStream != 0 {
		out = append(out, "stream")
	}
	return strings.Join(out, ",")
}

func short(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%s...(%d)", s[:40], len(s))
	}
	return s
}

func conversationFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(conversations, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func TestConversations(t *testing.T) {
	for _, file := range conversationFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := loadConversation(t, file)
			got := c.play(t, New(Config{}), whole)
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
			if s.verb == "feed" && verdict == proto.NeedMore {
				bytes[s.dir] = append(bytes[s.dir], s.data...)
				verdict = Detect(event.TCP, bytes[proto.ToServer], bytes[proto.ToClient])
			}
		}
		require.Equal(t, proto.Yes, verdict, file)
	}
}
