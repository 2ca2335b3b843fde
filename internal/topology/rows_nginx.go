package topology

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"text/template"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// nginxConfig is a proxy with a pool of upstream connections that its workers share
// between all their clients. It passes every header of the request on.
const nginxConfig = `
daemon off;
worker_processes {{.Workers}};
{{if .Root}}user root;{{end}}
pid {{.Dir}}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  log_format truth escape=none "served $request_uri\nsent $uri";
  access_log /dev/stdout truth;
  client_body_temp_path {{.Dir}}/body;
  proxy_temp_path {{.Dir}}/proxy;
  fastcgi_temp_path {{.Dir}}/fastcgi;
  uwsgi_temp_path {{.Dir}}/uwsgi;
  scgi_temp_path {{.Dir}}/scgi;
  keepalive_requests 1000000;
  keepalive_timeout 300s;
  upstream next { server {{index .Next 0}}; keepalive 16; keepalive_timeout 300s; keepalive_requests 1000000; }
  server {
    listen {{.Addr}} backlog=512;
    location /w/ {
      rewrite ^/w/(.*)$ /w/$1.1 break;
      proxy_pass http://next;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`

// nginxApp is nginx in front of the first of run.Next.
func nginxApp(t testing.TB, run Run) []string {
	t.Helper()
	return nginxWith(t, run, nginxConfig)
}

// nginxWith is nginx with a configuration that is filled in with what run says.
func nginxWith(t testing.TB, run Run, config string) []string {
	t.Helper()
	testkit.Need(t, "nginx")
	conf, err := template.New("nginx.conf").Parse(config)
	if err != nil {
		t.Fatalf("parse nginx's configuration: %v", err)
	}
	var text bytes.Buffer
	if err := conf.Execute(&text, struct {
		Run
		Root bool
	}{run, os.Geteuid() == 0}); err != nil {
		t.Fatalf("fill in nginx's configuration: %v", err)
	}
	path := filepath.Join(run.Dir, "nginx.conf")
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatalf("write nginx's configuration: %v", err)
	}
	return []string{"nginx", "-p", run.Dir, "-e", "stderr", "-c", path}
}

func nginxRows() []Row {
	row := func(name, header string) Row {
		return Row{Name: name, Short: true, Header: header, Services: []Service{
			goLeaf("leaf"),
			{Name: "app", Command: goApp, Mode: "raw", Next: []string{"leaf"}, Background: "leaf", Forward: []string{header}},
			{Name: "proxy", Reported: "nginx", Command: nginxApp, Workers: 2, Next: []string{"app"}},
		}}
	}
	return []Row{
		row("nginx", ""),
		row("nginx-request-id", "x-request-id"),
		row("nginx-traceparent", "traceparent"),
	}
}
