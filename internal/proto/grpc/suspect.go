package grpc

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Suspect is for a request that Begin did not take for a call, and whose head could be read in part
// only: if its content-type may be among what could not, the bodies may tell yet. An
// empty target is one that could not be read either.
func (c *Call) Suspect(method, target string) {
	if c.media[proto.ToServer] != noMedia || method != "POST" {
		return
	}
	if target != "" {
		path, _ := splitTarget(target)
		if c.Method = methodOf(GRPC, path); c.Method == "" {
			return
		}
	}
	c.suspect = true
	c.walkers[proto.ToServer].start(plain, true)
}

// Suspected tells whether all that was seen of a suspect could be a call's.
func (c *Call) Suspected() bool {
	return c.suspect && c.walkers[proto.ToServer].known && (c.status == 0 || c.walkers[proto.ToClient].known)
}

// Settle tells whether a suspect has proved to be a call of gRPC, which it is from then on. It is
// proved by a field that nobody else has, or by two bodies that are whole messages: that the length in a
// prefix is exactly that of what follows, in both directions, is no chance. So this is to be asked where the
// bodies are known to be whole, or to pause.
func (c *Call) Settle() bool {
	if !c.suspect {
		return false
	}
	named := c.coded || c.media[proto.ToClient] == grpcMedia
	if !named && !(c.walkers[proto.ToServer].paused() && c.walkers[proto.ToClient].paused()) {
		return false
	}
	c.suspect, c.Flavour = false, GRPC
	return true
}

// paused tells whether all bytes so far are one message or more.
func (w *walker) paused() bool {
	return w.known && w.messages > 0 && w.need == 0 && w.have == 0
}
