package flow

import "github.com/beylareceiver/beylareceiver/internal/event"

// learn takes what a record says of the process that holds a socket; records
// of payload say only part of it. Another PID is another process: nothing of the
// former one stays but what belongs to the socket.
func learn(p, from *event.Process) {
	if from.PID != 0 && from.PID != p.PID || from.Start != 0 && from.Start != p.Start {
		*p = event.Process{PID: p.PID, Cgroup: p.Cgroup, NetNS: p.NetNS}
	}
	keep(&p.PID, from.PID)
	keep(&p.TID, from.TID)
	keep(&p.Start, from.Start)
	keep(&p.Home, from.Home)
	keep(&p.Cgroup, from.Cgroup)
	keep(&p.NetNS, from.NetNS)
	if from.Comm != "" {
		p.Comm = from.Comm
	}
}

// keep sets v to a value that is known and new.
func keep[T comparable](v *T, from T) {
	var unknown T
	if from != unknown && from != *v {
		*v = from
	}
}
