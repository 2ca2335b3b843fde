package http2_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// expected is what the spans of a call should say, from what the application knows of it. A call that the
// wire shows to have had one message each way is no stream, whatever its kind.
func expected(c call) seen {
	s := seen{call: c, counted: true}
	if s.stream = c.code == "OK" && (c.sent != 1 || c.received != 1) || c.sent > 1 || c.received > 1; !s.stream {
		s.sent, s.received = 0, 0
	}
	switch c.code {
	case "UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS":
		s.serverError = true
	}
	return s
}

// compare holds spans == calls, with all that they say.
func compare(t *testing.T, j *journal, lines []*recording) {
	t.Helper()
	want := make(map[seen]int)
	for _, c := range j.calls {
		want[expected(c)]++
	}
	for _, cut := range []bool{false, true} {
		got := make(map[seen]int)
		for _, line := range lines {
			for _, s := range replay(t, line, cut) {
				got[s]++
			}
		}
		assert.Equal(t, want, got, "cut: %v", cut)
	}
}

func TestGRPCCalls(t *testing.T) {
	r, j, ctx := newRig(t), &journal{}, context.Background()
	for _, n := range []int{0, 1, 50, 1019, 1020, 16379, 16380, 100_000, 3_000_000} {
		r.unary(ctx, j, "/shop.v1.Cart/Unary", size(n))
	}
	for code := 1; code < len(names); code++ {
		r.unary(ctx, j, "/shop.v1.Cart/Unary", []byte("code "+strconv.Itoa(code)))
	}
	r.unary(ctx, j, "/shop.v1.Cart/Nothing", size(1))
	timed, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r.unary(timed, j, "/shop.v1.Cart/Unary", size(1))
	for _, n := range []int{0, 1, 2, 300} {
		r.stream(ctx, j, "/shop.v1.Cart/Down", false, size(n))
	}
	for _, n := range []int{0, 1, 2, 30} {
		messages := make([][]byte, n)
		for i := range messages {
			messages[i] = size(i * 1000)
		}
		r.stream(ctx, j, "/shop.v1.Cart/Up", false, messages...)
		r.stream(ctx, j, "/shop.v1.Cart/Both", true, messages...)
		r.stream(timed, j, "/shop.v1.Cart/Both", false, messages...)
	}
	compare(t, j, r.close())
}

func TestGRPCConcurrently(t *testing.T) {
	r, j, ctx := newRig(t), &journal{}, context.Background()
	const workers, rounds = 100, 25
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for k := range rounds {
				r.unary(ctx, j, "/shop.v1.Cart/Unary", size(i*30))
				r.unary(ctx, j, "/shop.v1.Cart/Unary", []byte("code "+strconv.Itoa(1+(i+k)%16)))
				r.stream(ctx, j, "/shop.v1.Cart/Down", false, size(i%7))
				r.stream(ctx, j, "/shop.v1.Cart/Both", k%2 == 0, size(i), size(3000), size(k))
			}
		})
	}
	all.Wait()
	require.Len(t, j.calls, 4*workers*rounds)
	lines := r.close()
	require.Len(t, lines, 1, "all streams share a connection")
	compare(t, j, lines)
}

// Both ends have a timer. Of a call that waits too long the wire shows that the client reset it (which is no
// error of the server's), that the server did (which is one), or the server's status; whichever came first.
func TestGRPCDeadlines(t *testing.T) {
	r, j := newRig(t), &journal{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
			defer cancel()
			r.unary(ctx, j, "/shop.v1.Cart/Unary", []byte("wait"))
		})
	}
	all.Wait()
	lines := r.close()
	require.Len(t, lines, 1)
	for _, cut := range []bool{false, true} {
		spans := replay(t, lines[0], cut)
		require.Len(t, spans, len(j.calls))
		for i, s := range spans {
			assert.Equal(t, "DEADLINE_EXCEEDED", j.calls[i].code)
			assert.Equal(t, "shop.v1.Cart/Unary", s.method)
			assert.True(t, s.timed)
			assert.False(t, s.stream)
			want := seen{call: call{method: s.method, timed: true}, fault: "http2_cancel", counted: true, serverError: s.serverError}
			if s.code != "" {
				want.code, want.fault, want.serverError = "DEADLINE_EXCEEDED", "", true
			}
			assert.Equal(t, want, s)
		}
	}
}

func TestGRPCCancellation(t *testing.T) {
	r := newRig(t)
	for _, n := range []int{0, 1, 2, 5} {
		ctx, cancel := context.WithCancel(context.Background())
		s, err := r.client.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/shop.v1.Cart/Both")
		require.NoError(t, err)
		for range n {
			in, out := size(2000), []byte(nil)
			require.NoError(t, s.SendMsg(&in))
			require.NoError(t, s.RecvMsg(&out))
		}
		cancel()
		require.Error(t, s.RecvMsg(new([]byte)))
	}
	// An answer to a later call shows that the server knows of the cancellations.
	r.unary(context.Background(), &journal{}, "/shop.v1.Cart/Unary", size(1))
	lines := r.close()
	require.Len(t, lines, 1)
	for _, cut := range []bool{false, true} {
		both := call{method: "shop.v1.Cart/Both"}
		want := []seen{{call: both, fault: "http2_cancel", counted: true}, {call: both, fault: "http2_cancel", counted: true}}
		for _, n := range []int64{2, 5} {
			c := both
			c.stream, c.sent, c.received = true, n, n
			want = append(want, seen{call: c, fault: "http2_cancel", counted: true})
		}
		want = append(want, seen{call: call{method: "shop.v1.Cart/Unary", code: "OK"}, counted: true})
		assert.Equal(t, want, replay(t, lines[0], cut))
	}
}
