package vmlive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// done is the answer to a line of the client's input.
type done struct {
	Done  string `json:"done"`
	Error string `json:"error,omitempty"`
}

// commanded is the client's process, and how many jobs it was given.
type commanded struct {
	*testkit.Process
	jobs int
}

// do has a job done.
func (c *commanded) do(t testing.TB, job string, at ...string) {
	t.Helper()
	c.Send(t, job+" "+strings.Join(at, " "))
	c.jobs++
	answer := testkit.WaitLines[done](t, c.Process, `{"done"`, c.jobs)[c.jobs-1]
	require.Equal(t, done{Done: job}, answer)
}

// client does what the lines of its input say, each "JOB ADDRESS [ADDRESS]".
func client(context.Context) error {
	jobs := jobs()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		name, at, _ := strings.Cut(lines.Text(), " ")
		answer := done{Done: name}
		if job, ok := jobs[name]; !ok {
			answer.Error = "unknown job"
		} else if err := job(at); err != nil {
			answer.Error = err.Error()
		}
		if err := say(answer); err != nil {
			return err
		}
	}
	return nil
}

// jobs are what the client can do.
func jobs() map[string]func(at string) error {
	return map[string]func(string) error{
		"http1": func(at string) error { return browse(at, (*http.Protocols).SetHTTP1) },
		"http2": func(at string) error { return browse(at, (*http.Protocols).SetUnencryptedHTTP2) },
		"grpc":  call, "websocket": talk, "tls": whisper, "dns": lookUp,
		"aborted": abortive, "hop": throughFront,
		"lesson":  func(at string) error { return learn(at, 1) },
		"lessons": func(at string) error { return learn(at, lessons) },
	}
}

// browse sends some requests over one connection of one protocol.
func browse(addr string, speak func(*http.Protocols, bool)) error {
	var only http.Protocols
	speak(&only, true)
	transport := &http.Transport{Protocols: &only, DisableCompression: true}
	defer transport.CloseIdleConnections()
	for _, one := range []struct {
		method, target string
		body, status   int
	}{
		{http.MethodGet, "/hello?i=1", 0, http.StatusOK},
		{http.MethodPost, "/echo", 300, http.StatusOK},
		{http.MethodPost, "/echo?i=long", 50_000, http.StatusOK},
		{http.MethodGet, "/missing", 0, http.StatusNotFound},
		{http.MethodGet, "/hello?i=2", 0, http.StatusOK},
	} {
		var body io.Reader = http.NoBody
		if one.body > 0 {
			body = bytes.NewReader(make([]byte, one.body))
		}
		r, err := http.NewRequest(one.method, "http://"+addr+one.target, body)
		if err != nil {
			return err
		}
		if err := send(transport, r, one.status); err != nil {
			return fmt.Errorf("%s %s: %w", one.method, one.target, err)
		}
	}
	return nil
}

func send(transport http.RoundTripper, r *http.Request, status int) error {
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != status {
		return fmt.Errorf("%w %d", errStatus, resp.StatusCode)
	}
	return nil
}

var errAnswered = errors.New("answered to the end")

// abortive asks for what has no end.
func abortive(addr string) error {
	for target, want := range map[string]error{"/reset": syscall.ECONNRESET, "/cut": io.ErrUnexpectedEOF} {
		err := ask(addr, target)
		if err == nil {
			err = errAnswered
		}
		if !errors.Is(err, want) {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	return nil
}

// lessons are more requests than a program must have answered before its goroutines are believed.
const lessons = 40

func learn(addr string, n int) error {
	for range n {
		if err := ask(addr, "/lesson"); err != nil {
			return err
		}
	}
	return nil
}

// throughFront asks the service in front, "FRONT BEHIND".
func throughFront(at string) error {
	front, behind, _ := strings.Cut(at, " ")
	return ask(front, "/hop?"+behind)
}
