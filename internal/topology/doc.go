// Package topology measures the parents that the receiver gives: how many of
// them are right, and how many there are. Rows of real services, each a process in
// a cgroup of its own, are called by a load client; every request carries its own
// truth in its path, which this package, never the receiver, reads back from the spans.
//
// # What the paths say
//
//	/w/<id>              a request for work. The load client numbers its requests: /w/17.
//	/w/<id>.<k>          the k-th (from 1) request that a service sends while it works on <id>
//	/bg/<name>/<n>       a background request of the service <name>, whose <n> no other has
//
// So the true parent of a server span is the client span of the same path. That of a
// client span of /w/<id>.<k> is the server span of /w/<id>. A client span of /bg/,
// or of the load client, has none. Every path is asked for exactly once.
//
// A call of gRPC has its path as its method. Where a request is encrypted, it has a connection of its
// own, and the name that the client's hello asks for says the path: w--17.1.test.
//
// # What a service does
//
// It is configured by its environment:
//
//	TOPOLOGY_NAME        its name, the <name> of its background requests
//	TOPOLOGY_LISTEN      "host:port" to listen on; an IPv6 host is in brackets
//	TOPOLOGY_NEXT        "host:port,host:port": the k-th downstream request goes to the
//	                     k-th of them, one after the other; empty or absent: none
//	TOPOLOGY_BACKGROUND  "host:port" that background requests go to; absent: none
//	TOPOLOGY_EVERY       milliseconds between them, where it is not 5: rare ones come as a surprise
//	                     to who has watched for a while; not every program knows this
//	TOPOLOGY_MODE        which variant, where a program has several; the program says what it knows
//	TOPOLOGY_WORKERS     how many worker processes, where that has a meaning
//	TOPOLOGY_FORWARD     "name,name": request headers that are passed on downstream when present
//	OTEL_SERVICE_NAME    the same as TOPOLOGY_NAME
//
// And so it behaves:
//
//   - GET /w/<id> sends GET /w/<id>.1 to the first of TOPOLOGY_NEXT, reads that response to
//     its end, then /w/<id>.2 to the second, and so on; then it answers 200 with a short body
//     and a Content-Length. When one of those fails, it answers 502. A service with nobody
//     downstream works some 2 ms first (a sleep is work), so that requests overlap.
//   - GET /bg/... is answered with 200 at once, and nothing is sent.
//   - With TOPOLOGY_BACKGROUND each of its processes sends GET /bg/<name>/<n> every 5 ms or so, in
//     the way that is the hardest for its runtime: from a timer, a thread of its own, and the
//     executor or pool that also serves requests. <n> is unique among its processes: <pid>-<counter>.
//   - Connections are kept alive at both ends, taken from a pool that requests and background
//     share, and not closed for idleness within 30 s. No request is sent twice.
//   - It writes one line, in one write, to standard output for each request: "served <path>" when
//     it begins to answer (before the first byte of the response, so that none is missing at the end) and
//     "sent <path>" once a response has been read to its end. Other lines are not looked at, but one:
//     "remote <span id> <path>" says that the request for this path carried this id in a header,
//     or that an SDK in the service made a span of this id for it.
//   - When its standard input ends, it begins no more background requests and goes on serving.
//     SIGTERM ends it, within three seconds.
//
// Programs are in testdata/apps/topology/<name>/, small enough to be read at a glance.
// A proxy that is configured instead of written does the same with its own means:
// it rewrites /w/<id> to /w/<id>.1, and its access log goes to standard output.
//
// # What is measured
//
// For each row and concurrency: a Result. A parent that is not the true one is wrong, and so is
// any parent of a root. Where a request carried a span's id in a header ("remote" above), that
// span is the right parent of the client span of the same path, which then misses no edge. A span of a
// later path that has it as its parent, since a proxy passed the header on, names an ancestor that
// is not the nearest: that is shallow, neither right nor wrong, and its edge is missing.
package topology
