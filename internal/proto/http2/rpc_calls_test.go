package http2_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// call is what the application knows of one call.
type call struct {
	method, code   string
	sent, received int64
	stream         bool
	timed          bool
}

// journal is the application's own log.
type journal struct {
	mu    sync.Mutex
	calls []call
}

func (j *journal) add(c call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, c)
}

func codeOf(err error) string { return names[status.Code(err)] }

// names are the codes as the conventions spell them.
var names = [...]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
	"UNAUTHENTICATED",
}

// unary makes a call of one message.
func (r *rig) unary(ctx context.Context, j *journal, method string, in []byte) {
	var out []byte
	_, timed := ctx.Deadline()
	err := r.client.Invoke(ctx, method, &in, &out)
	c := call{method: method[1:], code: codeOf(err), sent: 1, timed: timed}
	if err == nil {
		c.received = 1
	}
	j.add(c)
}

// stream makes a call that sends these messages and reads until the end; with each, an answer after every message.
func (r *rig) stream(ctx context.Context, j *journal, method string, each bool, messages ...[]byte) {
	c := call{method: method[1:], stream: true}
	_, c.timed = ctx.Deadline()
	s, err := r.client.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	for i := 0; err == nil && i < len(messages); i++ {
		if err = s.SendMsg(&messages[i]); err != nil {
			break
		}
		c.sent++
		if each {
			if err = s.RecvMsg(new([]byte)); err == nil {
				c.received++
			}
		}
	}
	if err == nil {
		err = s.CloseSend()
	}
	for err == nil {
		if err = s.RecvMsg(new([]byte)); err == nil {
			c.received++
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	c.code = codeOf(err)
	j.add(c)
}

// size is a message of n bytes.
func size(n int) []byte { return bytes.Repeat([]byte{'x'}, n) }
