//go:build linux && (amd64 || arm64)

package tap_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// Frames of HTTP/2 (RFC 9113, 6).
const (
	dataFrame    = 0
	headersFrame = 1
	settings     = 4
	windowUpdate = 8

	endStream = 1

	preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
)

// h2 is a frame, head and payload.
func h2(kind, flags byte, stream uint32, payload string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	b = append(b, flags)
	b = binary.BigEndian.AppendUint32(b, stream)
	return string(b) + payload
}

// body is a DATA frame with a payload of n bytes that are all alike.
func body(flags byte, stream uint32, fill string, n int) string {
	return h2(dataFrame, flags, stream, strings.Repeat(fill, n))
}

// opening is what both ends begin with.
var opening = struct{ client, server string }{preface + h2(settings, 0, 0, ""), h2(settings, 0, 0, "")}

// hello opens a connection with HTTP/2.
func hello(t testing.TB) (*pair, uint16) {
	t.Helper()
	p, port := connect(t)
	p.ask(opening.client)
	p.answer(opening.server)
	return p, port
}

// sent is what the server's end says of what it sent.
func sent(events []event.Event, port uint16) []event.Event {
	return only(kind(at(events, port), event.Data), func(ev *event.Event) bool { return ev.Dir == event.Egress })
}

// heard is the opposite.
func heard(events []event.Event, port uint16) []event.Event {
	return only(kind(at(events, port), event.Data), func(ev *event.Event) bool { return ev.Dir == event.Ingress })
}

// wanted tells which bytes of a stream of frames are to be copied, whatever the packets are.
func wanted(t testing.TB, stream string) []bool {
	t.Helper()
	want := make([]bool, len(stream))
	at := 0
	if strings.HasPrefix(stream, preface) {
		at = len(preface)
	}
	copied := func(from, to int) {
		for i := from; i < to; i++ {
			want[i] = true
		}
	}
	copied(0, at)
	for at < len(stream) {
		require.GreaterOrEqual(t, len(stream)-at, 9)
		n := int(binary.BigEndian.Uint32([]byte(stream[at:])) >> 8)
		end := at + 9 + n
		if stream[at+3] == dataFrame && n > 1024 {
			copied(at, at+9+64)
		} else {
			copied(at, end)
		}
		at = end
	}
	require.Equal(t, len(stream), at)
	return want
}

// checkCopied compares what was copied of a stream with what was to be; the byte that ends a
// stream may be copied as well.
func checkCopied(t testing.TB, stream string, events []event.Event) {
	t.Helper()
	want, next := wanted(t, stream), int64(0)
	got := make([]bool, len(stream))
	for i, ev := range events {
		require.Equal(t, stream[ev.Pos:ev.Pos+int64(len(ev.Payload))], string(ev.Payload), "at %d", ev.Pos)
		require.Equal(t, events[0].Seq+uint32(ev.Pos-events[0].Pos), ev.Seq)
		require.GreaterOrEqual(t, ev.Pos, next)
		if i > 0 {
			before := events[i-1]
			require.Equal(t, ev.Pos > next || before.Len > uint32(len(before.Payload)), ev.Flags&event.Cut != 0, "at %d", ev.Pos)
		}
		next = ev.Pos + int64(ev.Len)
		for k := range ev.Payload {
			got[int(ev.Pos)+k] = true
		}
	}
	require.LessOrEqual(t, next, int64(len(stream)))
	for i := range want {
		if got[i] && !want[i] && (i+1 == len(want) || want[i+1]) && !want[i-1] {
			continue // the last byte of a frame that was left out
		}
		require.Equal(t, want[i], got[i], "byte %d of %d", i, len(want))
	}
}
