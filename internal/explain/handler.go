package explain

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Source gives what is shown. Its methods may be called from any goroutine.
type Source interface {
	// Explain gives the connections, by the end of ctx.
	Explain(ctx context.Context) (*Snapshot, error)
	// Account gives the account of everything.
	Account() Account
}

// ErrOff says that no connections are remembered.
var ErrOff = errors.New("connections are not remembered: the explain section is not configured")

// Options configure a Handler.
type Options struct {
	// Receiver is the component's ID.
	Receiver string
	// Report is what was found out at the start; nil if nothing was.
	Report Report
	// Patience is how long a request waits for the source; 0: 3 seconds. An idle
	// pipeline looks up once a second.
	Patience time.Duration
	// LocalOnly refuses requests for the name of another host than this one: a page on
	// the web cannot have a browser read it here by a name of its own (DNS rebinding).
	LocalOnly bool
}

const (
	// maxRequests is how many requests are worked on at once.
	maxRequests = 4
	// pageRows is how many connections the page shows unless asked for more, maxRows how many are ever shown.
	pageRows, maxRows = 200, 4096
)

// Handler serves the page at /explain and its data at /explain.json.
type Handler struct {
	src  Source
	opts Options
	page *page
	mux  http.ServeMux
	free chan struct{} // a token for each request that may begin
}

// NewHandler makes a Handler.
func NewHandler(src Source, opts Options) (*Handler, error) {
	p, err := newPage()
	if err != nil {
		return nil, err
	}
	if opts.Patience <= 0 {
		opts.Patience = 3 * time.Second
	}
	h := &Handler{src: src, opts: opts, page: p, free: make(chan struct{}, maxRequests)}
	h.mux.HandleFunc("GET /explain", h.servePage)
	h.mux.HandleFunc("GET /explain.json", h.serveJSON)
	h.mux.Handle("GET /{$}", http.RedirectHandler("/explain", http.StatusFound))
	return h, nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", h.page.policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	if h.opts.LocalOnly && !local(r.Host) {
		http.Error(w, "this is served to localhost only", http.StatusMisdirectedRequest)
		return
	}
	select {
	case h.free <- struct{}{}:
		defer func() { <-h.free }()
		h.mux.ServeHTTP(w, r)
	default:
		http.Error(w, "too many requests at once", http.StatusServiceUnavailable)
	}
}

func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) {
	a, f := h.answer(w, r, pageRows)
	if a == nil {
		return
	}
	body, err := h.page.render(a, f)
	if err != nil {
		http.Error(w, "render the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body) // nobody to tell when the reader has gone
}

func (h *Handler) serveJSON(w http.ResponseWriter, r *http.Request) {
	a, _ := h.answer(w, r, maxRows)
	if a == nil {
		return
	}
	body, err := json.Marshal(a)
	if err != nil {
		http.Error(w, "encode the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(body, '\n'))
}

// answer gathers what a request asks for. Nil: it has been answered with an error.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, limit int) (*Answer, *Filter) {
	f, err := parseFilter(r.URL.Query(), limit)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return nil, nil
	}
	f.Limit = min(f.Limit, maxRows)
	ctx, cancel := context.WithTimeout(r.Context(), h.opts.Patience)
	defer cancel()
	s, err := h.src.Explain(ctx)
	if err != nil {
		http.Error(w, "the pipeline did not answer: "+err.Error(), http.StatusServiceUnavailable)
		return nil, nil
	}
	a := &Answer{
		Receiver: h.opts.Receiver, Time: s.Time, Summary: summarize(s),
		Unlisted: s.Unlisted, Forgotten: s.Forgotten,
		Account: h.src.Account(), Preflight: h.opts.Report,
	}
	a.Connections, a.Matched = pick(s, &f)
	return a, &f
}
