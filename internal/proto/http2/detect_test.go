package http2

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// said is a script's bytes.
func said(t testing.TB, scripts ...string) string {
	t.Helper()
	s := newSpeaker()
	var last []byte
	for _, script := range scripts {
		b, err := s.say(script)
		require.NoError(t, err)
		last = b
	}
	return string(last)
}

func TestDetect(t *testing.T) {
	const get = "headers 5 end :method=GET :scheme=http :path=/x :authority=a.test"
	const ok = "headers 5 :status=200 server=x"
	for name, tc := range map[string]struct {
		toServer, toClient string
		want               proto.Verdict
	}{
		"nothing yet":                         {"", "", proto.NeedMore},
		"preface":                             {preface, "", proto.Yes},
		"preface and more":                    {said(t, "preface\nsettings"), "", proto.Yes},
		"a part of the preface":               {preface[:3], "", proto.NeedMore},
		"all but the end of the preface":      {preface[:23], "", proto.NeedMore},
		"not quite the preface":               {"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "", proto.No},
		"the server's settings":               {"", said(t, "settings 3=100"), proto.Yes},
		"settings with extensions":            {"", said(t, "settings 3=100 2570=1"), proto.Yes},
		"settings, and a part of the preface": {preface[:5], said(t, "settings 3=100"), proto.Yes},
		"settings, and not HTTP/2":            {"GET / HTTP/1.1\r\n", said(t, "settings 3=100"), proto.NeedMore},
		"settings that may not be":            {"", said(t, "settings 2=7"), proto.NeedMore},
		"settings of extensions only":         {"", said(t, "settings 2570=1"), proto.NeedMore},
		"empty settings":                      {"", said(t, "settings"), proto.NeedMore},
		"empty settings and a response":       {"", said(t, "settings\n"+ok), proto.Yes},
		"acknowledged settings":               {"", said(t, "settings ack"), proto.NeedMore},
		"half of the settings":                {"", said(t, "settings 3=100 4=65535")[:12], proto.NeedMore},
		"a request in the middle":             {said(t, get), "", proto.Yes},
		"a request behind other frames":       {said(t, "window 3 5\nping\ndata 3 \"abc\"\n"+get), "", proto.Yes},
		"a request with padding and priority": {said(t, "headers 5 end pad 7 priority 3 :method=GET :scheme=http :path=/x"), "", proto.Yes},
		"a request whose table is not known":  {said(t, get, get), "", proto.Yes},
		"half a request":                      {said(t, get)[:15], "", proto.NeedMore},
		"a response in the middle":            {"", said(t, ok), proto.Yes},
		"a response, the other end unclear":   {"\x42\x00\x17 inside of something", said(t, ok), proto.Yes},
		"frames that do not tell":             {said(t, "window 3 5\nping"), said(t, "data 3 \"abc\"\nsettings ack"), proto.NeedMore},
		"trailers do not tell":                {"", said(t, "headers 5 end grpc-status=0"), proto.NeedMore},
		"a request the wrong way":             {"", said(t, get), proto.No},
		"a response the wrong way":            {said(t, ok), "", proto.No},
		"names in upper case":                 {said(t, "headers 5 end :method=GET X-A=b"), "", proto.No},
		"a block that does not decode":        {"\x00\x00\x02\x01\x05\x00\x00\x00\x01\x80\x80", "", proto.No},
		"padding that does not fit":           {"\x00\x00\x02\x01\x0d\x00\x00\x00\x01\x09\x82", "", proto.No},
		"http1":                               {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", proto.No},
		"http1, the preface as a request":     {"PRI * HTTP/1.1\r\n\r\n", "", proto.No},
		"tls":                                 {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "\x16\x03\x03\x00\x7a\x02\x00\x00\x76", proto.No},
		"redis":                               {"*1\r\n$4\r\nPING\r\n", "+PONG\r\n", proto.No},
		"postgres, startup":                   {"\x00\x00\x00\x29\x00\x03\x00\x00user\x00app\x00database\x00shop\x00\x00", "", proto.No},
		"postgres, ssl request":               {"\x00\x00\x00\x08\x04\xd2\x16\x2f", "N", proto.No},
		"postgres, query":                     {"Q\x00\x00\x00\x0dSELECT 1\x00", "T\x00\x00\x00\x21\x00\x01", proto.No},
		"mysql, greeting":                     {"", "\x4a\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00", proto.No},
		"mysql, query":                        {"\x09\x00\x00\x00\x03SELECT 1", "\x01\x00\x00\x01\x01", proto.No},
		"mysql, ping":                         {"\x01\x00\x00\x00\x0e", "\x07\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00", proto.No},
		"fastcgi":                             {"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", "", proto.No},
		"kafka":                               {"\x00\x00\x00\x1c\x00\x12\x00\x03\x00\x00\x00\x01\x00\x07console", "", proto.No},
		"mongodb":                             {"\x10\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00", "", proto.No},
		"dns over tcp":                        {"\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01", "", proto.No},
		"ssh":                                 {"SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-x\r\n", proto.No},
		"zeros":                               {strings.Repeat("\x00", 64), strings.Repeat("\x00", 64), proto.No},
	} {
		t.Run(name, func(t *testing.T) {
			o := New(Config{})
			assert.Equal(t, tc.want, o.Detect(event.TCP, []byte(tc.toServer), []byte(tc.toClient)))
			assert.Equal(t, proto.No, o.Detect(event.UDP, []byte(tc.toServer), []byte(tc.toClient)))
		})
	}
}

// TestRandomBytesAreNobodys, also such as begin with zeros, and small numbers in words of four bytes.
func TestRandomBytesAreNobodys(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300_000 {
		b := make([]byte, 9+r.IntN(60))
		for i := range b {
			switch r.IntN(4) {
			case 0:
				b[i] = byte(r.IntN(16))
			case 1:
				b[i] = byte(r.Uint32())
			}
		}
		if Detect(event.TCP, b, nil) == proto.Yes || Detect(event.TCP, nil, b) == proto.Yes {
			require.NotEmpty(t, b)
			t.Logf("%s", hex.EncodeToString(b))
			t.Fail()
		}
	}
}

// TestVerdictsStand: a verdict that was given stands, whatever comes after, for any part of what is ours.
func TestVerdictsStand(t *testing.T) {
	for name, c := range sound(t) {
		for n := range c.steps {
			s := c.steps[n]
			for at := range s.data {
				var whole, part [2][]byte
				whole[s.dir], part[s.dir] = s.data, s.data[:at]
				early := Detect(event.TCP, part[0], part[1])
				if early == proto.NeedMore {
					continue
				}
				require.Equal(t, Detect(event.TCP, whole[0], whole[1]), early, "%s, frame %d, %d bytes", name, n, at)
			}
		}
	}
}
