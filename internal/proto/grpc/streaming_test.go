package grpc

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestStreams(t *testing.T) {
	one, ms := frame(0, "one"), int64(time.Millisecond)
	status := func(c *Call, s string) { c.ResponseField([]byte("grpc-status"), []byte(s)) }
	for _, tt := range []struct {
		name  string
		steps func(c *Call)
		want  bool
	}{
		{"unary", func(c *Call) {
			c.Payload(proto.ToServer, 0, one)
			c.End(proto.ToServer, 0)
			c.Payload(proto.ToClient, 5000*ms, one)
			status(c, "0")
			c.End(proto.ToClient, 5001*ms)
		}, false},
		{"unary that failed", func(c *Call) {
			c.Payload(proto.ToServer, 0, one)
			c.End(proto.ToServer, 0)
			status(c, "5")
			c.End(proto.ToClient, 5000*ms)
		}, false},
		{"unary that was given up", func(c *Call) {
			c.Payload(proto.ToServer, 0, one)
			c.End(proto.ToServer, 0)
			c.End(proto.ToClient, 5000*ms)
		}, false},
		{"a server's stream of none", func(c *Call) {
			c.Payload(proto.ToServer, 0, one)
			c.End(proto.ToServer, 0)
			status(c, "0")
			c.End(proto.ToClient, 1)
		}, true},
		{"a client's stream of none", func(c *Call) {
			c.End(proto.ToServer, 0)
			c.Payload(proto.ToClient, 1, one)
			status(c, "0")
			c.End(proto.ToClient, 1)
		}, true},
		{"success, of which some was not seen", func(c *Call) {
			c.Skipped(proto.ToServer, 0, -1)
			c.End(proto.ToServer, 0)
			c.Skipped(proto.ToClient, 0, -1)
			status(c, "0")
			c.End(proto.ToClient, 1)
		}, false},
		{"a watch that was given up", func(c *Call) {
			c.Payload(proto.ToServer, 0, one)
			c.End(proto.ToServer, 0)
			c.Payload(proto.ToClient, 1, one)
			c.End(proto.ToClient, 1001*ms)
		}, true},
		{"a client that stays", func(c *Call) {
			c.Payload(proto.ToServer, 0, one)
			c.End(proto.ToServer, 1001*ms)
		}, true},
		{"a large message", func(c *Call) {
			c.Payload(proto.ToServer, 0, one[:6])
			c.Payload(proto.ToServer, 1001*ms, one[6:])
			c.End(proto.ToServer, 1002*ms)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := begun(t, "application/grpc")
			tt.steps(c)
			assert.Equal(t, tt.want, c.Streams())
		})
	}
	assert.True(t, begun(t, "application/connect+proto").Streams(), "its content-type says so")
}
