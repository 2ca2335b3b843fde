package fastcgi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestDetect(t *testing.T) {
	for name, tc := range map[string]struct {
		script string
		want   proto.Verdict
	}{
		"begin":                  {"begin 1 1 0", proto.Yes},
		"begin, kept, and more":  {"begin 65535 3 1\nparams 65535 A=b", proto.Yes},
		"padded":                 {"begin 1 1 0 pad 8", proto.Yes},
		"no id":                  {"begin 0 1 0", proto.No},
		"no role":                {"begin 1 0 0", proto.No},
		"unknown role":           {"begin 1 4 0", proto.No},
		"unknown flags":          {"begin 1 1 2", proto.No},
		"reserved in the header": {`raw "\x01\x01\x00\x01\x00\x08\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00"`, proto.No},
		"reserved elsewhere":     {`raw "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x07\x00\x00\x00\x01"`, proto.Yes},
		"another version":        {`raw "\x02\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"`, proto.No},
		"another length":         {`raw "\x01\x01\x00\x01\x00\x09\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"`, proto.No},
		"values":                 {"values FCGI_MPXS_CONNS", proto.Yes},
		"values of something":    {"values MPXS_CONNS_FCGI_", proto.No},
		"values given":           {"values FCGI_MPXS_CONNS=1", proto.No},
		"no values":              {"values", proto.NeedMore},
		"params only":            {"params 1 REQUEST_METHOD=GET", proto.No},
		"nothing":                {"", proto.No},
		"a DNS query by length":  {`raw "\x01\x01\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a"`, proto.No},
		"HTTP":                   {`raw "GET / HTTP/1.1\r\n\r\n"`, proto.No},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := compile(tc.script)
			require.NoError(t, err)
			assert.Equal(t, tc.want, Detect(event.TCP, b, nil))
			assert.Equal(t, proto.No, Detect(event.UDP, b, nil))
			assert.Equal(t, proto.No, Detect(event.TCP, nil, b), "the application says nothing of its own")
			for n := 1; tc.want == proto.Yes && n < 11; n++ {
				assert.Equal(t, proto.NeedMore, Detect(event.TCP, b[:n], nil), "%d bytes", n)
			}
		})
	}
}

func TestDetectDoesNotAllocate(t *testing.T) {
	b, err := compile("values FCGI_MAX_CONNS " + strings.Repeat("X", 100))
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { Detect(event.TCP, b, nil); Detect(event.TCP, b[:12], nil) }))
}
