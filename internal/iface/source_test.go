//go:build linux && (amd64 || arm64)

package iface_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

var ways = []iface.Way{iface.WayTCX, iface.WayClsact, iface.WayPacket}

// file reads a capture file's records.
func file(t testing.TB, path string) []said {
	t.Helper()
	r, err := replay.Open(path, replay.Options{})
	require.NoError(t, err)
	defer r.Close()
	var all [][]byte
	for {
		var raw []byte
		err := r.Read(&raw)
		if errors.Is(err, io.EOF) {
			return say(t, all)
		}
		require.NoError(t, err)
		all = append(all, raw)
	}
}

// TestEqualsCapture: whichever the way, the records are those of a capture file of
// the same traffic.
func TestEqualsCapture(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			p := testkit.NewNetNSPair(t)
			for _, a := range []string{"0.0.0.0:80", "[::]:81"} {
				daemon(t, p.Server, "serve "+a)
			}
			daemon(t, p.Server, "echo :53")
			dump := tcpdump(t, p.Server, "eth0")
			o := options(way)
			o.Local = []string{p.Server.V4.String(), p.Server.V6.String(), p.Client.V4.String(), "127.0.0.9", "::1"}
			w := watch(t, p.Server, o)
			require.Equal(t, report{Way: way, Interfaces: []string{"eth0"}}, w.report())
			run(t, p.Client, fmt.Sprintf("get http://%s:80 3 100", p.Server.V4))
			run(t, p.Client, fmt.Sprintf("get http://[%s]:81 2 3000", p.Server.V6))
			run(t, p.Client, fmt.Sprintf("ask %s:53 2", p.Server.V4))
			got := w.results()
			want := file(t, dump())
			all := say(t, got.Records)
			require.Equal(t, want, all)
			require.Equal(t, 3, flows(all))
			require.Equal(t, 5, heads(all, "GET /"))
			require.Equal(t, []bool{true, true, false, true, true}, got.Local)
			require.Zero(t, got.Counters.Lost)
			require.Equal(t, got.Stats.Packets, got.Counters.Records)
			if way != iface.WayPacket {
				require.NotZero(t, got.Counters.Bare)
				require.NotZero(t, got.Counters.Other, "ARP, or neighbour discovery")
			}
			c := got.Counters
			require.Equal(t, c.Packets, c.Records+c.Lost+c.Other+c.Bare+c.Ignored)
		})
	}
}
