package soak

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/soak/otlpsink"
	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
)

func TestBalance(t *testing.T) {
	type end struct {
		account vitals.Account
		made    Made
		failed  int64
		came    map[int]otlpsink.Count
		flows   int64
	}
	for name, tt := range map[string]struct {
		change func(*end)
		want   []string
	}{
		"exact":                  {change: func(*end) {}},
		"a request failed":       {change: func(e *end) { e.failed = 1 }, want: []string{"traffic"}},
		"no request was made":    {change: func(e *end) { e.made, e.came = nil, map[int]otlpsink.Count{9: {Other: 104}} }, want: []string{"traffic"}},
		"a message is forgotten": {change: func(e *end) { e.account.Used-- }, want: []string{"ledger"}},
		"a message is held":      {change: func(e *end) { e.account.Used--; e.account.Held++ }, want: []string{"ledger"}},
		"held for now":           {change: func(e *end) { e.account.Used--; e.account.Held++; e.flows = 1 }},
		"a span did not arrive":  {change: func(e *end) { e.account.Emitted++ }, want: []string{"delivered"}},
		"a span is missing":      {change: func(e *end) { e.came[80] = otlpsink.Count{Server: 29, Client: 30}; e.account.Emitted-- }, want: []string{"complete"}},
		"a span too many":        {change: func(e *end) { e.came[80] = otlpsink.Count{Server: 30, Client: 31}; e.account.Emitted++ }, want: []string{"complete"}},
		"missing and counted": {change: func(e *end) {
			e.came[80] = otlpsink.Count{Server: 29, Client: 30}
			e.account.Emitted--
			e.account.LostOther = 1
		}},
		"more missing than lost": {change: func(e *end) {
			e.came[80] = otlpsink.Count{Server: 28, Client: 30}
			e.account.Emitted -= 2
			e.account.Refused = 1
		}, want: []string{"complete"}},
		"a server without a span": {change: func(e *end) { delete(e.came, 53); e.account.Emitted -= 40 }, want: []string{"complete"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := end{
				account: vitals.Account{Messages: 208, Received: 208, Used: 200, Dropped: 5, Filtered: 3, Emitted: 104},
				made:    Made{80: 30, 53: 20},
				came:    map[int]otlpsink.Count{80: {Server: 30, Client: 30}, 53: {Server: 20, Client: 20}, 9: {Other: 4}},
			}
			tt.change(&e)
			found := Balance(e.account, e.flows, e.made, e.failed, e.came)
			assert.Equal(t, tt.want, failed(found), "%v", found)
		})
	}
}

func TestVerdict(t *testing.T) {
	line, ok := Verdict([]Finding{{"a", "1", true}, {"b", "2", true}})
	assert.Equal(t, "soak: PASS; a: 1; b: 2", line)
	assert.True(t, ok)
	line, ok = Verdict([]Finding{{"a", "1", true}, {"b", "2", false}})
	assert.Equal(t, "soak: FAIL; a: 1; FAILED b: 2", line)
	assert.False(t, ok)
}
