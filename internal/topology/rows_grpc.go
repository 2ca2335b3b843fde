package topology

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// grpcApp is testdata/apps/grpc/topology, of a module of its own.
func grpcApp(t testing.TB, _ Run) []string {
	t.Helper()
	return []string{testkit.ModuleApp(t, "grpc", "topology")}
}

// grpcLoad is the same program as the load client.
func grpcLoad(how string) func(testing.TB) []string {
	return func(t testing.TB) []string {
		t.Helper()
		return append([]string{"env", "TOPOLOGY_MODE=" + how}, grpcApp(t, Run{})...)
	}
}

// grpcProxyConfig is a proxy of gRPC, over HTTP/2 on both sides.
const grpcProxyConfig = `
daemon off;
worker_processes {{.Workers}};
{{if .Root}}user root;{{end}}
pid {{.Dir}}/nginx.pid;
error_log stderr error;
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
    listen {{.Addr}} http2 backlog=512;
    location /w/ {
      rewrite ^/w/(.*)$ /w/$1.1 break;
      grpc_pass grpc://next;
    }
  }
}
`

func grpcProxy(t testing.TB, run Run) []string {
	t.Helper()
	return nginxWith(t, run, grpcProxyConfig)
}

func grpcRows() []Row {
	leaf := Service{Name: "leaf", Command: grpcApp}
	chain := func(mode string, forward ...string) []Service {
		return []Service{
			leaf,
			{Name: "two", Command: grpcApp, Mode: mode, Next: []string{"leaf"}, Background: "leaf", Forward: forward},
			{Name: "one", Command: grpcApp, Mode: mode, Next: []string{"two", "leaf"}, Background: "two", Forward: forward},
		}
	}
	row := func(mode string) Row {
		return Row{Name: "grpc-" + mode, Short: true, Load: grpcLoad(mode), Services: chain(mode)}
	}
	const id, parent = "x-request-id", "traceparent"
	proxied := func(name, header string, forward ...string) Row {
		return Row{Name: name, Header: header, Load: grpcLoad("unary"), Services: append(chain("unary", forward...),
			Service{Name: "proxy", Reported: "nginx", Command: grpcProxy, Workers: 2, Next: []string{"one"}})}
	}
	return []Row{
		row("unary"),
		row("stream"),
		{Name: "grpc-request-id", Load: grpcLoad("unary"), Header: id, Services: chain("unary", id)},
		{Name: "grpc-traceparent", Load: grpcLoad("stream"), Header: parent, Services: chain("stream", parent)},
		proxied("grpc-nginx", ""),
		proxied("grpc-nginx-traceparent", parent, parent),
	}
}
