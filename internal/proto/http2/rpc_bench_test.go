package http2

import (
	"encoding/binary"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// packet is what one end sends at a time, with the places of its stream's number.
type packet struct {
	seg proto.Segment
	ids []int
}

func packetOf(b []byte) (p packet) {
	p.seg.Bytes = b
	for at := 0; at < len(b); at += headSize + int(binary.BigEndian.Uint32(b[at:])>>8) {
		if binary.BigEndian.Uint32(b[at+5:]) != 0 {
			p.ids = append(p.ids, at+5)
		}
	}
	return p
}

func (p *packet) number(id uint32, at int64) {
	for _, i := range p.ids {
		binary.BigEndian.PutUint32(p.seg.Bytes[i:], id)
	}
	p.seg.At = at
	p.seg.Origin.Ordinal++
}

// BenchmarkCall is one call and its response with as many messages as the name says, as
// grpc-go sends them: heads from the table, a window update and a ping in between.
func BenchmarkCall(b *testing.B) {
	const ask = "headers 1 :method=POST :scheme=http :path=/shop.v1.Cart/Add :authority=cart.test:50051 content-type=application/grpc " +
		"user-agent=grpc-go/1.85.0 te=trailers grpc-timeout=4999912u\n"
	message := `data 1 "\x00\x00\x00\x00\x20a message of thirty-two bytes..."` + "\n"
	for _, bb := range []struct {
		name     string
		side     proto.Side
		response string
	}{
		{"1/server", proto.Server, message},
		{"1/client", proto.Client, message},
		{"3/server", proto.Server, message + message + message},
	} {
		b.Run(bb.name, func(b *testing.B) {
			client, server := newSpeaker(), newSpeaker()
			say := func(s *speaker, script string) []byte {
				out, err := s.say(script)
				if err != nil {
					b.Fatal(err)
				}
				return out
			}
			request := ask + `data 1 end "\x00\x00\x00\x00\x20a message of thirty-two bytes..."` + "\n"
			response := "window 0 37\nping\nheaders 1 :status=200 content-type=application/grpc\n" + bb.response + "headers 1 end grpc-status=0 grpc-message=\n"
			sink := &describing{side: bb.side}
			p := New(Config{}).NewParser(event.TCP, sink)
			feed := func(dir proto.Dir, bytes []byte) { p.Feed(dir, &proto.Segment{Bytes: bytes}) }
			feed(proto.ToServer, say(client, "preface\nsettings\n"+request))
			feed(proto.ToClient, say(server, "settings\nsettings ack\n"+response))
			packets := [2]packet{packetOf(say(client, request)), packetOf(say(server, response))}
			b.ReportAllocs()
			id := uint32(1)
			for b.Loop() {
				id += 2
				for dir := range packets {
					packets[dir].number(id, int64(id))
					p.Feed(proto.Dir(dir), &packets[dir].seg)
				}
			}
			if sink.done != int(id/2+1) {
				b.Fatalf("%d calls of %d", sink.done, id/2+1)
			}
		})
	}
}
