package http2_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/http2"
)

var here = proto.Endpoints{Client: netip.MustParseAddrPort("10.0.0.7:40122"), Server: netip.MustParseAddrPort("10.0.0.9:50051")}

// seen is what the two spans of a call say.
type seen struct {
	call
	// fault is the client's error.type where there is no code.
	fault string
	// counted is true when the numbers of messages were known, or nobody asked.
	counted bool
	// serverError is whether the server's span is an error.
	serverError bool
}

// witness is a sink that describes what it is given as both ends would, and looks after the contract.
type witness struct {
	t    testing.TB
	open map[*proto.Exchange]bool // true once told as a stream
	seen []seen
}

func (w *witness) Open(x *proto.Exchange) {
	_, twice := w.open[x]
	require.False(w.t, twice)
	w.open[x] = false
}

func (w *witness) Streams(x *proto.Exchange) {
	told, open := w.open[x]
	require.True(w.t, open && !told, "once, while it is open")
	require.NotZero(w.t, x.Mark&proto.MarkStream)
	require.True(w.t, x.Response.Seen)
	w.open[x] = true
}

func (w *witness) Lost(_ proto.Account, why proto.Lost) {
	// An answer may cross the client's giving up.
	require.Contains(w.t, []proto.Lost{proto.LostControl, proto.LostOpaque, proto.LostNoRequest}, why)
}

func (w *witness) Done(x *proto.Exchange) {
	_, open := w.open[x]
	require.True(w.t, open)
	delete(w.open, x)
	require.Equal(w.t, "grpc", x.Protocol)
	require.True(w.t, x.Concurrent)
	client, server := &proto.Description{}, &proto.Description{}
	x.Semantics.Describe(proto.Client, here, client)
	x.Semantics.Describe(proto.Server, here, server)
	w.seen = append(w.seen, w.read(x, client, server))
	x.Semantics.Release()
}

// read gives what the descriptions say, and compares the two ends.
func (w *witness) read(x *proto.Exchange, client, server *proto.Description) (s seen) {
	text := func(d *proto.Description, key string) string {
		kv, _ := d.Attrs.Get(key)
		return kv.Str
	}
	number := func(d *proto.Description, key string) (int64, bool) {
		kv, ok := d.Attrs.Get(key)
		return kv.Num, ok
	}
	require.Equal(w.t, "cart.test", text(client, "server.address"))
	require.Equal(w.t, "2", text(client, "network.protocol.version"))
	s.method, s.code, s.serverError = client.Name, text(client, "rpc.response.status_code"), server.Error
	require.Equal(w.t, s.code, text(server, "rpc.response.status_code"))
	require.Equal(w.t, s.code != "OK", client.Error)
	if s.code == "" {
		s.fault = text(client, "error.type")
	}
	_, s.timed = number(client, "beyla.rpc.timeout")
	s.stream = text(client, "beyla.stream.kind") == "grpc"
	require.Equal(w.t, s.stream, x.Mark&proto.MarkStream != 0)
	s.counted = true
	if s.stream {
		var sent, received bool
		s.sent, sent = number(client, "beyla.stream.messages.sent")
		s.received, received = number(client, "beyla.stream.messages.received")
		s.counted = sent && received
		mirrored, _ := number(server, "beyla.stream.messages.sent")
		require.Equal(w.t, s.received, mirrored)
	}
	return s
}

// replay feeds a parser with what passed, as the tap would show it; cut leaves out what the tap
// leaves out of long DATA frames.
func replay(t testing.TB, r *recording, cut bool) []seen {
	w := &witness{t: t, open: make(map[*proto.Exchange]bool)}
	p := http2.New(http2.Config{}).NewParser(event.TCP, w)
	var taps [2]tap
	var position [2]uint32
	taps[proto.ToServer].left = len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	last, ordinal := proto.ToClient, [2]uint32{}
	for _, c := range r.chunks {
		if len(c.bytes) == 0 {
			continue
		}
		if c.dir != last {
			ordinal[c.dir]++
		}
		last = c.dir
		runs := []run{{bytes: c.bytes}}
		if cut {
			runs = taps[c.dir].split(c.bytes)
		}
		for _, run := range runs {
			if run.skipped > 0 {
				p.Gap(c.dir, c.at, int64(run.skipped))
			} else {
				p.Feed(c.dir, &proto.Segment{
					At: c.at, Bytes: run.bytes, Seq: position[c.dir], Ack: position[c.dir.Flip()],
					Origin: proto.Origin{Ordinal: ordinal[c.dir]},
				})
			}
			position[c.dir] += uint32(len(run.bytes) + run.skipped)
		}
	}
	end := r.chunks[len(r.chunks)-1].at
	p.Close(proto.ToServer, end, proto.FIN)
	p.Close(proto.ToClient, end, proto.FIN)
	require.Empty(t, w.open)
	return w.seen
}

// run is a part of a packet that is shown, or one that is not.
type run struct {
	bytes   []byte
	skipped int
}

// tap shows what the kernel does: of DATA longer than 1 KiB only the first 64 bytes.
type tap struct {
	head []byte
	// left of the payload is to be shown, then skip is not.
	left, skip int
}

func (k *tap) split(b []byte) (runs []run) {
	show := func(n int) {
		if m := len(runs); m > 0 && runs[m-1].skipped == 0 {
			runs[m-1].bytes = runs[m-1].bytes[:len(runs[m-1].bytes)+n]
		} else {
			runs = append(runs, run{bytes: b[:n:len(b)]})
		}
		b = b[n:]
	}
	for len(b) > 0 {
		switch {
		case k.left > 0:
			n := min(k.left, len(b))
			k.left -= n
			show(n)
		case k.skip > 0:
			n := min(k.skip, len(b))
			k.skip -= n
			runs = append(runs, run{skipped: n})
			b = b[n:]
		default:
			n := min(9-len(k.head), len(b))
			k.head = append(k.head, b[:n]...)
			show(n)
			if len(k.head) == 9 {
				k.frame()
			}
		}
	}
	return runs
}

func (k *tap) frame() {
	n := int(binary.BigEndian.Uint32(k.head) >> 8)
	k.left, k.skip = n, 0
	if k.head[3] == 0 && n > 1024 {
		k.left, k.skip = 64, n-64
	}
	k.head = k.head[:0]
}
