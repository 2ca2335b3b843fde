package topology

import (
	"cmp"
	"strings"
)

// end is one end of a request: the client's or the server's.
type end struct {
	path   string
	server bool
}

// truth is what the services and the load client say that they did.
type truth struct {
	// by is who saw this end, and sightings how often: once, or a service is broken.
	by        map[end]string
	sightings map[end]int
	// names are those of all services.
	names map[string]bool
	// remote are the paths that carried a span's id in a header.
	remote map[string]string
}

func newTruth() *truth {
	return &truth{
		by: make(map[end]string), sightings: make(map[end]int),
		names: make(map[string]bool), remote: make(map[string]string),
	}
}

// read adds the output of the service that is reported by this name.
func (t *truth) read(name, output string) {
	t.names[name] = true
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 2 && fields[0] == "served":
			t.saw(name, end{path: fields[1], server: true})
		case len(fields) == 2 && fields[0] == "sent":
			t.saw(name, end{path: fields[1]})
		case len(fields) == 3 && fields[0] == "remote":
			t.remote[fields[1]] = fields[2]
		}
	}
}

// infer adds the background requests of a service that says nothing of them.
func (t *truth) infer(sender Service) {
	for e := range t.by {
		sent := end{path: e.path}
		if e.server && t.by[sent] == "" && strings.HasPrefix(e.path, backgroundPrefix+sender.Name+"/") {
			t.saw(cmp.Or(sender.Reported, sender.Name), sent)
		}
	}
}

func (t *truth) saw(name string, e end) {
	t.by[e] = name
	t.sightings[e]++
}

// parent is the end whose span is the true parent of the span of e; false for a root.
func parent(e end) (end, bool) {
	if e.server {
		return end{path: e.path}, true
	}
	up, ok := above(e.path)
	return end{path: up, server: true}, ok
}

// edges are those that a perfect receiver shows: both of their ends have happened. Those
// within processes count after the warm-up only.
func (t *truth) edges() (connection, process int) {
	for e := range t.by {
		up, ok := parent(e)
		if !ok || t.by[up] == "" {
			continue
		}
		switch {
		case e.server:
			connection++
		case !warming(e.path):
			process++
		}
	}
	return connection, process
}

// repeated are requests that happened more than once, though each path is asked for once.
func (t *truth) repeated() int {
	n := 0
	for _, times := range t.sightings {
		n += times - 1
	}
	return n
}
