package preflight

import (
	"fmt"
	"strconv"
	"strings"
)

// Place is whose namespace it is.
type Place string

// The places.
const (
	// PlaceHost is the initial namespace.
	PlaceHost Place = "host"
	// PlaceOwn is any other one.
	PlaceOwn Place = "own"
	// PlaceUnknown: it cannot be told from here.
	PlaceUnknown Place = "unknown"
)

// Namespace is one that this process is in.
type Namespace struct {
	Place Place `json:"place"`
	// Inode is its number, 0 when /proc does not say.
	Inode uint64 `json:"inode"`
	// Cookie is a network namespace's SO_NETNS_COOKIE, 0 before Linux 5.14.
	Cookie uint64 `json:"cookie,omitempty"`
}

// Namespaces are those that matter here.
type Namespaces struct {
	Network Namespace `json:"network"`
	PID     Namespace `json:"pid"`
	User    Namespace `json:"user"`
	Cgroup  Namespace `json:"cgroup"`
	Mount   Namespace `json:"mount"`
}

// The inode numbers of initial namespaces: include/linux/proc_ns.h, and those of
// network and mount namespaces include/uapi/linux/nsfs.h, since Linux 6.18.
const (
	initMount   = 0xeffffff8
	initNetwork = 0xeffffff9
	initCgroup  = 0xeffffffb
	initPID     = 0xeffffffc
	initUser    = 0xeffffffd
)

// fixed judges a namespace whose initial one has a fixed inode number.
func fixed(inode, initial uint64) Namespace {
	n := Namespace{Place: PlaceOwn, Inode: inode}
	switch inode {
	case initial:
		n.Place = PlaceHost
	case 0:
		n.Place = PlaceUnknown
	}
	return n
}

// firstDynamic is the first number that is given to namespaces without a fixed one
// (PROC_DYNAMIC_FIRST, fs/proc/generic.c). Before Linux 6.18 the initial mount and
// network namespaces take the first two, at boot.
const firstDynamic = 0xf0000000

// mount judges the mount namespace, which every container has of its own.
func mount(inode uint64) Namespace {
	n := fixed(inode, initMount)
	if inode == firstDynamic || inode == firstDynamic+1 {
		n.Place = PlaceHost
	}
	return n
}

// network judges the network namespace. first is the inode number of that of the
// host's first process, 0 when that cannot be seen. No namespace but the initial one
// has its cookie or its inode number: where cookies are shared with other kinds of
// namespaces, so that the initial one's is not 1, its inode number is fixed (both Linux 6.18).
func network(inode, cookie, first uint64) Namespace {
	n := Namespace{Place: PlaceOwn, Inode: inode, Cookie: cookie}
	switch {
	case inode == initNetwork, cookie == 1, inode != 0 && inode == first:
		n.Place = PlaceHost
	case cookie == 0 && (first == 0 || inode == 0):
		n.Place = PlaceUnknown
	}
	return n
}

// inodeOf reads the target of a link in /proc/PID/ns: "net:[4026531840]".
func inodeOf(link string) (uint64, error) {
	_, number, _ := strings.Cut(link, ":[")
	inode, err := strconv.ParseUint(strings.TrimSuffix(number, "]"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read a namespace's number: %w", err)
	}
	return inode, nil
}
