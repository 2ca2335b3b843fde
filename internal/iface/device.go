//go:build linux && (amd64 || arm64)

package iface

import (
	"fmt"
	"net"
	"net/netip"
	"path"

	"github.com/vishvananda/netlink"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// device is a network interface.
type device struct {
	index    int
	name     string
	link     replay.Link
	loopback bool
}

// chooses tells whether an interface is one of those to read, if it is up.
func (o *Options) chooses(d *device) bool {
	if len(o.Interfaces) == 0 {
		return !d.loopback || o.Loopback
	}
	for _, pattern := range o.Interfaces {
		if ok, err := path.Match(pattern, d.name); ok && err == nil {
			return true
		}
	}
	return false
}

// devices lists the interfaces that are up and of a kind whose packets are understood.
func devices() ([]device, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("list the interfaces: %w", err)
	}
	var all []device
	for _, l := range links {
		a := l.Attrs()
		link, known := linkOf(a.EncapType)
		if !known || a.Flags&net.FlagUp == 0 {
			continue
		}
		all = append(all, device{index: a.Index, name: a.Name, link: link, loopback: a.Flags&net.FlagLoopback != 0})
	}
	return all, nil
}

// linkOf says what packets begin with on an interface of a kind (ARPHRD_*, as
// the netlink library spells it; 823 is GRE over IPv6, 519 a modem's raw IP).
func linkOf(kind string) (replay.Link, bool) {
	switch kind {
	case "ether", "loopback":
		return replay.Ethernet, true
	case "none", "ppp", "ipip", "tunnel6", "sit", "gre", "unknown823", "unknown519":
		return replay.IP, true
	}
	return 0, false
}

// addresses lists the addresses of all interfaces.
func addresses() (map[netip.Addr]struct{}, error) {
	list, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return nil, fmt.Errorf("list the addresses: %w", err)
	}
	all := make(map[netip.Addr]struct{}, len(list))
	for _, a := range list {
		if addr, ok := netip.AddrFromSlice(a.IP); ok {
			all[addr.Unmap()] = struct{}{}
		}
	}
	return all, nil
}
