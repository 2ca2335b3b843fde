package grpc

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestSuspects(t *testing.T) {
	field := func(c *Call, name, value string) { c.ResponseField([]byte(name), []byte(value)) }
	one := frame(0, "one")
	for _, tt := range []struct {
		name           string
		method, target string
		contentType    string
		steps          func(c *Call)
		want           bool
	}{
		{"two bodies of messages", "POST", "/shop.Cart/Add", "", func(c *Call) {
			c.Payload(proto.ToServer, 1, one)
			c.Respond(200)
			c.Payload(proto.ToClient, 2, one)
		}, true},
		{"of an unknown method", "POST", "", "", func(c *Call) {
			c.Payload(proto.ToServer, 1, one)
			c.Respond(200)
			c.Payload(proto.ToClient, 2, one)
		}, true},
		{"a status", "POST", "/shop.Cart/Add", "", func(c *Call) { field(c, "grpc-status", "5") }, true},
		{"a content-type", "POST", "/shop.Cart/Add", "", func(c *Call) { field(c, "content-type", "application/grpc") }, true},
		{"another content-type", "POST", "/shop.Cart/Add", "", func(c *Call) {
			c.Payload(proto.ToServer, 1, one)
			field(c, "content-type", "application/json")
			c.Respond(200)
			c.Payload(proto.ToClient, 2, one)
		}, false},
		{"an unfinished message", "POST", "/shop.Cart/Add", "", func(c *Call) {
			c.Payload(proto.ToServer, 1, one)
			c.Respond(200)
			c.Payload(proto.ToClient, 2, one[:7])
		}, false},
		{"more than messages", "POST", "/shop.Cart/Add", "", func(c *Call) {
			c.Payload(proto.ToServer, 1, append(frame(0, "one"), 1))
			c.Respond(200)
			c.Payload(proto.ToClient, 2, one)
		}, false},
		{"an empty response", "POST", "/shop.Cart/Add", "", func(c *Call) {
			c.Payload(proto.ToServer, 1, one)
			c.Respond(200)
		}, false},
		{"a known content-type", "POST", "/shop.Cart/Add", "text/plain", func(c *Call) { field(c, "grpc-status", "5") }, false},
		{"a path that is no method", "POST", "/shop", "", func(c *Call) { field(c, "grpc-status", "5") }, false},
		{"another method of HTTP", "GET", "/shop.Cart/Add", "", func(c *Call) { field(c, "grpc-status", "5") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c Call
			if tt.contentType != "" {
				c.RequestField([]byte("content-type"), []byte(tt.contentType))
			}
			assert.False(t, c.Begin(tt.method, tt.target))
			c.Suspect(tt.method, tt.target)
			tt.steps(&c)
			assert.False(t, c.Streams())
			assert.Equal(t, tt.want, c.Settle())
			assert.Equal(t, tt.want, c.Flavour == GRPC)
			assert.False(t, c.Settle(), "once")
		})
	}
}

func TestSuspected(t *testing.T) {
	var c Call
	assert.False(t, c.Suspected())
	c.Suspect("POST", "")
	c.Payload(proto.ToServer, 1, frame(0, "one"))
	assert.True(t, c.Suspected())
	c.Respond(200)
	assert.True(t, c.Suspected())
	c.Payload(proto.ToClient, 1, []byte("<html>"))
	assert.False(t, c.Suspected())
}

// A stream that was a suspect is told as one once it is settled.
func TestSuspectStreams(t *testing.T) {
	var c Call
	c.Suspect("POST", "/shop.Cart/Watch")
	c.Payload(proto.ToServer, 1, frame(0, "one"))
	c.Respond(200)
	c.Payload(proto.ToClient, 1, join(frame(0, "one"), frame(0, "two")))
	assert.False(t, c.Streams())
	assert.True(t, c.Settle())
	assert.True(t, c.Streams())
}
