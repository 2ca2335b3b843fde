package grpc

import (
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// statusMissing is the error.type of a call whose response was whole, said 200, and had no code.
const statusMissing = "status_missing"

// describeOutcome says how it ended; the package comment has the rules.
func (view *View) describeOutcome(v *Vocabulary, d *proto.Description) {
	c, x, a := view.Call, view.Exchange, &d.Attrs
	switch {
	case c.coded:
		view.describeCode(c.code, d)
	case x.Fault != proto.NoFault:
		// That we lost sight of the response is no failure of theirs.
		d.Error = x.Fault != proto.NotObserved && !(view.Cancelled && view.Side == proto.Server)
		a.Str("error.type", string(x.Fault))
	case c.status != 0 && c.status != 200:
		a.Int("http.response.status_code", int64(c.status))
		view.describeStatus(v, d)
	case c.ending.failed && view.Side == proto.Client:
		// An error whose code could not be read; which it was decides at the server's end.
		d.Error = true
		a.Str("error.type", "_OTHER")
	case view.misses():
		d.Error = true
		a.Str("error.type", statusMissing)
	}
}

// describeCode says a code, with the error rules of the conventions.
func (view *View) describeCode(code Code, d *proto.Description) {
	name := view.Call.spell(code)
	if name != "" {
		d.Attrs.Str("rpc.response.status_code", name)
	}
	if code != OK && (view.Side == proto.Client || code.failsServer()) {
		d.Error = true
		d.Attrs.Str("error.type", name)
	}
}

// describeStatus says what an HTTP status without a code means: to the client what it will make of it.
func (view *View) describeStatus(v *Vocabulary, d *proto.Description) {
	c := view.Call
	switch {
	case view.Side == proto.Client && !c.unread() && !view.Unknown:
		view.describeCode(inferred(c.status), d)
	case view.Side == proto.Client, c.status >= 500:
		d.Error = true
		var buf [8]byte
		d.Attrs.Str("error.type", v.words.Text(strconv.AppendInt(buf[:0], int64(c.status), 10)))
	}
}

// unread tells a Connect error that has JSON in which no code was found.
func (c *Call) unread() bool {
	return c.Flavour == ConnectUnary && c.media[proto.ToClient] == jsonMedia
}

// misses tells a response that should have had a code and had none.
func (view *View) misses() bool {
	c, x := view.Call, view.Exchange
	if c.status == 0 || !x.Response.Whole || x.Response.Truncated || view.Unknown {
		return false
	}
	switch c.Flavour {
	case GRPC:
		return true
	case Web, WebText, ConnectStream:
		// A last frame that was there may have had it.
		w := &c.walkers[proto.ToClient]
		return c.media[proto.ToClient].foreign() || w.known && !w.ended
	}
	return false
}
