package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// routes is everything that the server answers to.
func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", hello)
	mux.HandleFunc("/chunked", chunked)
	mux.HandleFunc("/big", big)
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/status/{code}", status)
	mux.HandleFunc("/100", upload)
	mux.HandleFunc("/head", head)
	mux.HandleFunc("/hop", hop(&http.Client{Timeout: time.Minute}))
	mux.HandleFunc("/events", events)
	mux.HandleFunc("/upgrade", upgrade)
	mux.HandleFunc("/abort", abort)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			connect(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello\n") }

func chunked(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	left := number(r, "size", 3<<10)
	for piece := text(1 << 10); left > 0; left -= len(piece) {
		w.Write(piece[:min(left, len(piece))])
		flush.Flush()
	}
}

func big(w http.ResponseWriter, r *http.Request) {
	left := number(r, "size", 1<<20)
	w.Header().Set("Content-Length", strconv.Itoa(left))
	for piece := text(32 << 10); left > 0; left -= len(piece) {
		if _, err := w.Write(piece[:min(left, len(piece))]); err != nil {
			return
		}
	}
}

func slow(w http.ResponseWriter, r *http.Request) {
	time.Sleep(time.Duration(number(r, "ms", 100)) * time.Millisecond)
	hello(w, r)
}

func status(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.Atoi(r.PathValue("code"))
	if err != nil || code < 200 || code > 599 {
		code = http.StatusBadRequest
	}
	w.WriteHeader(code)
	if code != http.StatusNoContent && code != http.StatusNotModified {
		fmt.Fprintf(w, "%d %s\n", code, http.StatusText(code))
	}
}

func upload(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("reject") != "" {
		w.WriteHeader(http.StatusExpectationFailed)
		return
	}
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%d bytes\n", n)
}

func head(w http.ResponseWriter, r *http.Request) {
	const size = 12345
	w.Header().Set("Content-Length", strconv.Itoa(size))
	if r.Method != http.MethodHead {
		w.Write(text(size))
	}
}

func hop(client *http.Client) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.URL.Query().Get("url"), nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		res, err := client.Do(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
		io.Copy(w, res.Body)
	}
}

func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	for i := range number(r, "n", 3) {
		if i > 0 {
			time.Sleep(10 * time.Millisecond)
		}
		fmt.Fprintf(w, "data: %d\n\n", i)
		flush.Flush()
	}
}

// number reads a query parameter; a bad or negative one counts as absent.
func number(r *http.Request, key string, otherwise int) int {
	if n, err := strconv.Atoi(r.URL.Query().Get(key)); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

// text is n printable bytes.
func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}
