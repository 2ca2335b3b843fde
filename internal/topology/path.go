package topology

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// The kinds of path; the package comment says what they mean.
const (
	workPrefix       = "/w/"
	backgroundPrefix = "/bg/"
	// handshakeSuffix is that of the turn that comes before an encrypted request.
	handshakeSuffix = "h"
)

// pathOf is the path that a span's request was for; empty when it is none of ours.
func pathOf(s testkit.Span) string {
	path := s.Str("url.path")
	if s.Has("rpc.method") {
		path = "/" + cmp.Or(s.Str("rpc.method_original"), s.Str("rpc.method"))
	}
	if name := s.Str("tls.client.server_name"); name != "" {
		path = pathIn(name)
		if s.Has("beyla.tls.handshake") && path != "" {
			path += handshakeSuffix
		}
	}
	if full := s.Str("url.full"); full != "" {
		if u, err := url.Parse(full); err == nil {
			path = u.Path
		}
	}
	if strings.HasPrefix(path, workPrefix) || strings.HasPrefix(path, backgroundPrefix) {
		return path
	}
	return ""
}

// pathIn is the path that the name of a server stands for: where the request itself is
// encrypted, its path is in the name that the client asks for.
func pathIn(name string) string {
	text, ok := strings.CutSuffix(name, ".test")
	if !ok {
		return ""
	}
	return "/" + strings.ReplaceAll(text, "--", "/")
}

// above is the path of the request that this one was sent on behalf of; false for
// the load client's requests and those of the background.
func above(path string) (string, bool) {
	if !strings.HasPrefix(path, workPrefix) {
		return "", false
	}
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return "", false
	}
	return path[:dot], true
}

// WarmUp is how many requests come before those whose edges count towards the recall:
// the receiver learns from the first ones how a process works. Their parents are judged all the same.
const WarmUp = 100

// warming tells whether the request belongs to the warm-up.
func warming(path string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(entryOf(path), workPrefix))
	return err == nil && n <= WarmUp
}

// entryOf is the path by which the load client began all this; that of a background request is its own.
func entryOf(path string) string {
	for {
		up, ok := above(path)
		if !ok {
			return path
		}
		path = up
	}
}
