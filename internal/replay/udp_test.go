//go:build amd64 || arm64

package replay

import (
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

func TestUDP(t *testing.T) {
	at := func(d time.Duration, up bool, data string) shot {
		return shot{data: wire(t, dgram(up, data)...), time: epoch.Add(d)}
	}
	recs, s := readAll(t, pcapFile(t, layers.LinkTypeRaw,
		at(0, true, "q1"), at(time.Second, false, "answer"), at(2*time.Second, true, "q2"),
		at(2*time.Second, true, ""), at(63*time.Second, false, "very late"),
	), Options{})
	require.Equal(t, []brief{
		{event.Data, in, start, 0, 2, "q1"},
		{event.Data, out, start, 0, 6, "answer"},
		{event.Data, in, start, 2, 2, "q2"},
		{event.Close, in, 0, 4, 0, ""},
		{event.Data, in, start, 0, 9, "very late"},
	}, briefs(recs))
	for i, r := range recs[:4] {
		require.EqualValues(t, 1, r.Cookie, i)
		require.EqualValues(t, 53, r.LocalPort)
		require.Zero(t, r.Role)
	}
	require.EqualValues(t, 2, recs[4].Cookie)
	require.EqualValues(t, clientPort, recs[4].LocalPort, "where the first datagram goes to")
	require.EqualValues(t, 2, recs[1].OtherPos)
	require.EqualValues(t, epoch.UnixNano(), recs[1].OtherTime)
	require.EqualValues(t, 6, recs[3].OtherPos)
	require.EqualValues(t, epoch.Add(2*time.Second).UnixNano(), recs[3].LastTime)
	require.Equal(t, Stats{Packets: 5, Used: 4, Empty: 1, Bytes: 19, Records: 5, Messages: 4, Connections: 2}, s)
}

// TestUDPLong: a datagram is one record whatever its length.
func TestUDPLong(t *testing.T) {
	body := strings.Repeat("x", 60_000)
	recs, _ := readAll(t, raw(t, wire(t, dgram(true, body)...), wire(t, dgram(true, "y")...)), Options{})
	require.Len(t, recs, 2)
	require.EqualValues(t, 60_000, recs[0].Len)
	require.Equal(t, body[:16<<10], recs[0].payload)
	require.EqualValues(t, 60_000, recs[1].Pos)
}
