package http1

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// server is the host and port that the request was sent to, as the client
// named them: in the target, else in Host, else the socket's.
func (x *exchange) server(t *httpwords.Target, socket netip.AddrPort) (host string, port int64) {
	named := x.Host
	switch {
	case t.Authority != "":
		named, _ = httpwords.SplitUser(t.Authority)
	case x.Method == "CONNECT" && x.target != "" && x.target[0] != '/': // a path is not where to connect to
		named = x.target
	}
	host, port = httpwords.SplitPort(named)
	if host == "" && socket.IsValid() {
		return x.owner.words.Address(socket.Addr()), int64(socket.Port())
	}
	if port == 0 {
		port = int64(socket.Port())
	}
	return host, port
}

// fullURL is url.full (https://www.rfc-editor.org/rfc/rfc9112#section-3.3).
// CONNECT has none, nor has a request of which nobody knows the host.
func (x *exchange) fullURL(t httpwords.Target, host string, port int64) string {
	if x.Method == "CONNECT" || host == "" {
		return ""
	}
	if t.Scheme == "" {
		t.Scheme = "http"
	}
	authority := t.Authority
	if authority == "" {
		authority = x.Host
	}
	if authority == "" {
		authority = x.owner.words.Authority(host, port)
	}
	return x.owner.words.Full(&t, authority)
}
