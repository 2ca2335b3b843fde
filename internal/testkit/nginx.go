package testkit

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"
)

// NginxOptions shape the server; the zero value is a good one.
type NginxOptions struct {
	Place Place
	// Address to listen on; 127.0.0.1 by default.
	Address string
	// Port to listen on; a free one by default.
	Port uint16
	// Upstream is "host:port" of a server that /proxy/ is passed to.
	Upstream string
	// BigBytes is the size of /big; 8 MiB by default.
	BigBytes int
	// HTTP2 has it speak HTTP/2 instead of HTTP/1, by prior knowledge.
	HTTP2 bool
	// NoLog leaves the access log out, for measuring throughput.
	NoLog bool
	// Directives are added to the server block as they are.
	Directives string
	// Server are the directives of a second server, which has to listen elsewhere.
	Server string
}

// Nginx is a running nginx with one worker.
//
//	/            200, "hello\n", Content-Length
//	/big         a static file through sendfile
//	/chunked     the same text as a chunked response (100 KiB)
//	/status/404  404; likewise 500 and 204
//	/proxy/      passed to the upstream over kept connections, if there is one
type Nginx struct {
	*Process
	// Addr is "host:port"; URL is "http://" + Addr.
	Addr, URL string
	log       string
}

// chunkedBytes is the body size of /chunked.
const chunkedBytes = 100 << 10

// The access log is tab-separated: escape=json keeps tabs out of the values.
var nginxConfig = template.Must(template.New("nginx.conf").Parse(`
daemon off;
worker_processes 1;
{{if .Root}}user root;{{end}}
pid {{.Dir}}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  log_format kit escape=json "` + accessLogFormat + `";
  access_log {{if .NoLog}}off{{else}}{{.Dir}}/access.log kit{{end}};
  client_body_temp_path {{.Dir}}/body;
  proxy_temp_path {{.Dir}}/proxy;
  fastcgi_temp_path {{.Dir}}/fastcgi;
  uwsgi_temp_path {{.Dir}}/uwsgi;
  scgi_temp_path {{.Dir}}/scgi;
  default_type text/plain;
  sendfile on;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_max_body_size 0;
  {{if .Upstream}}upstream kit { server {{.Upstream}}; keepalive 16; }{{end}}
  server {
    listen {{.Addr}} {{if .HTTP2}}http2 {{end}}reuseport;
    location / { return 200 "hello\n"; }
    location = /status/204 { return 204; }
    location = /status/404 { return 404; }
    location = /status/500 { return 500; }
    location = /big { alias {{.Dir}}/big; }
    # The server-side include filter cannot know the length beforehand: chunked.
    location = /chunked { alias {{.Dir}}/chunked; ssi on; ssi_types text/plain; }
    {{if .Upstream}}location /proxy/ {
      proxy_pass http://kit/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Request-ID $request_id;
    }{{end}}
    {{.Directives}}
  }
  {{if .Server}}server {
    {{.Server}}
    location / { return 200 "hello\n"; }
    location = /big { alias {{.Dir}}/big; }
  }{{end}}
}
`))

// StartNginx starts nginx from a folder of its own and waits until it listens.
func StartNginx(t testing.TB, o NginxOptions) *Nginx {
	t.Helper()
	Need(t, "nginx")
	dir := t.TempDir()
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	if o.Port == 0 {
		o.Port = FreePort(t)
	}
	if o.BigBytes == 0 {
		o.BigBytes = 8 << 20
	}
	addr := net.JoinHostPort(o.Address, strconv.Itoa(int(o.Port)))
	if err := writeNginx(dir, addr, o); err != nil {
		t.Fatalf("set nginx up: %v", err)
	}
	n := &Nginx{Addr: addr, URL: "http://" + addr, log: filepath.Join(dir, "access.log")}
	n.Process = Start(t, Spec{
		Args:  []string{"nginx", "-p", dir, "-e", "stderr", "-c", filepath.Join(dir, "nginx.conf")},
		Place: o.Place,
		TCP:   o.Port,
	})
	return n
}

func writeNginx(dir, addr string, o NginxOptions) error {
	var conf bytes.Buffer
	err := nginxConfig.Execute(&conf, struct {
		NginxOptions
		Dir, Addr string
		Root      bool
	}{o, dir, addr, os.Geteuid() == 0})
	if err != nil {
		return fmt.Errorf("fill in the configuration: %w", err)
	}
	files := map[string][]byte{
		"nginx.conf": conf.Bytes(),
		"big":        Text(o.BigBytes),
		"chunked":    Text(chunkedBytes),
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// Text is n bytes of lines that name their own offset: a body whose every part is
// recognisable, and which compresses well.
func Text(n int) []byte {
	var b strings.Builder
	b.Grow(n + 64)
	for b.Len() < n {
		fmt.Fprintf(&b, "%015d the quick brown fox jumps over the lazy dog\n", b.Len())
	}
	return []byte(b.String()[:n])
}
