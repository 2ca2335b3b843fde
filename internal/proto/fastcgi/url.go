package fastcgi

import (
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// target is what was asked for: the request target, else what the application was
// given of it. The scheme is the one between browser and web server.
func (x *exchange) target() (t httpwords.Target) {
	if x.uri != "" {
		t = httpwords.SplitTarget(x.uri)
	} else {
		t = httpwords.Target{Path: x.script + x.info, Query: x.query, HasQuery: x.query != ""}
	}
	if t.Scheme = x.scheme; t.Scheme == "" {
		t.Scheme = "http"
	}
	return t
}

// path is the target's, and its query.
func (x *exchange) path() (path, query string) {
	t := x.target()
	return t.Path, t.Query
}

// authority is host and port as the browser named them; empty when nobody knows.
func (x *exchange) authority(scheme string) string {
	if x.Host != "" || x.serverName == "_" || x.serverName == "" { // nginx's name for no name
		return x.Host
	}
	if x.serverPort == 0 || x.serverPort == defaultPort(scheme) {
		return x.serverName
	}
	return x.serverName + ":" + strconv.FormatInt(x.serverPort, 10)
}

func defaultPort(scheme string) int64 {
	if scheme == "https" {
		return 443
	}
	return 80
}
