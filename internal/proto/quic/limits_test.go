package quic

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// initial makes the client's Initial packet that holds these frames, padded to n bytes in all.
func initial(version uint32, id []byte, n int, frames []byte) []byte {
	k, err := deriveKeys(version, id, client)
	if err != nil {
		panic(err)
	}
	b := []byte{longHeader | fixedBit}
	if version == version2 {
		b[0] |= 1 << 4
	}
	b = binary.BigEndian.AppendUint32(b, version)
	b = append(append(b, byte(len(id))), id...)
	b = append(b, 0, 0) // no id of its own, no token
	overhead := len(b) + 2 + 1 + k.seal.Overhead()
	frames = append(slices.Clone(frames), make([]byte, max(0, n-overhead-len(frames)))...)
	b = binary.BigEndian.AppendUint16(b, 0x4000|uint16(1+len(frames)+k.seal.Overhead()))
	at := len(b)
	b = append(b, 0) // the number
	b = k.seal.Seal(b, k.iv[:], frames, b)
	var mask [16]byte
	k.mask.Encrypt(mask[:], b[at+4:][:16])
	b[0] ^= mask[0] & 0x0f
	b[at] ^= mask[1]
	return b
}

// crypto is a CRYPTO frame.
func crypto(offset int, data []byte) []byte {
	b := []byte{frameCrypto}
	b = binary.BigEndian.AppendUint32(b, 0x80000000|uint32(offset))
	b = binary.BigEndian.AppendUint16(b, 0x4000|uint16(len(data)))
	return append(b, data...)
}

var firstID = []byte{1, 2, 3, 4, 5, 6, 7, 8}

// helloBytes is the ClientHello of RFC 9001, padded with an extension to n bytes; 0 leaves it as it is.
func helloBytes(t testing.TB, n int) []byte {
	_, steps := load(t, "../../../testdata/wire/quic/rfc9001.txtar")
	h, ok := parseHeader(steps[0].data)
	require.True(t, ok)
	k, err := deriveKeys(h.version, h.to, client)
	require.NoError(t, err)
	frames, _, ok := k.open(steps[0].data, &h, nil)
	require.True(t, ok)
	hello := slices.Clone(frames[4 : 4+0xf1])
	if n == 0 {
		return hello
	}
	extra := n - len(hello)
	hello = append(hello, 0, 21)
	hello = binary.BigEndian.AppendUint16(hello, uint16(extra-4))
	hello = append(hello, make([]byte, extra-4)...)
	binary.BigEndian.PutUint16(hello[2:], uint16(n-4))
	const extensions = 4 + 2 + 32 + 1 + 2 + 4 + 2
	binary.BigEndian.PutUint16(hello[extensions:], uint16(n-extensions-2))
	return hello
}

// named plays the client's datagrams and gives the name in its hello.
func named(t *testing.T, datagrams ...[]byte) string {
	var steps []step
	for _, b := range datagrams {
		steps = append(steps, step{data: b})
	}
	steps = append(steps, step{dir: proto.ToServer, what: "close"}, step{dir: proto.ToClient, what: "close"})
	lines, book := run(steps)
	require.Zero(t, book.Held())
	for _, l := range lines {
		if name, ok := bytes.CutPrefix([]byte(l), []byte("    tls.client.server_name=")); ok {
			return string(name)
		}
	}
	return ""
}

// A hello is read in whatever pieces and order it comes.
func TestScrambledHellos(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, version := range [...]uint32{version1, version2} {
		for size := 0; size <= maxHello; size = max(2*size, 512) {
			hello := helloBytes(t, size)
			var frames [][]byte
			for at := 0; at < len(hello); {
				n := min(len(hello)-at, 1+random.IntN(600))
				frames = append(frames, crypto(at, hello[at:at+n]))
				at += n
			}
			random.Shuffle(len(frames), func(i, j int) { frames[i], frames[j] = frames[j], frames[i] })
			var datagrams [][]byte
			for len(frames) > 0 {
				n := min(len(frames), 2)
				inner := slices.Concat(append([][]byte{{framePing, 0, 0}}, frames[:n]...)...)
				inner = append(append(inner, frames[0]...), frames[0]...) // again, and again
				datagrams = append(datagrams, initial(version, firstID, minDatagram, inner))
				frames = frames[n:]
			}
			assert.Equal(t, "example.com", named(t, datagrams...), "%d bytes", len(hello))
		}
	}
}

func TestHelloTooLong(t *testing.T) {
	hello := helloBytes(t, maxHello+1)
	p := newProtocol().NewParser(event.UDP, &recorder{}).(*parser)
	for at := 0; at < len(hello); at += 1000 {
		b := initial(version1, firstID, minDatagram, crypto(at, hello[at:min(at+1000, len(hello))]))
		p.Feed(proto.ToServer, &proto.Segment{Bytes: b})
	}
	assert.False(t, p.x.facts.Client)
	assert.LessOrEqual(t, len(p.hand.streams[0].buf), maxHello)
}

// Pieces that never meet are bounded in number.
func TestPiecesAreBounded(t *testing.T) {
	var a assembly
	for at := 1; at < maxHello; at += 2 {
		a.add(uint64(at), []byte{1})
	}
	assert.Len(t, a.pieces, maxPieces)
	a.add(0, make([]byte, 2*maxPieces))
	assert.Equal(t, []piece{{0, 2 * maxPieces}}, a.pieces)
	a.add(maxHello, []byte{1})
	a.add(1<<62, []byte{1})
	assert.Len(t, a.pieces, 1)
}

// An end that makes us derive keys again and again is not followed for ever.
func TestKeysAreBounded(t *testing.T) {
	p := newProtocol().NewParser(event.UDP, &recorder{}).(*parser)
	for i := range byte(100) {
		id := append(slices.Clone(firstID), i)
		p.Feed(proto.ToServer, &proto.Segment{Bytes: initial(version1, id, minDatagram, []byte{framePing})})
	}
	assert.Equal(t, maxKeys, p.hand.derived)
}

func TestDetect(t *testing.T) {
	good := initial(version1, firstID, minDatagram, crypto(0, helloBytes(t, 0)))
	require.Equal(t, proto.Yes, Detect(event.UDP, good, nil))
	change := func(at int, by byte) []byte { b := slices.Clone(good); b[at] ^= by; return b }
	unknown := func(version uint32) []byte {
		b := slices.Clone(good)
		binary.BigEndian.PutUint32(b[1:], version)
		return b
	}
	for name, tt := range map[string]struct {
		b    []byte
		want proto.Verdict
	}{
		"version 2":           {initial(version2, firstID, minDatagram, nil), proto.Yes},
		"a longer id":         {initial(version1, make([]byte, 20), minDatagram, nil), proto.Yes},
		"an id too short":     {initial(version1, firstID[:7], minDatagram, nil), proto.No},
		"an id too long":      {initial(version1, make([]byte, 21), minDatagram, nil), proto.No},
		"too short":           {initial(version1, firstID, minDatagram-1, nil), proto.No},
		"cut":                 {good[:600], proto.No},
		"no fixed bit":        {change(0, fixedBit), proto.No},
		"a short header":      {change(0, longHeader), proto.No},
		"another type":        {change(0, 0x10), proto.No},
		"another id":          {change(6, 1), proto.No},
		"a byte of it":        {change(700, 1), proto.No},
		"the tag":             {change(len(good)-1, 1), proto.No},
		"version negotiation": {unknown(0), proto.No},
		"a draft":             {unknown(0xff00001d), proto.Yes},
		"Google's":            {unknown(0x51303436), proto.Yes},
		"Meta's":              {unknown(0xfaceb002), proto.Yes},
		"to be refused":       {unknown(0x1a2a3a4a), proto.Yes},
		"nobody's":            {unknown(0x12345678), proto.No},
		"nothing":             {nil, proto.No},
		"RTP":                 {append([]byte{0x80, 0x60, 0, 1}, make([]byte, 1400)...), proto.No},
		"a run of ones":       {bytes.Repeat([]byte{0xff}, 1400), proto.No},
	} {
		assert.Equal(t, tt.want, Detect(event.UDP, tt.b, nil), name)
	}
	assert.Equal(t, proto.No, Detect(event.TCP, good, nil))
	assert.Equal(t, proto.No, Detect(event.UDP, nil, good), "from the server")
	assert.Equal(t, proto.Yes, New().Detect(event.UDP, good, nil))
	assert.Equal(t, Name, New().Name())
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 { // whatever looks like chance
		b := make([]byte, 1250)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		require.Equal(t, proto.No, Detect(event.UDP, b, nil))
	}
}

// Of a version that is not known there is traffic, and no more.
func TestUnknownVersion(t *testing.T) {
	b := initial(version1, firstID, minDatagram, nil)
	binary.BigEndian.PutUint32(b[1:], 0xfaceb002)
	got := attributesOf(t, []step{
		{data: b, at: 1}, {dir: proto.ToClient, data: []byte{fixedBit, 1, 2}, at: 3},
		{dir: proto.ToServer, data: []byte{fixedBit, 1}, at: 5},
		{what: "close", how: proto.Gone}, {dir: proto.ToClient, what: "close", how: proto.Gone},
	})
	expect(t, map[string]string{
		"network.protocol.version": "0xfaceb002", "server.address": "192.0.2.2", "tls.established": "1",
		"beyla.bytes.sent": "1202", "beyla.bytes.received": "3", "beyla.stream.first_byte": "2",
	}, got)
}

// A server that is first to be seen is of no use, and datagrams that the tap lost are not counted.
func TestLosses(t *testing.T) {
	b := initial(version1, firstID, minDatagram, nil)
	lines, book := run([]step{
		{dir: proto.ToClient, data: []byte{fixedBit}}, {what: "gap", n: 7}, {data: b},
		{dir: proto.ToClient, what: "gap", n: 1000}, {what: "gap", n: 1},
		{what: "close", how: proto.Idle}, {dir: proto.ToClient, what: "close", how: proto.Idle},
	})
	require.Zero(t, book.Held())
	assert.Equal(t, []string{"lost 2", "open", "streams", "done quic there[0s-0s 1201B] back[0s-0s 1000B]"}, lines[:4])
	for _, l := range lines {
		assert.NotContains(t, l, "datagrams")
		assert.NotContains(t, l, "established")
	}
}

func TestTransportErrors(t *testing.T) {
	for code, want := range map[string]string{"00": "", "02": "quic_connection_refused", "3f": "quic_unknown", "4178": "tls_alert_no_application_protocol"} {
		raw, err := hex.DecodeString(code)
		require.NoError(t, err)
		frames := append(append([]byte{frameACK, 1, 0, 1, 0, 0, 0, frameACKECN, 1, 0, 0, 0, 1, 1, 1, frameClose}, raw...), 0, 0)
		got := attributesOf(t, []step{
			{data: initial(version1, firstID, minDatagram, frames)},
			{what: "close", how: proto.Gone}, {dir: proto.ToClient, what: "close", how: proto.Gone},
		})
		assert.Equal(t, want, got["error.type"], code)
		assert.Equal(t, "0", got["tls.established"])
	}
}

// The examples of RFC 9000, appendix A.1.
func TestVarint(t *testing.T) {
	for text, want := range map[string]uint64{
		"c2197c5eff14e88c": 151288809941952652, "9d7f3e7d": 494878333, "7bbd": 15293, "25": 37, "4025": 37,
	} {
		b, err := hex.DecodeString(text)
		require.NoError(t, err)
		r := wire.NewReader(b)
		assert.Equal(t, want, varint(&r))
		assert.Zero(t, r.Remaining())
		short := wire.NewReader(b[:len(b)-1])
		varint(&short)
		assert.Error(t, short.Err())
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[uint32]string{
		version1: "1", version2: "2", 0xff00001d: "draft-29", 0xfaceb002: "0xfaceb002",
	} {
		assert.Equal(t, want, string(appendVersion(nil, version)))
		assert.True(t, used(version))
	}
	for _, version := range [...]uint32{0, 0xdeadbeef, 'Q' << 24} {
		assert.False(t, used(version), "%x", version)
	}
}
