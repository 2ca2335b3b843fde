package testkit

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
)

// GoClient is a running testdata/apps/goclient that holds one connection open
// and sends what it is told to.
type GoClient struct {
	*Process
	answers int
}

// Answer is a response that the client has read to its end.
type Answer struct {
	Status int   `json:"status"`
	Body   int64 `json:"body"`
}

// StartGoClient connects to addr ("host:port") and sends nothing yet.
func StartGoClient(t testing.TB, addr string, place Place) *GoClient {
	t.Helper()
	c := &GoClient{Process: Start(t, Spec{Args: []string{App(t, "goclient"), "-hold", addr}, Place: place})}
	c.WaitOutput(t, "connected\n", readyWithin)
	return c
}

// Get sends GET requests for these paths back to back, without waiting for an
// answer in between, and then reads all the answers.
func (c *GoClient) Get(t testing.TB, paths ...string) []Answer {
	t.Helper()
	c.Send(t, strings.Join(paths, " "))
	var lines []string
	Poll(t, readyWithin, "the go client's answers", func() bool {
		lines = answerLines(c.Output())
		return len(lines) >= c.answers+len(paths) || !c.Running()
	})
	if len(lines) < c.answers+len(paths) {
		t.Fatalf("the go client ended before its answers came: %s", c.Output())
	}
	answers := make([]Answer, 0, len(paths))
	for _, line := range lines[c.answers : c.answers+len(paths)] {
		var a Answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("read the go client's answer %q: %v", line, err)
		}
		answers = append(answers, a)
	}
	c.answers += len(paths)
	return answers
}

func answerLines(out string) []string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, `{"status"`) && strings.HasSuffix(line, "\n") {
			lines = append(lines, line)
		}
	}
	return lines
}

// Load sends exactly total GET requests for url over conns kept connections and
// waits for all the answers. Unlike wrk it is exact; it is not fast.
func Load(t testing.TB, place Place, url string, total, conns int) {
	t.Helper()
	p := Start(t, Spec{
		Args:  []string{App(t, "goclient"), "-n", strconv.Itoa(total), "-conns", strconv.Itoa(conns), "-url", url},
		Place: place,
	})
	if err := p.Wait(t, 2*time.Minute); err != nil {
		t.Fatalf("send %d requests: %v: %s", total, err, p.Output())
	}
}
