package explain

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// source is a Source that a test fills.
type source struct {
	snapshot Snapshot
	account  Account
	err      error
	wait     chan struct{} // if not nil: an answer comes when it is closed
}

func (s *source) Explain(ctx context.Context) (*Snapshot, error) {
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &s.snapshot, s.err
}

func (s *source) Account() Account { return s.account }

type report struct{ Scenario, text string }

func (r *report) Text() string { return r.text }

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// connections are four of each kind that filters tell apart.
func connections() []Connection {
	conn := func(local, remote string, ago time.Duration, change func(*Connection)) Connection {
		c := Connection{
			State: Live, Transport: "tcp", Role: Server, Verdict: Selected,
			Local: netip.MustParseAddrPort(local), Remote: netip.MustParseAddrPort(remote),
			Opened: now.Add(-time.Hour), LastSeen: now.Add(-ago),
		}
		change(&c)
		return c
	}
	return []Connection{
		conn("10.0.0.1:8080", "10.0.0.9:40000", 3*time.Minute, func(c *Connection) {
			c.Service, c.PID, c.Executable, c.Protocol, c.Spans, c.Parent, c.ParentFound = "checkout", 17, "/usr/bin/java", "http", 1204, "flow", true
			c.Received, c.Sent = Traffic{1204, 52000}, Traffic{1204, 7 << 20}
		}),
		conn("10.0.0.1:443", "10.0.0.9:40001", time.Second, func(c *Connection) {
			c.Service, c.Verdict, c.Reason, c.Looks = "nginx", Ignored, unknownProtocol, "tls"
		}),
		conn("10.0.0.1:51000", "10.0.0.7:8080", time.Minute, func(c *Connection) {
			c.Service, c.Role, c.Verdict, c.Reason, c.State = "curl", Client, Unselected, "unselected", Ended
		}),
		conn("[2001:db8::1]:53", "[2001:db8::2]:4000", 2*time.Minute, func(c *Connection) {
			c.Transport, c.State, c.Protocol, c.Reason, c.Spans, c.Spanless = "udp", Ended, "dns", "no_response", 3, 1
		}),
	}
}

func newSource() *source {
	return &source{snapshot: Snapshot{
		Time: now, Opened: 1204, WithSpans: 1180, Connections: connections(), Unlisted: 2, Forgotten: 1,
		Without: []Count{{"unknown_protocol", 20}, {"pending", 3}, {"gap", 1}},
	}}
}

func get(t *testing.T, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Host = "localhost:55690"
	h.ServeHTTP(w, r)
	return w
}

func newHandler(t *testing.T, src Source, o Options) *Handler {
	t.Helper()
	h, err := NewHandler(src, o)
	require.NoError(t, err)
	return h
}

// decoded is an answer without what is an interface.
type decoded struct {
	Summary     Summary      `json:"summary"`
	Matched     int          `json:"matched"`
	Connections []Connection `json:"connections"`
}

func TestFilters(t *testing.T) {
	h := newHandler(t, newSource(), Options{})
	for query, want := range map[string]string{ // ports of the local ends, latest activity first
		"":                                       "443 51000 53 8080",
		"port=8080":                              "51000 8080",
		"service=CHECK":                          "8080",
		"service=java":                           "8080",
		"service=nobody":                         "",
		"state=none":                             "443 51000",
		"state=some":                             "53 8080",
		"state=live":                             "443 8080",
		"state=ended":                            "51000 53",
		"reason=no_response":                     "53",
		"port=8080&service=curl&state=none":      "51000",
		"port=8080&state=none&reason=unselected": "51000",
		"limit=2":                                "443 51000",
		"port=&service=&state=&reason=&unknown=1": "443 51000 53 8080",
	} {
		w := get(t, h, "/explain.json?"+query)
		require.Equal(t, http.StatusOK, w.Code, query)
		var a decoded
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
		var ports []string
		for _, c := range a.Connections {
			ports = append(ports, fmt.Sprint(c.Local.Port()))
		}
		assert.Equal(t, want, strings.Join(ports, " "), query)
		if query != "limit=2" {
			assert.Equal(t, len(ports), a.Matched, query)
		} else {
			assert.Equal(t, 4, a.Matched)
		}
		page := get(t, h, "/explain?"+query)
		require.Equal(t, http.StatusOK, page.Code)
		assert.Equal(t, len(ports), strings.Count(page.Body.String(), `<td class="address">`), query)
	}
	for query, want := range map[string]string{
		"port=http":                           "port: must be a number from 1 to 65535",
		"port=0":                              "port: must be a number from 1 to 65535",
		"port=65536":                          "port: must be a number from 1 to 65535",
		"state=dead":                          "state: must be none, some, live or ended",
		"reason=none":                         "reason: there is no such reason",
		"limit=-1":                            "limit: must be a number from 1 to 65535",
		"service=" + strings.Repeat("x", 129): "service and reason: at most 128 characters",
		"state=%3Cscript%3Ealert(1)%3C/script%3E": "state: must be none, some, live or ended",
	} {
		w := get(t, h, "/explain?"+query)
		assert.Equal(t, http.StatusBadRequest, w.Code, query)
		assert.Equal(t, want+"\n", w.Body.String())
	}
}

// The JSON's keys are what programs rely on.
func TestJSON(t *testing.T) {
	src := newSource()
	src.snapshot.Connections = src.snapshot.Connections[:1]
	src.account = Account{
		Messages: Messages{Received: 9, Used: 4, Held: 1, Dropped: map[string]uint64{"gap": 3}, Filtered: map[string]uint64{"unselected": 1}},
		Spans:    Spans{Emitted: 2, Refused: 1},
		Kernel:   Kernel{Packets: 20, Messages: 9, FailedConnects: 1, Shed: 8, Lost: map[string]uint64{"ring_full_data": 5}, Skipped: map[string]uint64{"retransmit": 6}},
		Limits:   map[string]Gauge{"flows": {7, 100}},
	}
	w := get(t, newHandler(t, src, Options{Receiver: "beyla/x", Report: &report{Scenario: "node"}}), "/explain.json")
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.JSONEq(t, `{
		"receiver": "beyla/x", "time": "2026-11-23T12:00:00Z",
		"summary": {
			"text": "1,204 connections, 1,180 with spans, 3 not decided yet; most frequent reason for none: unknown_protocol (20)",
			"connections": 1204, "with_spans": 1180, "without_spans": {"unknown_protocol": 20, "pending": 3, "gap": 1}},
		"matched": 1, "live_not_listed": 2, "ended_forgotten": 1,
		"connections": [{
			"state": "live", "transport": "tcp", "role": "server", "local": "10.0.0.1:8080", "remote": "10.0.0.9:40000",
			"opened": "2026-11-23T11:00:00Z", "last_seen": "2026-11-23T11:57:00Z",
			"service": "checkout", "executable": "/usr/bin/java", "container_id": "", "pid": 17,
			"protocol": "http", "verdict": "selected",
			"received": {"messages": 1204, "bytes": 52000}, "sent": {"messages": 1204, "bytes": 7340032},
			"spans": 1204, "exchanges_without_span": 0, "reason": "", "looks_like": "", "parent": "flow", "parent_found": true}],
		"account": {
			"messages": {"received": 9, "used": 4, "held": 1, "dropped": {"gap": 3}, "filtered": {"unselected": 1}},
			"spans": {"emitted": 2, "refused": 1},
			"kernel": {"packets": 20, "messages": 9, "failed_connects": 1, "shed": 8, "lost": {"ring_full_data": 5}, "skipped": {"retransmit": 6}},
			"limits": {"flows": {"value": 7, "limit": 100}}},
		"preflight": {"Scenario": "node"}
	}`, w.Body.String())
	empty := get(t, newHandler(t, &source{}, Options{}), "/explain.json").Body.String()
	assert.Contains(t, empty, `"connections":[]`, "a list, also when there is none")
	assert.Contains(t, empty, `"preflight":null`)
}

func TestPage(t *testing.T) {
	src := newSource()
	src.account.Kernel.Lost = map[string]uint64{"ring_full_data": 5000, "no_storage": 0}
	h := newHandler(t, src, Options{Receiver: "beyla/x", Report: &report{text: "preflight: node agent\n  on spans"}})
	w := get(t, h, "/explain?state=none&service=n")
	page := w.Body.String()
	assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	for _, want := range []string{
		"1,204 connections, 1,180 with spans, 3 not decided yet; most frequent reason for none: unknown_protocol (20)",
		"encrypted (TLS): what it carries cannot be read",
		"<span>10.0.0.1:443 ←</span> <span>10.0.0.9:40001</span>", `value="n"`, `<option value="none" selected>`, "unknown_protocol (20)",
		"lost: ring_full_data", "5,000", "preflight: node agent\n  on spans", "2 older live connections not listed",
		`href="/explain.json?service=n&amp;state=none"`,
	} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "no_storage", "what did not happen is not listed")
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, "ZgotmplZ", "nothing was refused by the template")
	assert.Contains(t, get(t, h, "/explain").Body.String(), "newest span: parent by flow")
}

// The policy allows the page's own style, and nothing else.
func TestHeaders(t *testing.T) {
	h := newHandler(t, newSource(), Options{})
	for _, target := range []string{"/explain", "/explain.json", "/nothing", "/explain?port=x"} {
		head := get(t, h, target).Header()
		assert.Equal(t, "no-store", head.Get("Cache-Control"), target)
		assert.Equal(t, "nosniff", head.Get("X-Content-Type-Options"), target)
		assert.Equal(t, "no-referrer", head.Get("Referrer-Policy"), target)
		assert.Contains(t, head.Get("Content-Security-Policy"), "default-src 'none';", target)
		assert.NotContains(t, head.Get("Content-Security-Policy"), "script", target)
		assert.NotContains(t, head.Get("Content-Security-Policy"), "unsafe", target)
	}
	w := get(t, h, "/explain")
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindSubmatch(w.Body.Bytes())
	require.NotNil(t, style)
	sum := sha256.Sum256(style[1])
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
}

func TestMethodsAndPaths(t *testing.T) {
	h := newHandler(t, newSource(), Options{})
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/explain", strings.NewReader("x")))
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	}
	assert.Equal(t, http.StatusNotFound, get(t, h, "/explain/x").Code)
	w := get(t, h, "/")
	assert.Equal(t, http.StatusFound, w.Code)
	assert.Equal(t, "/explain", w.Header().Get("Location"))
}

// Names are what processes like to call themselves.
func TestHostileNames(t *testing.T) {
	hostile := "<script>alert(1)</script>\"'`\x00\x1b[31m\u202e\r\n\xff" + strings.Repeat("ä", 300)
	src := newSource()
	src.snapshot.Connections = []Connection{{Service: hostile, Executable: "/x/" + hostile, Container: hostile, Protocol: hostile, PID: 1}}
	h := newHandler(t, src, Options{Report: &report{text: "cgroup /<b>\x1b[2J"}})
	page := get(t, h, "/explain").Body.String()
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, "<b>")
	assert.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;")
	data := get(t, h, "/explain.json").Body.String()
	var a decoded
	require.NoError(t, json.Unmarshal([]byte(data), &a))
	for _, text := range []string{page, a.Connections[0].Service, a.Connections[0].Executable, a.Connections[0].Container} {
		for _, bad := range []string{"\x00", "\x1b", "\u202e", "\r", "\xff"} {
			assert.NotContains(t, text, bad)
		}
	}
	assert.LessOrEqual(t, len(a.Connections[0].Service), 2*maxName)
	assert.True(t, strings.HasSuffix(a.Connections[0].Service, "ä…"))
	assert.Equal(t, hostile, src.snapshot.Connections[0].Service, "the snapshot is shared")

	w := get(t, h, "/explain?service=%22%3E%3Cscript%3E")
	assert.NotContains(t, w.Body.String(), "<script")
}

func TestBounds(t *testing.T) {
	src := newSource()
	src.snapshot.Connections = make([]Connection, 3*maxRows)
	h := newHandler(t, src, Options{})
	for target, want := range map[string]int{
		"/explain": pageRows, "/explain?limit=300": 300, "/explain?limit=65535": maxRows,
	} {
		page := get(t, h, target).Body.String()
		assert.Equal(t, want, strings.Count(page, `<td class="address">`), target)
		assert.Contains(t, page, fmt.Sprintf("%s more match", thousands(uint64(3*maxRows-want))))
	}
	var a decoded
	require.NoError(t, json.Unmarshal(get(t, h, "/explain.json").Body.Bytes(), &a))
	assert.Len(t, a.Connections, maxRows)
	assert.Equal(t, 3*maxRows, a.Matched)
}

func TestSourceThatFails(t *testing.T) {
	src := newSource()
	src.err = errors.New("no time")
	w := get(t, newHandler(t, src, Options{}), "/explain.json")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), "no time")

	src = &source{wait: make(chan struct{})}
	w = get(t, newHandler(t, src, Options{Patience: time.Millisecond}), "/explain")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), context.DeadlineExceeded.Error())
}

// Only so many requests are worked on; one more is told so at once.
func TestManyRequests(t *testing.T) {
	src := newSource()
	src.wait = make(chan struct{})
	h := newHandler(t, src, Options{Patience: time.Minute})
	codes := make(chan int)
	for range maxRequests {
		go func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/explain", nil))
			codes <- w.Code
		}()
	}
	require.Eventually(t, func() bool { return len(h.free) == maxRequests }, 10*time.Second, time.Millisecond)
	assert.Equal(t, http.StatusServiceUnavailable, get(t, h, "/explain").Code)
	close(src.wait)
	for range maxRequests {
		assert.Equal(t, http.StatusOK, <-codes)
	}
	assert.Equal(t, http.StatusOK, get(t, h, "/explain").Code)
}

func TestLocalOnly(t *testing.T) {
	for host, want := range map[string]int{
		"localhost:55690": http.StatusOK, "LocalHost": http.StatusOK, "127.0.0.1:55690": http.StatusOK, "127.0.0.1": http.StatusOK,
		"[::1]:55690": http.StatusOK, "[::1]": http.StatusOK,
		"evil.example": http.StatusMisdirectedRequest, "evil.example:55690": http.StatusMisdirectedRequest,
		"localhost.evil.example": http.StatusMisdirectedRequest, "": http.StatusMisdirectedRequest,
	} {
		for _, only := range []bool{true, false} {
			r := httptest.NewRequest(http.MethodGet, "/explain", nil)
			r.Host = host
			w := httptest.NewRecorder()
			newHandler(t, newSource(), Options{LocalOnly: only}).ServeHTTP(w, r)
			if !only {
				want = http.StatusOK
			}
			assert.Equal(t, want, w.Code, "%q", host)
		}
	}
}
