package soak

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// client is a running source of traffic.
type client interface {
	// ask makes it tell how far it is; what it told last, count gives.
	ask(t *testing.T)
	count(t *testing.T) (made, failed int64)
	// finish lets what is under way come to its end, and ends it.
	finish(t *testing.T)
}

// paced is the program of ./load.
type paced struct{ *testkit.Process }

func startPaced(t *testing.T, s scene, rate float64, args string) client {
	t.Helper()
	argv := append([]string{s.load, "-rate", strconv.FormatFloat(rate*s.rate, 'f', -1, 64)}, strings.Fields(args)...)
	return paced{testkit.Start(t, testkit.Spec{Args: argv, Place: s.place})}
}

func (c paced) ask(t *testing.T) { c.Send(t, "") }

func (c paced) finish(t *testing.T) {
	t.Helper()
	c.CloseInput()
	require.NoError(t, c.Wait(t, agent.Patience))
}

func (c paced) count(t *testing.T) (made, failed int64) {
	t.Helper()
	var last struct{ Exchanges, Failed int64 }
	for line := range strings.Lines(c.Output()) {
		if strings.HasPrefix(line, "{") && strings.HasSuffix(line, "\n") {
			require.NoError(t, json.Unmarshal([]byte(line), &last))
		}
	}
	return last.Exchanges, last.Failed
}
