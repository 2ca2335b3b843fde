package grpc

import (
	"encoding/base64"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// BenchmarkUnary is a call and its response, from the fields to the description.
func BenchmarkUnary(b *testing.B) {
	request := [][2][]byte{
		{[]byte("content-type"), []byte("application/grpc")}, {[]byte("user-agent"), []byte("grpc-go/1.85.0")},
		{[]byte("te"), []byte("trailers")}, {[]byte("grpc-timeout"), []byte("4999912u")},
	}
	response := [2][]byte{[]byte("content-type"), []byte("application/grpc")}
	trailers := [2][]byte{[]byte("grpc-status"), []byte("0")}
	message := frame(0, "a message of thirty-two bytes...")
	v, x, d, c := vocabulary(), &proto.Exchange{}, &proto.Description{}, &Call{}
	b.ReportAllocs()
	for b.Loop() {
		*c = Call{}
		for _, f := range request {
			c.RequestField(f[0], f[1])
		}
		if !c.Begin("POST", "/shop.v1.Cart/Add") {
			b.Fatal("no call")
		}
		c.Payload(proto.ToServer, 1, message)
		c.End(proto.ToServer, 1)
		c.ResponseField(response[0], response[1])
		c.Respond(200)
		c.Payload(proto.ToClient, 2, message)
		c.ResponseField(trailers[0], trailers[1])
		c.End(proto.ToClient, 2)
		d.Reset()
		v.Describe(&View{Side: proto.Server, Endpoints: here, Exchange: x, Call: c, Authority: "cart.test:50051", Version: "2"}, d)
	}
}

// BenchmarkPayload is how fast bodies of small messages are walked over.
func BenchmarkPayload(b *testing.B) {
	var body []byte
	for len(body) < 15<<10 {
		body = append(body, frame(0, "a message of thirty-two bytes...")...)
	}
	for name, bb := range map[string]struct {
		contentType string
		body        []byte
	}{
		"binary": {"application/grpc-web", body},
		"base64": {"application/grpc-web-text", []byte(base64.StdEncoding.EncodeToString(body))},
	} {
		b.Run(name, func(b *testing.B) {
			c := begun(b, bb.contentType)
			b.SetBytes(int64(len(bb.body)))
			b.ReportAllocs()
			for b.Loop() {
				c.Payload(proto.ToClient, 1, bb.body)
			}
		})
	}
}
