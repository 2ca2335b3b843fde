package websocket

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// frame makes a frame: its first byte, then the payload, masked or not.
func frame(first byte, mask bool, payload string) []byte {
	b := []byte{first, 0}
	switch n := len(payload); {
	case n < 126:
		b[1] = byte(n)
	case n < 1<<16:
		b[1] = 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] = 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	if !mask {
		return append(b, payload...)
	}
	b[1] |= masked
	key := [4]byte{0xde, 0xad, 0xbe, 0xef}
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return b
}

func join(frames ...[]byte) (b []byte) {
	for _, f := range frames {
		b = append(b, f...)
	}
	return b
}

// said is what a walker has to say.
type said struct {
	messages, pings, pongs int64
	known, closed          bool
	code                   Code
}

func (w *Walker) said() said {
	return said{w.Messages, w.Pings, w.Pongs, w.Known(), w.Closed(), w.Code()}
}

func TestFrames(t *testing.T) {
	long, huge := strings.Repeat("x", 300), strings.Repeat("y", 70_000)
	for name, tc := range map[string]struct {
		bytes []byte
		want  said
	}{
		"nothing":             {nil, said{known: true}},
		"text":                {frame(0x81, false, "hello"), said{messages: 1, known: true}},
		"masked binary":       {frame(0x82, true, "hello"), said{messages: 1, known: true}},
		"empty":               {frame(0x81, true, ""), said{messages: 1, known: true}},
		"16 bits of length":   {frame(0x82, true, long), said{messages: 1, known: true}},
		"64 bits of length":   {frame(0x82, false, huge), said{messages: 1, known: true}},
		"several":             {join(frame(0x81, false, "a"), frame(0x82, false, long), frame(0x81, false, "")), said{messages: 3, known: true}},
		"compressed":          {frame(0xc1, false, "\xf2H\xcd\x00"), said{messages: 1, known: true}},
		"fragments":           {join(frame(0x01, false, "a"), frame(0x00, false, "b"), frame(0x80, false, "c")), said{messages: 1, known: true}},
		"fragments, not over": {join(frame(0x01, false, "a"), frame(0x00, false, "b")), said{known: true}},
		"payload, not over":   {frame(0x81, false, "hello")[:4], said{known: true}},
		"control among fragments": {join(frame(0x01, true, "a"), frame(0x89, true, "?"), frame(0x8a, true, "!"), frame(0x80, true, "b")),
			said{messages: 1, pings: 1, pongs: 1, known: true}},
		"close":                {frame(0x88, false, "\x03\xe9bye"), said{known: true, closed: true, code: GoingAway}},
		"masked close":         {frame(0x88, true, "\x03\xf3"), said{known: true, closed: true, code: 1011}},
		"close without a code": {frame(0x88, true, ""), said{known: true, closed: true, code: NoStatus}},
		"close, half a code":   {frame(0x88, true, "\x03"), said{known: true, closed: true, code: Unseen}},
		"close, longer than allowed": {frame(0x88, false, "\x03\xe8"+long),
			said{known: true, closed: true, code: Normal}},
		"close, not over":            {frame(0x88, false, "\x03\xe9bye")[:5], said{known: true}},
		"after close":                {join(frame(0x81, false, "a"), frame(0x88, false, ""), frame(0x81, false, "b"), []byte{0xff}), said{messages: 1, known: true, closed: true, code: NoStatus}},
		"reserved opcode":            {join(frame(0x81, false, "a"), frame(0x83, false, "b"), frame(0x81, false, "c")), said{messages: 1}},
		"reserved bits":              {frame(0xa1, false, "a"), said{}},
		"control in fragments":       {frame(0x09, false, "a"), said{}},
		"continuation of nothing":    {frame(0x80, false, "a"), said{}},
		"a message within another":   {join(frame(0x01, false, "a"), frame(0x81, false, "b")), said{}},
		"a length beyond all reason": {[]byte{0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}, said{}},
	} {
		t.Run(name, func(t *testing.T) {
			for size := 1; size <= len(tc.bytes)+1; size = size*2 - size/2 { // 1, 2, 3, 5, 8, ...
				var w Walker
				for b := tc.bytes; len(b) > 0; {
					n := w.Feed(b[:min(size, len(b))])
					assert.Positive(t, n)
					b = b[n:]
				}
				assert.Equal(t, tc.want, w.said(), "in pieces of %d", size)
			}
		})
	}
}

func TestFeedEndsWithTheCloseFrame(t *testing.T) {
	var w Walker
	b := join(frame(0x81, false, "a"), frame(0x88, false, "\x03\xe8"), []byte("rest"))
	assert.Equal(t, len(b)-len("rest"), w.Feed(b))
	assert.True(t, w.Closed())
	assert.Equal(t, len("rest"), w.Feed([]byte("rest")), "which says nothing")
	w.Skip(1 << 40)
	w.Lose()
	assert.Equal(t, said{messages: 1, known: true, closed: true, code: Normal}, w.said(), "all that matters was seen")
}

func TestSkip(t *testing.T) {
	big := frame(0x82, true, strings.Repeat("x", 1000))
	next := frame(0x81, false, "next")
	for name, tc := range map[string]struct {
		bytes []byte
		skip  int64
		want  said // once next has come, too
	}{
		"to the end of a payload":  {big[:100], int64(len(big) - 100), said{messages: 2, known: true}},
		"all of a payload":         {big[:8], 1000, said{messages: 2, known: true}},
		"none":                     {nil, 0, said{messages: 1, known: true}},
		"beyond a payload":         {big[:100], int64(len(big) - 99), said{}},
		"before a frame":           {nil, 5, said{}},
		"within a head":            {big[:3], 5, said{}},
		"a code":                   {[]byte{0x88, 2}, 2, said{messages: 0, known: true, closed: true, code: Unseen}},
		"half a code":              {[]byte{0x88, 3, 0x03}, 2, said{messages: 0, known: true, closed: true, code: Unseen}},
		"the reason behind a code": {[]byte{0x88, 5, 0x03, 0xe8}, 3, said{messages: 0, known: true, closed: true, code: Normal}},
	} {
		t.Run(name, func(t *testing.T) {
			var w Walker
			w.Feed(tc.bytes)
			w.Skip(tc.skip)
			w.Feed(next)
			assert.Equal(t, tc.want, w.said())
		})
	}
	var w Walker
	w.Feed(big[:100])
	for range len(big) - 100 {
		w.Skip(1)
	}
	assert.Equal(t, said{messages: 1, known: true}, w.said(), "bit by bit")
}

func TestBlame(t *testing.T) {
	for code, want := range map[Code]Blame{
		Unseen: Nobody, Normal: Nobody, GoingAway: Nobody, NoStatus: Nobody, 3000: Nobody, 4401: Nobody, 65535: Nobody,
		1002: Receiver, 1003: Receiver, 1007: Receiver, 1008: Receiver, 1009: Receiver, 1010: Receiver,
		1011: Sender, 1012: Sender, 1013: Sender, 1014: Sender, 1004: Sender, 1: Sender, 2999: Sender,
	} {
		assert.Equal(t, want, code.Blame(), code)
	}
}
