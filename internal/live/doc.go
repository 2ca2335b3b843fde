// Package live holds the tests of the receiver on a live host: the component as
// its factory makes it, the kernel's sockets as its source, and real programs
// in processes of their own as its traffic. What the test process itself sends
// is the collector's own, and invisible.
//
// The host carries other traffic too. A test looks at the spans of what it
// started, by port or process; one that counts everything reads a cgroup of its own.
package live
