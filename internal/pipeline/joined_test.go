//go:build linux && (amd64 || arm64)

package pipeline

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// scripted is a source that gives these cookies, 0 standing for a moment without records.
func scripted(cookies ...uint64) *fakeSource {
	f := &fakeSource{progress: map[uint64]tap.ProgressRecord{}, known: map[uint32]tap.Process{}}
	for _, c := range cookies {
		f.script = append(f.script, func(rec *[]byte) error {
			if c == 0 {
				return os.ErrDeadlineExceeded
			}
			*rec = make([]byte, 16)
			binary.NativeEndian.PutUint64((*rec)[cookieAt:], c)
			return nil
		})
	}
	return f
}

func TestJoinedTakesTurns(t *testing.T) {
	many := make([]uint64, turnLength+1)
	for i := range many {
		many[i] = 5
	}
	for name, tt := range map[string]struct {
		sockets, wire []uint64
		want          []uint64 // 0 for a deadline
	}{
		"nothing":                 {nil, nil, nil},
		"both have nothing now":   {[]uint64{0, 1}, []uint64{0, 2}, []uint64{0, 1, wireBit | 2}},
		"one has ended":           {nil, []uint64{1, 2}, []uint64{wireBit | 1, wireBit | 2}},
		"the other has ended":     {[]uint64{1, 0, 2}, nil, []uint64{1, 2}},
		"sockets do not take all": {many, []uint64{7}, append(append(append([]uint64{}, many[:turnLength]...), wireBit|7), 5)},
	} {
		t.Run(name, func(t *testing.T) {
			j := &joined{sources: [...]source{scripted(tt.sockets...), scripted(tt.wire...)}}
			var got []uint64
			for range 1000 {
				var rec []byte
				err := j.Read(&rec)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					require.ErrorIs(t, err, os.ErrDeadlineExceeded)
					got = append(got, 0)
					continue
				}
				got = append(got, binary.NativeEndian.Uint64(rec[cookieAt:]))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestJoinedFails(t *testing.T) {
	broken := errors.New("broken")
	j := &joined{sources: [...]source{scripted(), &fakeSource{script: []func(*[]byte) error{func(*[]byte) error { return broken }}}}}
	var rec []byte
	require.ErrorIs(t, j.Read(&rec), broken)
}

// What is ordered of a connection goes to the source that showed it.
func TestJoinedOrders(t *testing.T) {
	sockets, wire := scripted(), scripted()
	wire.progress[3] = tap.ProgressRecord{Pos: 9}
	j := &joined{sources: [...]source{sockets, wire}}
	require.NoError(t, j.Order(1, tap.Ignore))
	require.NoError(t, j.Order(wireBit|2, tap.Ignore))
	require.NoError(t, j.Order(wireBit|3, tap.All))
	j.Forget(4)
	require.NoError(t, j.Know(7, tap.Process{Leaf: true}))
	j.Doze()
	var p tap.ProgressRecord
	require.True(t, j.Progress(wireBit|3, &p))
	require.EqualValues(t, 9, p.Pos)
	require.Equal(t, []uint64{1}, sockets.ignored)
	require.Equal(t, []uint64{2}, wire.ignored)
	require.Equal(t, []uint64{3}, wire.all)
	require.Equal(t, []uint64{4}, sockets.forgotten)
	require.Contains(t, sockets.known, uint32(7))
	require.Zero(t, sockets.dozes+wire.dozes, "the other would wait for it")
	require.NoError(t, j.Detach())
	require.NoError(t, j.Close())
}

func TestSightings(t *testing.T) {
	var ss sightings
	a, b := sighting{seq: 1, ack: 2}, sighting{seq: 1, ack: 2, index: 1}
	require.False(t, ss.has(a))
	ss.add(a, 1e9)
	require.True(t, ss.has(a))
	require.False(t, ss.has(b), "the next request of the same message")
	ss.add(b, 1e9+sightingAge+1)
	require.True(t, ss.has(a), "remembered for a while longer")
	ss.add(b, 1e9+2*sightingAge+2)
	require.False(t, ss.has(a))
	require.True(t, ss.has(b))
	zoned := netip.MustParseAddrPort("[fe80::1%eth0]:53")
	require.Equal(t, proto.Endpoints{Client: netip.MustParseAddrPort("[fe80::1]:53")}.Client, plain(zoned))
}
