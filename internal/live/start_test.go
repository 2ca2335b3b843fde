package live

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestOpenConnections: connections that were open before the start are picked
// up at their next message, with the roles that they have.
func TestOpenConnections(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	used := testkit.StartGoClient(t, n.Addr, testkit.Place{})
	unused := testkit.StartGoClient(t, n.Addr, testkit.Place{})
	used.Get(t, "/before")
	in := start(t, nil)
	const requests = 5
	for i := range requests {
		used.Get(t, "/used/"+strconv.Itoa(i))
		unused.Get(t, "/unused/"+strconv.Itoa(i))
	}
	in.await(t, n.Addr, 4*requests)
	all := in.finish(t, n.Addr, 4*requests)
	assert.Len(t, all.Kind("Server").Of(worker(t, n)), 2*requests)
	assert.Len(t, all.Kind("Client").Of(used.PID()), requests)
	assert.Len(t, all.Kind("Client").Of(unused.PID()), requests)
	assert.Empty(t, all.With("url.path", "/before"))
	for _, s := range all {
		assert.EqualValues(t, 200, s.Int("http.response.status_code"))
		assert.Equal(t, "Unset", s.StatusCode)
	}
}

// TestStartWithinAnExchange: a response without its request becomes no span,
// and the next exchange does.
func TestStartWithinAnExchange(t *testing.T) {
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	c := testkit.StartGoClient(t, s.Addr, testkit.Place{})
	c.Send(t, "/slow?ms=2000")
	in := start(t, nil)
	require.Empty(t, s.Served(t), "the receiver started too late for this test")
	answers := c.Get(t) // none of its own: the slow one's is read with the next
	require.Empty(t, answers)
	testkit.Poll(t, patience, "the slow answer", func() bool { return len(s.Served(t)) == 1 })
	c.Send(t, "/hello")
	in.await(t, s.Addr, 2)
	for _, span := range in.Spans().Where(of(s.Addr)) {
		assert.Contains(t, span.Str("url.path")+span.Str("url.full"), "/hello")
		assert.Less(t, span.Took(), time.Second)
	}
	assert.GreaterOrEqual(t, in.metric(t, "dropped_messages", "no_request")+in.metric(t, "dropped_messages", "unknown_protocol"),
		int64(2), "the slow answer, at both ends")
	in.finish(t, s.Addr, 2)
}

// TestStartToFirstCapture: from Start's return on nothing is missed, and Start is quick.
func TestStartToFirstCapture(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	c := testkit.StartGoClient(t, n.Addr, testkit.Place{})
	in := create(t, "", nil, nil)
	began := time.Now()
	require.NoError(t, in.receiver.Start(t.Context(), componenttest.NewNopHost()))
	t.Logf("started in %v", time.Since(began))
	c.Get(t, "/first")
	in.await(t, n.Addr, 2)
	in.finish(t, n.Addr, 2)
}
