package opaque

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// A conversation of TLS is told by its first message, from either end, and any other is not.
func TestDetect(t *testing.T) {
	paths, err := filepath.Glob(conversations)
	require.NoError(t, err)
	for _, path := range paths {
		_, steps := load(t, path)
		var heads [2][]byte
		for _, s := range steps {
			if len(heads[s.dir]) == 0 {
				heads[s.dir] = s.data
			}
		}
		want := proto.No
		if strings.HasPrefix(filepath.Base(path), "tls") {
			want = proto.Yes
		}
		for dir, b := range heads {
			if len(b) == 0 {
				continue
			}
			var one [2][]byte
			one[dir] = b
			assert.Equal(t, want, Detect(event.TCP, one[0], one[1]), path)
			one = [2][]byte{}
			one[dir] = b[:1]
			assert.NotEqual(t, proto.Yes, Detect(event.TCP, one[0], one[1]), "%s: one byte is no evidence", path)
		}
		if want == proto.Yes {
			assert.Equal(t, proto.Yes, Detect(event.TCP, heads[0], heads[1]), path)
			assert.Equal(t, proto.No, Detect(event.TCP, heads[0], []byte("HTTP/1.1 400 Bad Request\r\n")), path)
			assert.Equal(t, proto.No, Detect(event.TCP, nil, heads[0]), "%s: a client's hello, from the server", path)
		}
		assert.Equal(t, proto.No, Detect(event.UDP, heads[0], heads[1]), path)
	}
	assert.Equal(t, proto.NeedMore, Detect(event.TCP, nil, nil))
	assert.Equal(t, proto.NeedMore, Detect(event.TCP, []byte{22, 3, 1, 2, 0}, nil))
	assert.Equal(t, Name, New(Config{}).Name())
	assert.Equal(t, proto.NeedMore, New(Config{}).Detect(event.TCP, nil, nil))
}
