package topology

import (
	"testing"
)

// Row is one topology: services and who calls whom.
type Row struct {
	// Name is what -row matches.
	Name string
	// Short rows run in CI.
	Short bool
	// Services in the order of their start: each after those it calls. The load
	// client calls the last one.
	Services []Service
	// Network joins them; Loopback by default.
	Network Network
	// Load is the command line of the load client for a row that testdata/apps/topology/load cannot
	// call; it has the same flags, which are added.
	Load func(t testing.TB) []string
	// Header is a request header that the load client sends with every request:
	// "x-request-id", "traceparent" or none.
	Header string
	// Pad is the size of one more header that it sends with every request, bytes.
	Pad int
	// Config is what the receiver's configuration says besides its defaults.
	Config map[string]any
	// Requests per concurrency when it is not what -requests says.
	Requests int
	// Disturb, if set, runs beside the load and ends before done is closed or soon after.
	Disturb func(t testing.TB, s *Scene, done <-chan struct{})
	// Lossy rows may miss spans and edges: only precision is held.
	Lossy bool
}

// Network is how services reach each other.
type Network int

// The networks.
const (
	// Loopback: all in the host's namespace, on 127.0.0.1.
	Loopback Network = iota
	// LoopbackV6: the same on ::1.
	LoopbackV6
	// Translated: services that are Far in one namespace, the others and the load client in
	// another; between them destination and source addresses are translated.
	Translated
)

// Service is one process of a row, with its children.
type Service struct {
	// Name is unique within the row.
	Name string
	// Reported is the service.name of its spans where that cannot be Name: nginx, for
	// one, writes the titles of its processes over their environment.
	Reported string
	// Command is the command line, for a service that is about to start as run says.
	Command func(t testing.TB, run Run) []string
	// Mode and Workers become TOPOLOGY_MODE and TOPOLOGY_WORKERS.
	Mode    string
	Workers int
	// Next are the names of the services that it calls, one after the other, for each request.
	Next []string
	// Background is the name of the service that it polls; it has been started before.
	Background string
	// Unsaid background requests are not in the service's output, as a proxy's health checks:
	// it has sent those that others served.
	Unsaid bool
	// Forward are the headers that it passes on.
	Forward []string
	// Env is added to the environment.
	Env []string
	// Far services are on the other side of a Translated network.
	Far bool
}

// Run is what a service needs to know to be started; the same is in its environment.
type Run struct {
	// Name of the service.
	Name string
	// Host, Port and Addr ("host:port") to listen on.
	Host string
	Port uint16
	Addr string
	// Next are the addresses of those that it calls.
	Next []string
	// Background is the address that background requests go to; empty: none.
	Background string
	Mode       string
	Workers    int
	Forward    []string
	// Dir is an empty folder of the service's own.
	Dir string
}
