// Command load calls the entry of a topology row: GET /w/1 to /w/<requests>, each once, on
// kept connections, as many at a time as told. What it has sent is on its standard
// output, as the package comment of internal/topology says.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	addr, header          string
	concurrency, requests int
	pad                   int
}

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "", "`host:port` to call")
	flag.StringVar(&o.header, "header", "", "header to send with each: x-request-id or traceparent")
	flag.IntVar(&o.concurrency, "concurrency", 1, "requests at a time")
	flag.IntVar(&o.requests, "requests", 1, "requests in all")
	flag.IntVar(&o.pad, "pad", 0, "bytes of a further header")
	flag.Parse()

	client := &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: o.concurrency, DisableCompression: true},
	}
	var next, failed atomic.Int64
	var all sync.WaitGroup
	for range o.concurrency {
		all.Go(func() {
			for n := next.Add(1); n <= int64(o.requests); n = next.Add(1) {
				if err := call(client, o, n); err != nil {
					failed.Add(1)
					log.Println(err)
				}
			}
		})
	}
	all.Wait()
	if failed.Load() > 0 {
		os.Exit(1)
	}
}

func call(client *http.Client, o options, n int64) error {
	path := fmt.Sprintf("/w/%d", n)
	r, err := http.NewRequest(http.MethodGet, "http://"+o.addr+path, nil)
	if err != nil {
		return err
	}
	if o.pad > 0 {
		r.Header.Set("X-Pad", strings.Repeat("p", o.pad))
	}
	switch o.header {
	case "x-request-id":
		r.Header.Set(o.header, random(16))
	case "traceparent":
		span := random(8)
		r.Header.Set(o.header, "00-"+random(16)+"-"+span+"-01")
		say("remote", span+" "+path)
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	say("sent", path)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return nil
}

func say(what, rest string) { _, _ = os.Stdout.WriteString(what + " " + rest + "\n") }

// random is n random bytes in hex.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return hex.EncodeToString(b)
}
