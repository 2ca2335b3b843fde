//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/process"
)

// peer is what an exchange knows of its other end, when that is a socket of this
// host as well.
type peer struct {
	stage *stage // nil once it is settled
	// service is its service.name, start when its span begins (Unix ns), wait how long the
	// client's end waited for the first byte of the response, ns; what is not known is zero.
	service string
	start   uint64
	wait    int64
}

// meet makes a client's and a server's end known to each other.
func (st *stage) meet(client *stage) {
	st.peer.stage, client.peer.stage = client, st
}

// tell leaves with the other end what it will want to know once this one is gone.
func (st *stage) tell(service string, start uint64) {
	if p := st.peer.stage; p != nil {
		p.peer.service, p.peer.start, p.peer.wait = service, start, st.timing.firstByte
	}
}

// part ends the acquaintance.
func (st *stage) part() {
	if p := st.peer.stage; p != nil {
		p.peer.stage = nil
	}
}

// peerService is the service at the other end; empty if that is not known.
func (e *Engine) peerService(st *stage) string {
	p := st.peer.stage
	if p == nil {
		return st.peer.service
	}
	who := p.session.holder()
	if who.PID == 0 {
		return ""
	}
	return knownService(who, e.procs.Lookup(who))
}

// knownService is a process's service.name, unless it was made up because the process is
// not known, or for want of time.
func knownService(who event.Process, r *process.Resource) string {
	if who.PID == 0 || r.Provisional {
		return ""
	}
	return r.Service
}
