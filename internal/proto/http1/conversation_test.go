package http1

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

const conversations = "../../../testdata/wire/http1"

// A conversation is a txtar archive whose comment says what it shows. Its
// files are what the tap sees, in order; their names are commands:
//
//	> TIME         bytes to the server; "<" are to the client, here as below
//	> TIME new     the same, but a message begins though the direction did not change
//	> gap TIME N   N bytes passed unseen
//	> close TIME FIN|RST|Gone|Expired|Idle
//	> skip YES|NO  exchanges are left out, and whether the parser can do without
//	wants          what the parser wants now, to the server and to the client
//	want           the log of the sink; both directions have expired by then
//
// In bytes the end of a line stands for CR LF, unless a backslash is before
// it; other escapes are Go's.
type conversation struct {
	steps []step
	want  string
}

type step struct {
	dir  proto.Dir
	verb string // feed, gap, close, skip, wants
	at   int64
	n    int64
	how  proto.Ending
	ord  uint32
	data []byte
	text string
}

func loadConversation(t testing.TB, file string) conversation {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	c, err := parseConversation(archive)
	require.NoError(t, err, file)
	return c
}

func parseConversation(archive *txtar.Archive) (c conversation, err error) {
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
		s, err := parseStep(words, f.Data)
		if err != nil {
			return c, fmt.Errorf("%s: %w", f.Name, err)
		}
		if s.verb == "feed" {
			if last != int(s.dir) || words[len(words)-1] == "new" {
				ordinals[s.dir]++
			}
			last = int(s.dir)
			s.ord = uint32(ordinals[s.dir])
		}
		c.steps = append(c.steps, s)
	}
	return c, nil
}

func parseStep(words []string, data []byte) (s step, err error) {
	s.dir = map[string]proto.Dir{">": proto.ToServer, "<": proto.ToClient}[words[0]]
	switch words[1] {
	case "gap", "close":
		s.verb = words[1]
		s.at, err = strconv.ParseInt(words[2], 10, 64)
		if s.verb == "gap" && err == nil {
			s.n, err = strconv.ParseInt(words[3], 10, 64)
		} else {
			s.how = map[string]proto.Ending{"FIN": proto.FIN, "RST": proto.RST, "Gone": proto.Gone, "Expired": proto.Expired, "Idle": proto.Idle}[words[3]]
		}
		return s, err
	case "skip":
		s.verb, s.text = "skip", words[2]
		return s, nil
	}
	s.verb = "feed"
	if s.at, err = strconv.ParseInt(words[1], 10, 64); err != nil {
		return s, err
	}
	s.data, err = unescape(string(data))
	return s, err
}

func unescape(text string) ([]byte, error) {
	var out []byte
	for _, line := range strings.SplitAfter(text, "\n") {
		body, ended := strings.CutSuffix(line, "\n")
		body, joined := strings.CutSuffix(body, `\`)
		value, err := strconv.Unquote(`"` + strings.ReplaceAll(body, `"`, `\"`) + `"`)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		out = append(out, value...)
		if ended && !joined {
			out = append(out, '\r', '\n')
		}
	}
	return out, nil
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
		require.LessOrEqual(t, len(p.queue.list), o.config.MaxPipeline)
	}
	for dir := range closed {
		if !closed[dir] {
			p.Close(proto.Dir(dir), 0, proto.Expired)
		}
	}
	l.settle(p)
	return l.String()
}

var wantNames = map[proto.Want]string{
	proto.Heads: "Heads", proto.Rest: "Rest", proto.All: "All", proto.Frames: "Frames",
	proto.Turns: "Turns", proto.Totals: "Totals", proto.Nothing: "Nothing",
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
			got := c.play(t, newProtocol(Config{}), func(n int) int { return n })
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
