package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestRedactQuery(t *testing.T) {
	for name, tc := range map[string]struct {
		list        []string
		query, want string
	}{
		"default":       {nil, "a=1&sig=x&X-Goog-Signature=y&X-Amz-Security-Token=z&X-Amz-Credential=c", "a=1&sig=REDACTED&X-Goog-Signature=REDACTED&X-Amz-Security-Token=REDACTED&X-Amz-Credential=REDACTED"},
		"own list":      {[]string{"token"}, "token=a=b&sig=x", "token=REDACTED&sig=x"},
		"empty list":    {[]string{}, "sig=x", "sig=x"},
		"nothing there": {nil, "design=x&a&&=&%73ig=1", "design=x&a&&=&%73ig=1"},
		"empty query":   {nil, "", ""},
	} {
		assert.Equal(t, tc.want, described(tc.list, tc.query), name)
	}
}

// described is the query of a server's span.
func described(secrets []string, query string) string {
	var d proto.Description
	New(Config{RedactQuery: secrets}).Describe(&View{Exchange: &proto.Exchange{}, Words: &Words{}, Query: query}, &d)
	kv, _ := d.Attrs.Get("url.query")
	return kv.Str
}
