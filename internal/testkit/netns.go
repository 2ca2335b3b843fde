package testkit

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// NetNS is a network namespace of the test's own.
type NetNS struct {
	// Name is its name for "ip netns".
	Name string
	// V4 and V6 are its addresses on the link of a pair; unset without one.
	V4, V6 netip.Addr
}

// NewNetNS makes a network namespace in which only loopback is up.
func NewNetNS(t testing.TB) *NetNS {
	t.Helper()
	Root(t)
	Need(t, "ip", "nsenter")
	var id [5]byte
	if _, err := rand.Read(id[:]); err != nil {
		t.Fatalf("name a network namespace: %v", err)
	}
	n := &NetNS{Name: "testkit-" + hex.EncodeToString(id[:])}
	var here Place
	here.Run(t, "ip", "netns", "add", n.Name)
	t.Cleanup(func() {
		if err := deleteNetNS(n.Name); err != nil {
			t.Error(err)
		}
	})
	here.Run(t, "ip", "-n", n.Name, "link", "set", "lo", "up")
	return n
}

// deleteNetNS runs without the test's context, which is over by cleanup time.
func deleteNetNS(name string) error {
	if out, err := exec.Command("ip", "netns", "delete", name).CombinedOutput(); err != nil {
		return fmt.Errorf("delete network namespace %s: %w: %s", name, err, out)
	}
	return nil
}

// Path is the file that holds the namespace open.
func (n *NetNS) Path() string { return "/run/netns/" + n.Name }

// Place is the place inside the namespace.
func (n *NetNS) Place() Place { return Place{NetNS: n} }

// Run runs a command inside, as Place.Run does.
func (n *NetNS) Run(t testing.TB, args ...string) string {
	t.Helper()
	return n.Place().Run(t, args...)
}

// Inode is the number by which the kernel names the namespace.
func (n *NetNS) Inode(t testing.TB) uint32 {
	t.Helper()
	info, err := os.Stat(n.Path())
	if err != nil {
		t.Fatalf("read the namespace's inode: %v", err)
	}
	return uint32(inode(info))
}

// NetNSPair is two namespaces joined by a veth pair ("eth0" on both ends).
type NetNSPair struct {
	Client, Server *NetNS
}

// NewNetNSPair makes two namespaces that reach each other over IPv4 and, with
// unique local addresses, over IPv6.
func NewNetNSPair(t testing.TB) NetNSPair {
	t.Helper()
	p := NetNSPair{Client: NewNetNS(t), Server: NewNetNS(t)}
	p.Client.V4, p.Client.V6 = netip.MustParseAddr("10.99.0.1"), netip.MustParseAddr("fd00:99::1")
	p.Server.V4, p.Server.V6 = netip.MustParseAddr("10.99.0.2"), netip.MustParseAddr("fd00:99::2")
	var here Place
	here.Run(t, "ip", "-n", p.Client.Name, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", p.Server.Name)
	for _, n := range []*NetNS{p.Client, p.Server} {
		here.Run(t, "ip", "-n", n.Name, "addr", "add", n.V4.String()+"/24", "dev", "eth0")
		// Without duplicate address detection the address works at once.
		here.Run(t, "ip", "-n", n.Name, "addr", "add", n.V6.String()+"/64", "dev", "eth0", "nodad")
		here.Run(t, "ip", "-n", n.Name, "link", "set", "eth0", "up")
	}
	return p
}

// DNAT sends TCP connections made inside the namespace to virtual on to real,
// the way a cluster's service address does.
func (n *NetNS) DNAT(t testing.TB, virtual, real netip.AddrPort) {
	t.Helper()
	tables := "iptables"
	if virtual.Addr().Is6() {
		tables = "ip6tables"
	}
	Need(t, tables)
	rule := []string{
		tables, "-w", "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-d", virtual.Addr().String(),
		"--dport", strconv.Itoa(int(virtual.Port())), "-j", "DNAT", "--to-destination", real.String(),
	}
	if _, err := n.Place().Try(t, rule...); err != nil {
		Without(t, "needs address translation: %v", err)
	}
	route := []string{"ip", "route", "add", virtual.Addr().String(), "dev", "eth0"}
	n.Run(t, route...)
}

// Masquerade gives what is sent from the namespace to virtual, an address of DNAT's, the
// source address from, which is local to it, and has it translated to that of the link, and
// to a port at random, the way a node hides its pods.
func (n *NetNS) Masquerade(t testing.TB, virtual, from netip.Addr) {
	t.Helper()
	Need(t, "iptables")
	local := from.String() + "/32"
	n.Run(t, "ip", "addr", "replace", local, "dev", "lo")
	n.Run(t, "ip", "route", "replace", virtual.String(), "dev", "eth0", "src", from.String())
	rule := []string{
		"iptables", "-w", "-t", "nat", "-A", "POSTROUTING", "-p", "tcp", "-s", local, "-o", "eth0",
		"-j", "MASQUERADE", "--random",
	}
	if _, err := n.Place().Try(t, rule...); err != nil {
		Without(t, "needs address translation: %v", err)
	}
}
