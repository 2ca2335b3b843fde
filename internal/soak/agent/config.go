package agent

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Options say what is special about a collector.
type Options struct {
	// Exe is what Build gave.
	Exe string
	// Cgroup is the folder whose sockets it reads.
	Cgroup string
	// Capture are further options of capture, and Beyla of the receiver, each as the inside of a
	// YAML mapping in one line.
	Capture, Beyla string
	// Processors are their definitions, one a line, in order; the part before the colon is the name.
	Processors []string
	// Backend takes the spans; without one they go into the file Spans.
	Backend, Spans string
	// Wrap is a command that runs the collector somewhere else.
	Wrap []string
}

// config writes the configuration.
func (o Options) config(metrics, profiles uint16) string {
	exporter := fmt.Sprintf("file: {path: %q, flush_interval: 100ms}", o.Spans)
	if o.Backend != "" {
		// No queue and no retries: what a backend refuses, the receiver is told at once. The exporter
		// leaves its connections open when it is shut down, for as long as they may be idle.
		exporter = fmt.Sprintf("otlphttp: {endpoint: %q, encoding: json, compression: none, keepalive: {idle_conn_timeout: 1s}, "+
			"sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}", o.Backend)
	}
	var definitions, names []string
	for _, p := range o.Processors {
		name, _, _ := strings.Cut(p, ":")
		definitions, names = append(definitions, p), append(names, name)
	}
	join := func(first, second string) string {
		return strings.TrimSuffix(strings.TrimPrefix(first+", "+second, ", "), ", ")
	}
	exporterName, _, _ := strings.Cut(exporter, ":")
	return strings.NewReplacer(
		"RECEIVING", join(fmt.Sprintf("capture: {%s}", join(fmt.Sprintf("cgroup_path: %q", o.Cgroup), o.Capture)), o.Beyla),
		"PROCESSING", "{"+strings.Join(definitions, ", ")+"}",
		"EXPORTING", exporter,
		"PROCESSORS", strings.Join(names, ", "), "EXPORTERS", exporterName,
		"METRICS", fmt.Sprint(metrics), "PROFILES", fmt.Sprint(profiles),
	).Replace(`
receivers: {beyla: {RECEIVING}}
processors: PROCESSING
exporters: {EXPORTING}
extensions: {pprof: {endpoint: "127.0.0.1:PROFILES"}}
service:
  extensions: [pprof]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: METRICS}}}}]}}
  pipelines: {traces: {receivers: [beyla], processors: [PROCESSORS], exporters: [EXPORTERS]}}
`)
}

func write(t testing.TB, dir, text string) string {
	t.Helper()
	path := filepath.Join(cmp.Or(dir, t.TempDir()), "collector.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatalf("write the collector's configuration: %v", err)
	}
	return path
}
