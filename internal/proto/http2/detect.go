package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/hpack"
)

// Detect looks for the client's connection preface, the settings that a server begins with, or, on a
// connection that was open before, the head of a request or a response. Frames of other kinds look the same in
// both directions, so that they alone do not tell who is the client.
func Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	if t != event.TCP {
		return proto.No
	}
	client, server := judgeClient(toServer), judgeFrames(toClient, proto.ToClient)
	switch {
	case client == proto.Yes || server == proto.Yes:
		return proto.Yes
	case client == proto.NeedMore && beginsWithSettings(toClient):
		return proto.Yes
	case client == proto.NeedMore && server == proto.NeedMore:
		return proto.NeedMore
	case client == proto.NeedMore && len(toServer) > 0, server == proto.NeedMore && len(toClient) > 0:
		return proto.NeedMore
	}
	return proto.No
}

func judgeClient(b []byte) proto.Verdict {
	n := min(len(b), len(preface))
	switch {
	case n > 0 && string(b[:n]) == preface[:n] && n == len(preface):
		return proto.Yes
	case n > 0 && string(b[:n]) == preface[:n]:
		return proto.NeedMore
	}
	return judgeFrames(b, proto.ToServer)
}

// judgeFrames looks for a head among frames that follow one another.
func judgeFrames(b []byte, dir proto.Dir) proto.Verdict {
	for len(b) >= headSize {
		f := parseFrame((*[headSize]byte)(b))
		if !f.plausible() || f.kind == continuation || f.stream != 0 && f.stream&1 == 0 {
			return proto.No
		}
		b = b[headSize:]
		if len(b) < f.size() {
			return proto.NeedMore
		}
		if f.kind == headers && f.has(endHeaders) {
			if verdict := judgeHead(&f, b[:f.size()], dir); verdict != proto.NeedMore {
				return verdict
			}
		}
		b = b[f.size():]
	}
	return judgePart(b)
}

// judgePart tells whether less than a frame's head may be the beginning of one.
func judgePart(b []byte) proto.Verdict {
	var head [headSize]byte
	copy(head[:], b)
	switch f := parseFrame(&head); {
	case len(b) > 0 && head[0] != 0, len(b) > 2 && f.size() > leastFrame, len(b) > 3 && f.kind >= kinds,
		len(b) > 4 && f.flags&^flagsOf[f.kind] != 0, len(b) > 5 && f.reserved:
		return proto.No
	}
	return proto.NeedMore
}

// judgeHead tells whether HEADERS are a request's to the server, or a response's to the client. NeedMore:
// they tell nothing, but may be trailers.
func judgeHead(f *frame, payload []byte, dir proto.Dir) proto.Verdict {
	from, to := f.prefix, len(payload)
	if f.has(padded) {
		if to -= int(payload[0]); to < from {
			return proto.No
		}
	}
	var table hpack.Decoder // as of a connection of which nothing is known
	var scratch hpack.Scratch
	var field hpack.Field
	verdict := proto.NeedMore
	for b := payload[from:to]; len(b) > 0; {
		n, ok, err := table.Next(b, &scratch, &field)
		if err != nil {
			return proto.No
		}
		b = b[n:]
		if !ok || !field.Known {
			continue
		}
		switch judged := judgeField(field.Name, field.Value, dir); judged {
		case proto.No:
			return proto.No
		case proto.Yes:
			verdict = proto.Yes
		}
	}
	return verdict
}

// judgeField tells whether a field belongs to a head of this direction: Yes for what only such a one has.
func judgeField(name, value []byte, dir proto.Dir) proto.Verdict {
	switch string(name) {
	case ":status":
		if dir == proto.ToServer || status(value) == 0 {
			return proto.No
		}
		return proto.Yes
	case ":method", ":scheme", ":path", ":authority", ":protocol":
		if dir == proto.ToClient {
			return proto.No
		}
		return proto.Yes
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || 'A' <= c && c <= 'Z' || c == ':' {
			return proto.No
		}
	}
	return proto.NeedMore
}

// beginsWithSettings tells whether a server begins as RFC 9113 asks: with settings, of which at least one
// is known, and all that are known have values that they may have.
func beginsWithSettings(b []byte) bool {
	if len(b) < headSize {
		return false
	}
	f := parseFrame((*[headSize]byte)(b))
	if f.kind != settings || f.has(acknowledge) || !f.plausible() || f.left == 0 || len(b) < headSize+f.left {
		return false
	}
	known := false
	for b = b[headSize : headSize+f.left]; len(b) > 0; b = b[settingSize:] {
		id := uint(b[0])<<8 | uint(b[1])
		value := uint(b[2])<<24 | uint(b[3])<<16 | uint(b[4])<<8 | uint(b[5])
		switch {
		case id == 2 && value > 1, id == 4 && value > mostStream, id == 8 && value > 1, id == 0,
			id == maxFrameSize && (value < leastFrame || value > mostFrame):
			return false
		}
		known = known || id <= 9
	}
	return known
}
