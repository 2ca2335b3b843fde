// Package inner finds out what a connection carries behind another protocol that has handed it
// over (proto.Next): HTTP/2 after an upgrade to it, and inside a tunnel whatever its bytes turn out to be.
//
// # Tunnels
//
// Who made the tunnel is the client inside it, so only the protocol has to be found. Every protocol is
// asked (Detect) about the first bytes of both directions, until one is sure, none can be, some bytes were
// not captured, or 16 KiB have been held. Then all that was held goes to the one that claimed it, else to the
// opaque protocol, else to nobody: then bytes count as opaque, and nothing more is wanted. What
// the protocol inside reports goes to the sink of the one around it.
//
// # Limits
//
// A tunnel is looked into once: what is nobody's at its beginning stays so. Tunnels are followed four
// deep, for a hostile client can nest them at will, and each one costs stack. What a tunnel is
// used for once the protocol inside has given up is not looked at.
package inner
