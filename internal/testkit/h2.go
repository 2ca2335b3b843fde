package testkit

import (
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// H2Options shape a server of testdata/apps/h2, whose package comment lists what it serves.
type H2Options struct {
	Place Place
	// Env is added to the environment.
	Env []string
	// Cert is what it needs for TLS; without, it speaks h2c and HTTP/1.1.
	Cert *Cert
	// Args are further arguments.
	Args []string
}

// H2Server is a server of HTTP/2 that logs its requests: testdata/apps/h2, or one that says the same.
type H2Server struct {
	*Process
	Addr, URL string
}

// H2Request is a request as either end logs it.
type H2Request struct {
	Method string `json:"method"`
	Target string `json:"target"`
	Proto  string `json:"proto"`
	Status int    `json:"status"`
	// Sent and Received are bytes of the bodies.
	Sent     int64             `json:"sent"`
	Received int64             `json:"received"`
	Trailer  map[string]string `json:"trailer"`
	// Aborted and Error say that it did not end well, the server's and the client's.
	Aborted bool      `json:"aborted"`
	Error   string    `json:"error"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// H2Job is what a client is told to do: see testdata/apps/h2.
type H2Job struct {
	Method  string            `json:"method,omitempty"`
	Path    string            `json:"path"`
	Header  map[string]string `json:"header,omitempty"`
	Body    int               `json:"body,omitempty"`
	Pieces  int               `json:"pieces,omitempty"`
	Pause   int               `json:"pause,omitempty"`
	N       int               `json:"n,omitempty"`
	Streams int               `json:"streams,omitempty"`
	Cancel  int               `json:"cancel,omitempty"`
}

// StartH2Server starts it on 127.0.0.1.
func StartH2Server(t testing.TB, o H2Options) *H2Server {
	t.Helper()
	args := append([]string{App(t, "h2")}, o.Args...)
	scheme := "http"
	if o.Cert != nil {
		args, scheme = append(args, "-cert", o.Cert.File, "-key", o.Cert.Key), "https"
	}
	port := FreePort(t)
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	return &H2Server{
		Addr: addr, URL: scheme + "://" + addr,
		Process: Start(t, Spec{Args: append(args, "-listen", addr), Env: o.Env, Place: o.Place, TCP: port}),
	}
}

// Served are the requests that it has logged.
func (s *H2Server) Served(t testing.TB) []H2Request {
	t.Helper()
	return JSONLines[H2Request](t, s.Process, `{"method"`)
}

// H2Client is a client that keeps one connection to a server.
type H2Client = Commanded[H2Request]

// StartH2Client starts testdata/apps/h2 as the client of a server.
func StartH2Client(t testing.TB, url string, o H2Options) *H2Client {
	t.Helper()
	args := append([]string{App(t, "h2"), "-call", url}, o.Args...)
	return &H2Client{Process: Start(t, Spec{Args: args, Env: o.Env, Place: o.Place})}
}

// StartNodeH2Server starts testdata/apps/node/h2.js: /echo?size= of testdata/apps/h2.
func StartNodeH2Server(t testing.TB) *H2Server {
	t.Helper()
	Need(t, "node")
	port := FreePort(t)
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	return &H2Server{Addr: addr, URL: "http://" + addr, Process: Start(t, Spec{
		Args: []string{"node", AppFile(t, "node", "h2.js"), "listen", addr}, TCP: port,
	})}
}

// StartNodeH2Client starts the same program as a client.
func StartNodeH2Client(t testing.TB, url string) *H2Client {
	t.Helper()
	Need(t, "node")
	return &H2Client{Process: Start(t, Spec{Args: []string{"node", AppFile(t, "node", "h2.js"), "call", url}})}
}

// StartHypercorn starts testdata/apps/python/h2app.py in Debian's hypercorn, which speaks HTTP/1.1 and
// HTTP/2, by prior knowledge and upgraded: /echo?size= of testdata/apps/h2.
func StartHypercorn(t testing.TB) *H2Server {
	t.Helper()
	NeedPython(t, "hypercorn", "h2")
	port := FreePort(t)
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	return &H2Server{Addr: addr, URL: "http://" + addr, Process: Start(t, Spec{
		Args: []string{DebianPython, "-m", "hypercorn", "--bind", addr, "h2app:app"},
		Dir:  filepath.Dir(AppFile(t, "python", "h2app.py")), TCP: port, Env: []string{"PYTHONDONTWRITEBYTECODE=1"},
	})}
}
