// Package preflight says where this process runs, what it may do there, and so what
// the receiver can see; and for what it cannot, the line that would change it.
//
// [Gather] collects facts, [Try] asks the kernel by opening the tap and closing it at once, and
// [Build] makes a [Report] of the two. Build is a pure function: the same facts give the same words.
//
// # What can be told from inside
//
// The initial pid, user and cgroup namespaces have fixed inode numbers (include/linux/proc_ns.h), the
// initial network namespace has one since Linux 6.18. Before that it is the one whose cookie
// (SO_NETNS_COOKIE, Linux 5.14) is 1, since cookies are given in the order in which namespaces are
// made. Comparing with the first process's namespace needs CAP_SYS_PTRACE and the initial pid namespace:
// from inside another one, /proc/1 is not the host's first process.
//
// A cgroup v2 folder is the root of the hierarchy when it has no cgroup.type and its inode number is 1. The path
// that /proc/self/cgroup shows does not tell: seen from a cgroup namespace, its own cgroup is "/".
package preflight
