//go:build amd64 || arm64

package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// What one side acknowledges, the other has sent, whether or not the capture
// holds it: between the two questions below there was an answer.
func TestAcknowledgedButNotSeen(t *testing.T) {
	up := func(seq, ack uint32, data string) seg {
		return seg{up: true, flags: "A", seq: seq, ack: ack, data: data}
	}
	down := func(seq, ack uint32, data string) seg { return seg{flags: "A", seq: seq, ack: ack, data: data} }
	for name, tc := range map[string]struct {
		segs     []seg
		flags    []event.Flags
		otherPos []uint64
		// known is when the last of OtherPos was, after the first packet.
		known time.Duration
	}{
		"an answer is missing": {
			segs:     shake(up(1000, 5000, "GET"), up(1003, 5010, ""), up(1003, 5010, "PUT"), up(1006, 5010, "body")),
			flags:    []event.Flags{start, start, 0},
			otherPos: []uint64{0, 10, 10}, known: 4 * time.Millisecond,
		},
		"a question is missing": {
			segs:     shake(up(1000, 5000, "GET"), down(5000, 1003, "200"), down(5003, 1020, "201")),
			flags:    []event.Flags{start, start, start},
			otherPos: []uint64{0, 3, 20}, known: 5 * time.Millisecond,
		},
		"in a capture that begins midway": {
			segs:     []seg{up(1000, 5000, "GET"), up(1003, 5010, "PUT"), down(5010, 1006, "200")},
			flags:    []event.Flags{start, start, start | gap},
			otherPos: []uint64{0, 10, 6}, known: time.Millisecond,
		},
		"comes late": {
			segs:     shake(up(1000, 5000, "GET"), up(1003, 5003, "PUT"), down(5000, 1003, "200"), down(5003, 1006, "201")),
			flags:    []event.Flags{start, start, start, 0},
			otherPos: []uint64{0, 3, 6, 6}, known: 4 * time.Millisecond,
		},
		"a FIN is missing": {
			segs:     shake(up(1000, 5000, "GET"), up(1003, 5001, "PUT")),
			flags:    []event.Flags{start, 0},
			otherPos: []uint64{0, 0},
		},
		"a FIN was seen": {
			segs:     shake(up(1000, 5000, "GET"), seg{flags: "FA", seq: 5005, ack: 1003}, up(1003, 5006, "PUT")),
			flags:    []event.Flags{start, start},
			otherPos: []uint64{0, 5}, known: 5 * time.Millisecond,
		},
		"nonsense": {
			segs:     shake(up(1000, 5000, "GET"), up(1003, 5000+farAhead+1, "PUT")),
			flags:    []event.Flags{start, 0},
			otherPos: []uint64{0, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			recs, stats := readAll(t, talk(t, tc.segs...), Options{})
			var flags []event.Flags
			var otherPos []uint64
			var known time.Duration
			var starts uint64
			for _, r := range recs {
				if event.Kind(r.Kind) != event.Data {
					continue
				}
				flags, otherPos = append(flags, event.Flags(r.Flags)), append(otherPos, r.OtherPos)
				if event.Flags(r.Flags)&start != 0 {
					starts++
				}
				if r.OtherTime > 0 {
					known = time.Unix(0, int64(r.OtherTime)).Sub(epoch)
				}
			}
			assert.Equal(t, tc.flags, flags)
			assert.Equal(t, tc.otherPos, otherPos)
			assert.Equal(t, tc.known, known)
			assert.Equal(t, starts, stats.Messages)
		})
	}
}
