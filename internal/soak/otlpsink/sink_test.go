package otlpsink

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// traces are a server's span, a client's that knows another port than it asked for, and one of neither.
const traces = `{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":[
 {"kind":2,"name":"GET","attributes":[{"key":"server.port","value":{"intValue":"80"}},{"key":"network.peer.port","value":{"intValue":"5000"}}]},
 {"kind":3,"name":"GET","attributes":[{"key":"network.peer.port","value":{"intValue":"80"}},{"key":"server.port","value":{"intValue":"443"}}]}]},
 {"spans":[{"kind":1,"attributes":[{"key":"url.path","value":{"stringValue":"/"}}]}]}]},{}]}`

func post(t *testing.T, s *Sink, body string) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Post(s.URL+"/v1/traces", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}

func TestSink(t *testing.T) {
	s, err := Listen()
	require.NoError(t, err)
	for range 2 {
		assert.Equal(t, http.StatusOK, post(t, s, traces))
	}
	assert.Equal(t, http.StatusBadRequest, post(t, s, `{"resourceSpans":`))
	s.Refuse(true)
	assert.Equal(t, http.StatusServiceUnavailable, post(t, s, traces))
	assert.EqualValues(t, 1, s.Refused())
	s.Refuse(false)
	assert.Equal(t, http.StatusOK, post(t, s, `{}`))

	assert.Equal(t, map[int]Count{80: {Server: 2, Client: 2}, 0: {Other: 2}}, s.Ports())
	assert.Equal(t, Count{Server: 2, Client: 2}, s.Of(80))
	assert.Zero(t, s.Of(81))
	assert.EqualValues(t, 6, s.Total())
	require.NoError(t, s.Close())
}
