//go:build linux && (amd64 || arm64)

package iface_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestBesideTCX: programs of others, attached before and after ours, see every
// packet that they saw without us, and are still there when we have gone.
func TestBesideTCX(t *testing.T) {
	p := testkit.NewNetNSPair(t)
	daemon(t, p.Server, "serve :80")
	before := daemon(t, p.Server, "foreign eth0")
	w := watch(t, p.Server, options(iface.WayTCX))
	after := daemon(t, p.Server, "foreign eth0")
	list := func() string { return part(t, p.Server, "list eth0").end() }
	require.Equal(t, "beyla_iface_ingress\nforeign\nforeign\nbeyla_iface_egress\n", list())
	run(t, p.Client, fmt.Sprintf("get http://%s:80 10 20", p.Server.V4))
	got := w.results()
	require.Equal(t, "foreign\nforeign\n", list())
	run(t, p.Client, fmt.Sprintf("get http://%s:80 10 20", p.Server.V4))
	require.Equal(t, 10, heads(say(t, got.Records), "GET /"))
	for _, f := range []*helper{before, after} {
		n, err := strconv.Atoi(strings.TrimSpace(f.end()))
		require.NoError(t, err)
		require.Greater(t, n, 20, "both runs, of some 16 packets each")
	}
}

// TestBesideClsact: a queueing discipline that is there stays, with its
// classifiers, whatever preference they took.
func TestBesideClsact(t *testing.T) {
	testkit.Need(t, "tc")
	for _, way := range []iface.Way{iface.WayClsact, iface.WayTCX} {
		for _, taken := range []string{"1", "7"} {
			t.Run(string(way)+", preference "+taken, func(t *testing.T) {
				p := testkit.NewNetNSPair(t)
				tc := func(args ...string) string { return p.Server.Run(t, append([]string{"tc"}, args...)...) }
				daemon(t, p.Server, "serve :80")
				tc("qdisc", "add", "dev", "eth0", "clsact")
				other := daemon(t, p.Server, "foreign eth0 "+taken)
				was := tc("filter", "show", "dev", "eth0", "ingress")
				require.Contains(t, was, "foreign")
				w := watch(t, p.Server, options(way))
				run(t, p.Client, fmt.Sprintf("get http://%s:80 10 20", p.Server.V4))
				all := say(t, w.results().Records)
				require.Equal(t, 10, heads(all, "HTTP/1.1 200"))
				if way == iface.WayTCX || taken == "7" { // who came first at the best preference stays before us
					require.Equal(t, 10, heads(all, "GET /"))
				}
				require.Equal(t, was, tc("filter", "show", "dev", "eth0", "ingress"))
				require.Contains(t, tc("qdisc", "show", "dev", "eth0"), "clsact")
				n, err := strconv.Atoi(strings.TrimSpace(other.end()))
				require.NoError(t, err)
				require.Greater(t, n, 10, "theirs went on")
			})
		}
	}
	t.Run("two of ours", func(t *testing.T) {
		p := testkit.NewNetNSPair(t)
		daemon(t, p.Server, "serve :80")
		a, b := watch(t, p.Server, options(iface.WayClsact)), watch(t, p.Server, options(iface.WayClsact))
		run(t, p.Client, fmt.Sprintf("get http://%s:80 1 20", p.Server.V4))
		require.Equal(t, 1, heads(say(t, a.results().Records), "GET /"))
		run(t, p.Client, fmt.Sprintf("get http://%s:80 1 20", p.Server.V4))
		require.Equal(t, 2, heads(say(t, b.results().Records), "GET /"))
		require.NotContains(t, p.Server.Run(t, "tc", "filter", "show", "dev", "eth0", "ingress"), "beyla")
	})
}

// TestPrivilege: which capabilities lead which way.
func TestPrivilege(t *testing.T) {
	testkit.Need(t, "setpriv")
	with := func(caps string) []string {
		return []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all" + caps, "--ambient-caps=-all" + caps, "--bounding-set=-all" + caps}
	}
	for name, c := range map[string]struct {
		caps    string
		way     iface.Way
		missing int
	}{
		"CAP_BPF, CAP_NET_ADMIN": {",+bpf,+net_admin", iface.WayTCX, 0},
		"CAP_NET_RAW":            {",+net_raw", iface.WayPacket, 2},
	} {
		t.Run(name, func(t *testing.T) {
			p := testkit.NewNetNSPair(t)
			daemon(t, p.Server, "serve :80")
			w := watch(t, p.Server, options(iface.WayAuto), with(c.caps)...)
			run(t, p.Client, fmt.Sprintf("get http://%s:80 2 20", p.Server.V4))
			got := w.results()
			require.Equal(t, c.way, got.Report.Way)
			require.Len(t, got.Report.Missing, c.missing, "%v", got.Report.Missing)
			require.Equal(t, 2, heads(say(t, got.Records), "GET /"))
		})
	}
	t.Run("none", func(t *testing.T) {
		p := testkit.NewNetNSPair(t)
		h := part(t, p.Server, `capture {"RingBytes":1048576,"Drain":5000000}`, with("")...)
		require.Contains(t, h.line(), "error: read interfaces: missing privilege: ")
		require.Error(t, h.cmd.Wait())
	})
}
