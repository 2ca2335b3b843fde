// Package testkit is the bench that tests stand on: real servers and clients
// as child processes, network namespaces, cgroups, load, and a flat view of the
// spans that came out. It serves tests only; no product code imports it.
//
// Everything that a helper starts or creates ends with the test that asked for
// it, in reverse order, and is addressed by the id of what was started, never by name.
//
// A tool, privilege or data set that is missing skips the test with the reason,
// unless CI=true, where the bench must be whole and the test fails.
package testkit
