package soak

import "testing"

// row is one kind of traffic. What speaks another protocol is another row, with a server in
// servers and a client that counts.
type row struct {
	name string
	// rate is how many ticks a second there are by default.
	rate float64
	// args are those of ./load, with NGINX, APP and NAMES for host and port of the servers; or start
	// starts something else.
	args  string
	start func(t *testing.T, s scene, rate float64) client
	// serves are the servers that each exchange has a span of, at either end.
	serves []string
}

// The servers, as rows name them.
const (
	nginx = "NGINX"
	app   = "APP"
	names = "NAMES"
)

// rows together take about a third of a core, servers and clients.
func rows() []row {
	return []row{
		{name: "kept connections", rate: 80, serves: []string{nginx},
			args: "-kind keep -workers 4 -url http://NGINX -paths /,/status/404,/status/204,/chunked"},
		{name: "context on the wire", rate: 40, serves: []string{app},
			args: "-kind keep -workers 4 -parents -url http://APP -paths /hello,/chunked,/status/500,/slow?ms=20"},
		{name: "short connections", rate: 30, serves: []string{nginx},
			args: "-kind short -url http://NGINX"},
		{name: "short connections, a program in Go", rate: 15, serves: []string{app},
			args: "-kind short -url http://APP -paths /hello,/status/204,/head"},
		{name: "a call within a call", rate: 10, serves: []string{app, nginx},
			args: "-kind keep -url http://APP -paths /hop?url=http://NGINX/"},
		{name: "large bodies", rate: 1, serves: []string{nginx},
			args: "-kind keep -url http://NGINX -paths /big"},
		{name: "large bodies, a program in Go", rate: 2, serves: []string{app},
			args: "-kind keep -url http://APP -paths /big,/chunked?size=300000"},
		{name: "uploads", rate: 4, serves: []string{app},
			args: "-kind upload -size 200000 -url http://APP -paths /100"},
		{name: "event streams", rate: 2, serves: []string{app},
			args: "-kind keep -url http://APP -paths /events?n=5"},
		{name: "pipelines", rate: 4, serves: []string{nginx},
			args: "-kind pipeline -depth 4 -url http://NGINX -paths /,/status/404"},
		{name: "idle connections", rate: 4, serves: []string{nginx},
			args: "-kind hold -conns 160 -url http://NGINX -paths /"},
		{name: "a process per request", rate: 2, serves: []string{app},
			args: "-kind exec -url http://APP -paths /hello"},
		{name: "names over UDP", rate: 30, serves: []string{names}, args: "-kind udp -addr NAMES"},
		{name: "names over TCP", rate: 3, serves: []string{names}, args: "-kind tcp -addr NAMES"},
		{name: "noise", rate: 10, args: "-kind noise -ports 8"},
	}
}
