package faults

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// moody is a consumer that does as it is told, and counts.
type moody struct {
	mu    sync.Mutex
	do    func() error
	spans map[pcommon.SpanID]bool
	calls int
	took  int64
}

// Capabilities implements consumer.Traces.
func (*moody) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces implements consumer.Traces.
func (c *moody) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	c.mu.Lock()
	c.calls++
	do := c.do
	c.mu.Unlock()
	if err := do(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.spans == nil {
		c.spans = make(map[pcommon.SpanID]bool)
	}
	for _, resource := range td.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				c.spans[span.SpanID()] = true
				c.took++
			}
		}
	}
	return nil
}

// become changes what it does.
func (c *moody) become(do func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.do = do
}

// came is how often it was called, how many spans it took, and how many different ones they are.
func (c *moody) came() (calls int, took, different int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls, c.took, int64(len(c.spans))
}

func accepts() error { return nil }

var errMood = errors.New("not today")

// TestConsumer: a receiver whose next consumer blocks, or errs.
func TestConsumer(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "go", "nginx", "bpftool")
	th := theatre{load: agent.Load(t)}
	t.Run("is slow", func(t *testing.T) { slow(t, th) })
	t.Run("blocks", func(t *testing.T) { blocks(t, th) })
	t.Run("blocks forever", func(t *testing.T) { blocksForever(t, th) })
	t.Run("errs for a while", func(t *testing.T) { errsForAWhile(t, th) })
	t.Run("errs for good", func(t *testing.T) { errsForGood(t, th) })
}

// blocks: the ring is read on, batches that find the queue full are counted, and afterwards all is well.
func blocks(t *testing.T, th theatre) {
	release := make(chan struct{})
	next := &moody{do: func() error { <-release; return nil }}
	s := th.stage(t)
	in := start(t, s.group.Path, next)
	const requests = 4000
	s.requests(t, requests)
	testkit.Poll(t, patience, "everything to be built or dropped", func() bool {
		return in.sum(t, "received_messages") == 4*requests && in.sum(t, "refused_spans") > 0
	})
	assert.Zero(t, in.sum(t, "emitted_spans"))
	assert.Zero(t, in.sum(t, "kernel_losses"))
	close(release)
	testkit.Poll(t, patience, "every span to be counted", func() bool {
		return in.sum(t, "emitted_spans")+in.sum(t, "refused_spans") == 2*requests
	})
	_, took, different := next.came()
	assert.Equal(t, in.sum(t, "emitted_spans"), took)
	assert.Equal(t, took, different)
	t.Logf("%d spans of %d found a full queue", in.sum(t, "refused_spans"), 2*requests)

	before := took
	s.requests(t, 100)
	testkit.Poll(t, patience, "all spans of later requests", func() bool {
		_, took, _ := next.came()
		return took == before+200
	})
}

// blocksForever: a consumer that never returns does not keep the receiver in the kernel, nor Shutdown from
// returning when its time is over.
func blocksForever(t *testing.T, th theatre) {
	release := make(chan struct{})
	next := &moody{do: func() error { <-release; return nil }}
	s := th.stage(t)
	in := start(t, s.group.Path, next)
	held := tapped(t, os.Getpid(), s.group)
	s.requests(t, 50)
	testkit.Poll(t, patience, "a call", func() bool { calls, _, _ := next.came(); return calls > 0 })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	began := time.Now()
	require.ErrorIs(t, in.receiver.Shutdown(ctx), context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 3*time.Second)
	testkit.Poll(t, patience, "programs and links to be gone", func() bool {
		rest := left(t, held)
		return len(rest.Programs)+len(rest.Links) == 0
	})
	assert.Zero(t, attached(t, s.group))
	close(release)
	// What the consumer had in its hands held a mapped page of a map; that goes with the garbage.
	testkit.Poll(t, patience, "the maps to be gone", func() bool {
		runtime.GC()
		return !left(t, held).Any()
	})
}

// errsForAWhile: what is refused, but not for good, is offered again until it is taken, once.
func errsForAWhile(t *testing.T, th theatre) {
	next := &moody{do: func() error { return errMood }}
	s := th.stage(t)
	in := start(t, s.group.Path, next)
	s.requests(t, 200)
	testkit.Poll(t, patience, "three attempts", func() bool { calls, _, _ := next.came(); return calls >= 3 })
	next.become(accepts)
	testkit.Poll(t, patience, "every span", func() bool { return in.sum(t, "emitted_spans") == 400 })
	_, took, different := next.came()
	assert.Equal(t, [2]int64{400, 400}, [2]int64{took, different})
	assert.Zero(t, in.sum(t, "refused_spans"))
}

// errsForGood: a permanent error is not argued with.
func errsForGood(t *testing.T, th theatre) {
	next := &moody{do: func() error { return consumererror.NewPermanent(errMood) }}
	s := th.stage(t)
	in := start(t, s.group.Path, next)
	s.requests(t, 200)
	testkit.Poll(t, patience, "every span to be counted", func() bool { return in.sum(t, "refused_spans", "permanent_error") == 400 })
	next.become(accepts)
	s.requests(t, 50)
	testkit.Poll(t, patience, "later spans", func() bool { return in.sum(t, "emitted_spans") == 100 })
	_, took, different := next.came()
	assert.Equal(t, [2]int64{100, 100}, [2]int64{took, different}, "what was refused for good does not come again")
}
