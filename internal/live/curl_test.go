package live

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// transfer is what curl says of one exchange.
type transfer struct {
	Status    int     `json:"http_code"`
	Port      int     `json:"local_port"`
	Connects  int     `json:"num_connects"`
	Received  int64   `json:"size_download"`
	Sent      int64   `json:"size_upload"`
	Seconds   float64 `json:"time_total"`
	ExitCode  int     `json:"exitcode"`
	PID       int     `json:"-"`
	Connected float64 `json:"time_connect"`
}

// took is from the request to the last byte, the connect left out.
func (x transfer) took() time.Duration {
	return time.Duration((x.Seconds - x.Connected) * float64(time.Second))
}

// curl runs curl with these arguments; every URL among them gives a transfer.
func curl(t testing.TB, args ...string) []transfer {
	t.Helper()
	return curlIn(t, testkit.Place{}, args...)
}

func curlIn(t testing.TB, place testkit.Place, args ...string) []transfer {
	t.Helper()
	testkit.Need(t, "curl")
	line := []string{"curl", "--silent", "--noproxy", "*", "--max-time", "60", "--write-out", "%{json}\n"}
	for _, arg := range args {
		if strings.HasPrefix(arg, "http://") {
			line = append(line, "--output", "/dev/null")
		}
		line = append(line, arg)
	}
	p := testkit.Start(t, testkit.Spec{Args: line, Place: place})
	_ = p.Wait(t, time.Minute) // the transfers tell how it went
	var all []transfer
	for text := range strings.Lines(p.Output()) {
		var x transfer
		require.NoError(t, json.Unmarshal([]byte(text), &x), "%s", text)
		x.PID = p.PID()
		all = append(all, x)
	}
	require.NotEmpty(t, all, "curl said nothing")
	return all
}
