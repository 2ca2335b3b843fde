package http1

import (
	"net/netip"
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/attr"
)

// server is the host and port that the request was sent to, as the client
// named them: in the target, else in Host, else the socket's.
func (x *exchange) server(t target, socket netip.AddrPort) (host string, port int64) {
	named := x.host
	switch {
	case t.authority != "":
		named, _ = splitUser(t.authority)
	case x.method == "CONNECT" && x.target != "" && x.target[0] != '/': // a path is not where to connect to
		named = x.target
	}
	host, port = splitPort(named)
	if host == "" && socket.IsValid() {
		return x.owner.address(socket.Addr()), int64(socket.Port())
	}
	if port == 0 {
		port = int64(socket.Port())
	}
	return host, port
}

// fullURL is url.full: the target URI (https://www.rfc-editor.org/rfc/rfc9112#section-3.3)
// without its secrets. CONNECT has none, nor has a request of which nobody knows the host.
func (x *exchange) fullURL(t target, host string, port int64) string {
	if x.method == "CONNECT" || host == "" {
		return ""
	}
	b := append(x.owner.scratch[:0], "http"...)
	if t.scheme != "" {
		b = append(b[:0], t.scheme...)
	}
	b = append(b, "://"...)
	switch {
	case t.authority != "":
		hostPort, secret := splitUser(t.authority)
		if secret {
			b = append(b, redacted+":"+redacted+"@"...)
		}
		b = append(b, hostPort...)
	case x.host != "":
		b = append(b, x.host...)
	default:
		b = appendAuthority(b, host, port)
	}
	if t.path != "*" { // OPTIONS of the server as such
		b = append(b, t.path...)
	}
	if t.hasQuery {
		b = append(append(b, '?'), x.owner.redactQuery(t.query)...)
	}
	x.owner.scratch = b[:0]
	return x.owner.names.of(b)
}

func appendAuthority(b []byte, host string, port int64) []byte {
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		b = append(append(append(b, '['), host...), ']')
	} else {
		b = append(b, host...)
	}
	if port != 0 && port != 80 {
		b = strconv.AppendInt(append(b, ':'), port, 10)
	}
	return b
}

// peer says who is at the other end of the socket.
func (o *protocol) peer(a *attr.List, peer netip.AddrPort) {
	if peer.IsValid() {
		a.Str("network.peer.address", o.address(peer.Addr()))
		a.Int("network.peer.port", int64(peer.Port()))
	}
}

func (o *protocol) address(addr netip.Addr) string {
	o.scratch = addr.Unmap().AppendTo(o.scratch[:0])
	return o.names.of(o.scratch)
}
