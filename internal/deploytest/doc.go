// Package deploytest holds the tests of how the collector is deployed: what it can do with
// which capabilities and in which namespaces, under the system call filter that is shipped, and
// whether the examples are what their programs accept.
//
// The collector runs as its own program, started the way that a container runtime or systemd
// would start it: another user, exactly these capabilities, a root file system that cannot be
// written to, namespaces of its own. What checks manifests needs libraries of Kubernetes and
// compose; that is a module of its own, internal/tools/deploy, whose tests are run from here.
package deploytest
