package http2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// first is a request in HTTP/1 that was handed over.
type first struct {
	response proto.Message
	said     strings.Builder
}

func (f *first) Response() *proto.Message { return &f.response }

func (f *first) Field(name, value []byte) { fmt.Fprintf(&f.said, "%s=%s ", name, value) }

func (f *first) Done(fault proto.Fault) { fmt.Fprintf(&f.said, "done %q", string(fault)) }

// upgraded is a connection that was one of HTTP/1.
func upgraded(t testing.TB, f *first, sink proto.Sink) *wire {
	h := proto.Handover{Name: Name, Sink: sink}
	if f != nil {
		h.First = f
	}
	p := New(Config{}).Upgraded(h)
	return &wire{t: t, p: p.(*parser), speakers: [2]*speaker{newSpeaker(), newSpeaker()}}
}

func TestUpgrade(t *testing.T) {
	f, c := &first{}, newCounter()
	w := upgraded(t, f, c)
	// The server need not wait for the preface, and may send as long frames as HTTP2-Settings has allowed.
	w.say(proto.ToClient, "settings\nheaders 1 :status=103 link=x\nheaders 1 :status=200 content-type=text/plain server=x\n"+`data 1 "y" * 20000`)
	w.say(proto.ToServer, "preface\nsettings\nheaders 3 end %s", get)
	w.say(proto.ToClient, "data 1 end \"abc\"\nheaders 3 end :status=200 server=x")
	require.Equal(t, `:status=200 content-type=text/plain server=x done ""`, f.said.String())
	require.True(t, f.response.Whole)
	require.EqualValues(t, 20003, f.response.Body)
	require.EqualValues(t, 1, f.response.First)
	require.EqualValues(t, 3, f.response.Last)
	require.Equal(t, 1, c.opened)
	require.Equal(t, map[proto.Fault]int{proto.NoFault: 1}, c.faults)
	require.Equal(t, map[proto.Lost]int{}, c.lost)
}

func TestUpgradeFails(t *testing.T) {
	for name, tc := range map[string]struct {
		packets []string
		want    string
	}{
		"reset":               {[]string{"< settings\nrst 1 2"}, `done "http2_internal_error"`},
		"reset by the client": {[]string{"> preface\nsettings\nrst 1 8"}, `done "http2_cancel"`},
		"closed":              {nil, `done "connection_closed"`},
		"closed halfway":      {[]string{"< settings\nheaders 1 :status=200\ndata 1 \"x\""}, `:status=200 done "connection_closed"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := &first{}
			w := upgraded(t, f, newCounter())
			for _, p := range tc.packets {
				dir := proto.ToServer
				if p[0] == '<' {
					dir = proto.ToClient
				}
				w.say(dir, "%s", p[1:])
			}
			w.p.Close(proto.ToServer, 9, proto.FIN)
			w.p.Close(proto.ToClient, 9, proto.FIN)
			require.Equal(t, tc.want, f.said.String())
		})
	}
}

func TestUpgradeOfNobody(t *testing.T) {
	c := newCounter()
	w := upgraded(t, nil, c)
	w.say(proto.ToClient, "settings\nheaders 1 end :status=200")
	w.say(proto.ToServer, "preface\nsettings\nheaders 3 end %s", get)
	w.say(proto.ToClient, "headers 3 end :status=200")
	require.Equal(t, 1, c.done)
	require.Equal(t, 1, c.lost[proto.LostNoRequest])
}
