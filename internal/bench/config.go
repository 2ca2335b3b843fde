package main

import (
	"fmt"
	"strings"
)

// setup is what a run varies of the collector.
type setup struct {
	// Receiver is "beyla", or "otlp" for the same collector without it.
	Receiver string
	// Options of the receiver, as a YAML mapping in one line.
	Options string
	// File is where the file exporter writes spans; without it they go to the nop exporter.
	File string
}

// plain is the receiver as it comes.
func plain() setup { return setup{Receiver: "beyla", Options: "{}"} }

// without is a collector that has another receiver instead.
func without(port int) setup {
	return setup{Receiver: "otlp", Options: fmt.Sprintf("{protocols: {http: {endpoint: '127.0.0.1:%d'}}}", port)}
}

// config is the collector's configuration; its own metrics are served on that port.
func (s setup) config(metricsPort int) string {
	exporter, options := "nop", "{}"
	if s.File != "" {
		exporter, options = "file", fmt.Sprintf("{path: %q, flush_interval: 100ms}", s.File)
	}
	return strings.NewReplacer(
		"RECEIVER", s.Receiver, "OPTIONS", s.Options, "EXPORTER", exporter, "EXPORTING", options,
		"PORT", fmt.Sprint(metricsPort),
	).Replace(`receivers:
  RECEIVER: OPTIONS
exporters:
  EXPORTER: EXPORTING
service:
  telemetry:
    logs: {encoding: json}
    metrics:
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: PORT}}}}]
  pipelines:
    traces: {receivers: [RECEIVER], exporters: [EXPORTER]}
`)
}

// nginxConfig is a server that says "hello" and does nothing besides.
func nginxConfig(dir string, port, connections int) string {
	return strings.NewReplacer("DIR", dir, "PORT", fmt.Sprint(port), "CONNECTIONS", fmt.Sprint(connections)).Replace(`
daemon off;
worker_processes 1;
worker_rlimit_nofile CONNECTIONS;
user root;
pid DIR/nginx.pid;
error_log stderr warn;
events { worker_connections CONNECTIONS; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_temp_path DIR/body;
  proxy_temp_path DIR/proxy;
  fastcgi_temp_path DIR/fastcgi;
  uwsgi_temp_path DIR/uwsgi;
  scgi_temp_path DIR/scgi;
  server {
    listen 127.0.0.1:PORT backlog=16384;
    location / { return 200 "hello"; }
  }
}
`)
}
