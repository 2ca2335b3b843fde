// Command go is a service of a topology row, as the package comment of
// internal/topology describes one. TOPOLOGY_MODE says who writes a downstream request:
//
//	nethttp  the client of net/http: goroutines of a kept connection's own
//	raw      the goroutine that handles the request, on a pooled connection
//	child    a goroutine that the handler starts and waits for
//	pool     one of four long-lived goroutines that all requests and background share
package main

import (
	"cmp"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// settings are the service's environment.
type settings struct {
	name, listen, background string
	next, forward            []string
}

func main() {
	s := settings{
		name: os.Getenv("TOPOLOGY_NAME"), listen: os.Getenv("TOPOLOGY_LISTEN"),
		background: os.Getenv("TOPOLOGY_BACKGROUND"),
		next:       list("TOPOLOGY_NEXT"), forward: list("TOPOLOGY_FORWARD"),
	}
	send, ok := modes()[cmp.Or(os.Getenv("TOPOLOGY_MODE"), "nethttp")]
	if !ok {
		log.Fatalf("unknown TOPOLOGY_MODE %q", os.Getenv("TOPOLOGY_MODE"))
	}
	b := &background{s: s, send: send}
	go b.eager()
	go b.untilInputEnds()
	log.Fatal(http.ListenAndServe(s.listen, handler(s, send, b)))
}

func list(key string) []string {
	return strings.FieldsFunc(os.Getenv(key), func(r rune) bool { return r == ',' })
}

func handler(s settings, send sender, b *background) http.Handler {
	var lazy sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if strings.HasPrefix(r.URL.Path, "/w/") {
			lazy.Do(func() { go b.lazy() })
			err = work(s, send, r)
		}
		say("served", r.URL.Path)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, "done")
	})
}

// work sends what a request for work asks for.
func work(s settings, send sender, r *http.Request) error {
	if len(s.next) == 0 {
		time.Sleep(2 * time.Millisecond)
	}
	for k, addr := range s.next {
		out, err := http.NewRequest(http.MethodGet, fmt.Sprintf("http://%s%s.%d", addr, r.URL.Path, k+1), nil)
		if err != nil {
			return err
		}
		for _, name := range s.forward {
			if v := r.Header.Get(name); v != "" {
				out.Header.Set(name, v)
			}
		}
		if err := ask(send, out); err != nil {
			return err
		}
	}
	return nil
}

var errStatus = errors.New("the answer is not 200")

// ask sends a request and says so when it was answered.
func ask(send sender, r *http.Request) error {
	status, err := send(r)
	if err != nil {
		return err
	}
	say("sent", r.URL.Path)
	if status != http.StatusOK {
		return errStatus
	}
	return nil
}

func say(what, path string) { _, _ = os.Stdout.WriteString(what + " " + path + "\n") }
