package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// job is a line of the client's input: requests that are alike.
type job struct {
	Method string            `json:"method"` // GET
	Path   string            `json:"path"`
	Header map[string]string `json:"header"`
	// Body is the size of each request's body; Pieces of it are sent apart when above 1, each after a pause of Pause ms.
	Body   int `json:"body"`
	Pieces int `json:"pieces"`
	Pause  int `json:"pause"`
	// N requests (1), of which so many as Streams (1) are under way at a time. The query "id=k" is
	// added to their path when there are more than one.
	N       int `json:"n"`
	Streams int `json:"streams"`
	// Cancel is after how many milliseconds a request is given up; 0: never.
	Cancel int `json:"cancel"`
}

// asked is one request in the client's log.
type asked struct {
	Method string `json:"method"`
	Target string `json:"target"`
	Proto  string `json:"proto"`
	Status int    `json:"status"`
	// Sent and Received are bytes of the two bodies.
	Sent     int64             `json:"sent"`
	Received int64             `json:"received"`
	Trailer  map[string]string `json:"trailer,omitempty"`
	Error    string            `json:"error,omitempty"`
	Start    time.Time         `json:"start"`
	End      time.Time         `json:"end"`
}

// client keeps one connection to a server over HTTP/2, unless told otherwise.
func client(o options) *http.Client {
	transport := &http.Transport{
		Protocols:       new(http.Protocols),
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: o.name}, // the certificate is the test's own
	}
	if o.tls12 {
		transport.TLSClientConfig.MaxVersion = tls.VersionTLS12
	}
	if o.http1 {
		transport.Protocols.SetHTTP1(true)
		return &http.Client{Transport: transport}
	}
	transport.Protocols.SetHTTP2(true)
	transport.Protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: transport}
}

func call(ctx context.Context, o options, in io.Reader, out io.Writer) error {
	c := client(o)
	defer c.CloseIdleConnections()
	report := newReporter(out)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return fmt.Errorf("read a job: %w", err)
		}
		j.fill()
		j.run(ctx, c, o.call, report)
		report.line(map[string]int{"done": j.N})
	}
	return nil
}

func (j *job) fill() {
	j.N, j.Streams, j.Pieces = max(1, j.N), max(1, j.Streams), max(1, j.Pieces)
	if j.Method == "" {
		j.Method = http.MethodGet
	}
}

// run sends all requests of the job and waits for their answers.
func (j *job) run(ctx context.Context, c *http.Client, base string, report *reporter) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range j.Streams {
		workers.Go(func() {
			for k := next.Add(1); k <= int64(j.N); k = next.Add(1) {
				report.line(j.ask(ctx, c, base, j.target(k)))
			}
		})
	}
	workers.Wait()
}

func (j *job) target(k int64) string {
	switch id := "id=" + strconv.FormatInt(k, 10); {
	case j.N == 1:
		return j.Path
	case strings.Contains(j.Path, "?"):
		return j.Path + "&" + id
	default:
		return j.Path + "?" + id
	}
}

func (j *job) ask(ctx context.Context, c *http.Client, base, target string) asked {
	if j.Cancel > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(j.Cancel)*time.Millisecond)
		defer cancel()
	}
	one := asked{Method: j.Method, Target: target, Start: time.Now()}
	err := j.exchange(ctx, c, base+target, &one)
	one.End = time.Now()
	if err != nil {
		one.Error = err.Error()
	}
	return one
}

func (j *job) exchange(ctx context.Context, c *http.Client, url string, one *asked) error {
	body := &pieces{left: j.Body, size: (j.Body + j.Pieces - 1) / j.Pieces, pause: time.Duration(j.Pause) * time.Millisecond}
	r, err := http.NewRequestWithContext(ctx, j.Method, url, nil)
	if err != nil {
		return err
	}
	if j.Body > 0 {
		r.Body, r.ContentLength = io.NopCloser(body), int64(j.Body)
	}
	for name, value := range j.Header {
		r.Header.Set(name, value)
	}
	res, err := c.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	one.Status, one.Proto = res.StatusCode, res.Proto
	one.Received, err = io.Copy(io.Discard, res.Body)
	one.Sent = int64(j.Body - body.left)
	if len(res.Trailer) > 0 {
		one.Trailer = make(map[string]string)
		for name := range res.Trailer {
			one.Trailer[name] = res.Trailer.Get(name)
		}
	}
	return err
}

// pieces is a body of zeros that comes with pauses.
type pieces struct {
	left, size int
	pause      time.Duration
	begun      bool
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	if p.begun {
		time.Sleep(p.pause)
	}
	p.begun = true
	n := min(len(b), p.size, p.left)
	clear(b[:n])
	p.left -= n
	return n, nil
}

// reporter writes whole lines.
type reporter struct {
	mu  sync.Mutex
	out *json.Encoder
}

func newReporter(out io.Writer) *reporter { return &reporter{out: json.NewEncoder(out)} }

func (r *reporter) line(v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.out.Encode(v) // nobody is there to be told
}
