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
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/trailers", trailers)
	mux.HandleFunc("/hints", hints)
	mux.HandleFunc("/status/{code}", status)
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/drip", drip("application/octet-stream", "%d\n"))
	mux.HandleFunc("/events", drip("text/event-stream", "data: %d\n\n"))
	mux.HandleFunc("/stall", stall)
	mux.HandleFunc("/abort", abort)
	mux.HandleFunc("/hop", hop(client(options{})))
	return mux
}

// echo reads the body to its end before it answers.
func echo(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	left := number(r, "size", int(n))
	for piece := make([]byte, 32<<10); left > 0; left -= len(piece) {
		if _, err := w.Write(piece[:min(left, len(piece))]); err != nil {
			return
		}
	}
}

func trailers(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Trailer", "X-Sum")
	io.WriteString(w, "with trailers\n")
	w.Header().Set("X-Sum", "7")
	w.Header().Set(http.TrailerPrefix+"X-Late", "yes")
}

func hints(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Link", "</style.css>; rel=preload")
	w.WriteHeader(http.StatusEarlyHints)
	w.WriteHeader(http.StatusEarlyHints)
	io.WriteString(w, "hinted\n")
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

func slow(w http.ResponseWriter, r *http.Request) {
	time.Sleep(millis(r))
	io.WriteString(w, "slow\n")
}

// drip writes n pieces and flushes each.
func drip(kind, format string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		flush := http.NewResponseController(w)
		for i := range number(r, "n", 3) {
			if i > 0 {
				time.Sleep(millis(r))
			}
			fmt.Fprintf(w, format, i)
			if flush.Flush() != nil {
				return
			}
		}
	}
}

func stall(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "x")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func abort(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, "x")
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func hop(c *http.Client) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.URL.Query().Get("url"), nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if parent := r.Header.Get("Traceparent"); parent != "" {
			out.Header.Set("Traceparent", parent)
		}
		res, err := c.Do(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
		io.Copy(w, res.Body)
	}
}

func millis(r *http.Request) time.Duration {
	return time.Duration(number(r, "ms", 10)) * time.Millisecond
}

// number reads a query parameter; a bad or negative one counts as absent.
func number(r *http.Request, key string, otherwise int) int {
	if n, err := strconv.Atoi(r.URL.Query().Get(key)); err == nil && n >= 0 {
		return n
	}
	return otherwise
}
