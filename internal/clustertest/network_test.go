package clustertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// network is network namespaces on a bridge that is in one of its own.
type network struct {
	bridge *testkit.NetNS
	hosts  string // a hosts(5) file with the names of all
	used   int
	names  []string
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{bridge: testkit.NewNetNS(t), hosts: filepath.Join(t.TempDir(), "hosts")}
	var here testkit.Place
	if _, err := here.Try(t, "ip", "-n", n.bridge.Name, "link", "add", "bridge", "type", "bridge"); err != nil {
		testkit.Without(t, "needs bridges: %v", err)
	}
	here.Run(t, "ip", "-n", n.bridge.Name, "link", "set", "bridge", "up")
	return n
}

// join makes a namespace with an address for each of the names; a name may come more than once.
func (n *network) join(t *testing.T, names ...string) (*testkit.NetNS, []string) {
	t.Helper()
	var (
		here testkit.Place
		ns   = testkit.NewNetNS(t)
		port = "port" + strconv.Itoa(n.used)
		own  []string
	)
	here.Run(t, "ip", "-n", n.bridge.Name, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", ns.Name)
	here.Run(t, "ip", "-n", n.bridge.Name, "link", "set", port, "master", "bridge", "up")
	for _, name := range names {
		n.used++
		addr := "10.98.0." + strconv.Itoa(n.used)
		here.Run(t, "ip", "-n", ns.Name, "addr", "add", addr+"/24", "dev", "eth0")
		own, n.names = append(own, addr), append(n.names, fmt.Sprintf("%s %s\n", addr, name))
	}
	here.Run(t, "ip", "-n", ns.Name, "link", "set", "eth0", "up")
	require.NoError(t, os.WriteFile(n.hosts, []byte("127.0.0.1 localhost\n"+strings.Join(n.names, "")), 0o600))
	return ns, own
}

// resolving is what to put before a command line for it to know the names: /etc/hosts is another file
// in a mount namespace of its own.
func (n *network) resolving() []string {
	return []string{"unshare", "--mount", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, n.hosts}
}
