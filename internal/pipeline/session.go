//go:build linux && (amd64 || arm64)

package pipeline

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// session is what the engine knows of a flow: which protocol it speaks, which
// way, and whether anybody wants to know. It outlives the flow while exchanges
// wait for their owner.
type session struct {
	e     *Engine
	flow  *flow.Flow // nil once the flow is gone
	state state

	local, remote netip.AddrPort
	process       event.Process // of a flow that is gone

	protocol *protocol
	// parser is nil until a protocol has claimed the bytes, or a message was nobody's: then
	// it is the one of last resort, which takes them in the meantime.
	parser proto.Parser
	// toServer is the direction that carries requests; certain tells whether it is known.
	toServer event.Dir
	certain  bool
	opened   bool // a request was seen

	sniff  sniff
	choice selection.Choice
	lost   ledger.Reason // why the parser last gave something up
	polled bool
	// skipping: whole exchanges are left out, and the parser need not know.
	skipping bool
	// ordered: the kernel may hold a verdict, or progress, of this socket.
	ordered bool
	verdict tap.Verdict // the last one that the kernel was told

	// conn is nil until a request, or somebody who reads one, is known.
	conn *correlate.Conn
	// sender wrote the newest message that went out.
	sender   correlate.Sender
	readTime int64  // when the newest message that came in began to be read
	sent     uint32 // how many messages went out
	// wire: the connection is seen on an interface; ends are those that are here.
	wire, udp bool
	ends      Sides
	// arrivedLost is event.Event.Lost of the newest message that came in.
	arrivedLost uint32
	again       uint32 // how many segments were sent again

	row *row // what the explain page wants to know; nil when nobody may ask
}

// state is how far a session has come.
type state uint8

const (
	// sniffing: no protocol has claimed the bytes yet.
	sniffing state = iota
	// parsing: one has.
	parsing
	// deaf: nothing more of the flow is wanted.
	deaf
)

func newSession(e *Engine, f *flow.Flow) *session {
	s := &session{e: e, flow: f, local: f.Local, remote: f.Remote, lost: ledger.ParserGaveUp}
	s.wire, s.udp = e.wireCookie(f.Cookie), f.Transport == event.UDP
	if e.selector.All() {
		s.choice = selection.Selected
	}
	s.row = e.explain.open(s, f)
	return s
}

// direction turns the tap's direction into the protocol's.
func (s *session) direction(d event.Dir) proto.Dir {
	if d == s.toServer {
		return proto.ToServer
	}
	return proto.ToClient
}

// server tells whether the local socket is the server's.
func (s *session) server() bool { return s.toServer == event.Ingress }

func (s *session) endpoints() proto.Endpoints {
	if s.server() {
		return proto.Endpoints{Client: s.remote, Server: s.local}
	}
	return proto.Endpoints{Client: s.local, Server: s.remote}
}

// holder is who holds the socket, as far as it is known.
func (s *session) holder() event.Process {
	if s.flow != nil {
		return s.flow.Process
	}
	return s.process
}

// take handles the next bytes of a direction.
func (s *session) take(seg *flow.Segment) {
	if seg.Shed {
		s.skip()
		return
	}
	s.skipping = false
	s.orient()
	s.notice(seg)
	s.row.took(seg)
	if s.state != deaf && s.choose(false) == selection.Unselected {
		s.deafen(ledger.Unselected)
	}
	switch s.state {
	case sniffing:
		s.detect(seg)
	case parsing:
		s.feed(seg)
	case deaf:
		seg.Message.Because(s.lost)
	}
}

// orient takes over what the handshake told, once.
func (s *session) orient() {
	if s.certain || s.flow.Role == event.RoleUnknown {
		return
	}
	s.certain = true
	s.toServer = event.Ingress
	if s.flow.Role == event.RoleClient {
		s.toServer = event.Egress
	}
}

func (s *session) feed(seg *flow.Segment) {
	s.pass(seg)
	s.follow()
}

// pass hands a segment to the parser.
func (s *session) pass(seg *flow.Segment) {
	p := &s.e.segment
	*p = proto.Segment{
		At: seg.At, Bytes: seg.Bytes,
		Seq: seg.ByteSeq, Ack: seg.PacketAck,
		Origin: proto.Origin{Seq: seg.Seq, Ack: seg.Ack, Ordinal: seg.Ordinal},
	}
	if seg.Message != nil { // a nil pointer in an interface is not nil
		p.Message = seg.Message
	}
	s.parser.Feed(s.direction(seg.Dir), p)
}

func (s *session) gap(d event.Dir, at, n int64) {
	s.row.passed(d, at, n)
	if s.skipping {
		return
	}
	switch s.state {
	case sniffing:
		s.sniff.reset()
		if s.parser != nil {
			s.parser.Gap(s.direction(d), at, n)
		}
	case parsing:
		s.parser.Gap(s.direction(d), at, n)
		s.follow()
	}
}

func (s *session) end(d event.Dir, last int64, how proto.Ending) {
	if n := len(s.sniff.pieces); n > 0 && s.state == sniffing && s.parser == nil {
		s.fallBack(&s.sniff.pieces[n-1]) // more was wanted, and will not come
	}
	if s.parser != nil {
		s.parser.Close(s.direction(d), last, how)
	}
}

// verdicts are what the kernel has to give for what a parser wants; of what the two
// directions want, it gives what is more.
var verdicts = [...]struct {
	verdict tap.Verdict
	more    uint8
}{
	proto.Nothing: {tap.Totals, 0}, // while the other direction wants something
	proto.Totals:  {tap.Totals, 0},
	proto.Turns:   {tap.Turns, 1},
	proto.Heads:   {tap.Window, 2},
	proto.Rest:    {tap.Window, 2},
	proto.Frames:  {tap.Frames, 3},
	proto.All:     {tap.All, 4},
}

// follow turns what the parser wants into orders for the kernel.
func (s *session) follow() {
	there, back := s.parser.Wants(proto.ToServer), s.parser.Wants(proto.ToClient)
	if there == proto.Nothing && back == proto.Nothing {
		s.deafen(s.lost)
		return
	}
	want := verdicts[there]
	if v := verdicts[back]; v.more > want.more {
		want = v
	}
	if want.verdict != s.verdict {
		s.verdict, s.ordered = want.verdict, true
		s.e.order(s.e.src.Order(s.flow.Cookie, want.verdict))
		if want.verdict == tap.Totals {
			s.disconnect() // nobody will be told of what is sent back
		}
	}
	if !s.polled && (there == proto.Rest || back == proto.Rest) {
		s.polled, s.ordered = true, true
		s.e.polls.list = append(s.e.polls.list, s)
	}
}

// deafen stops listening to the flow, here and in the kernel. For UDP the
// kernel's side is a matter of the whole socket.
func (s *session) deafen(why ledger.Reason) {
	s.state = deaf
	s.lost = why
	s.row.because(why)
	s.sniff.reset()
	s.disconnect()
	if s.flow == nil {
		return
	}
	s.flow.Ignore(why)
	if s.flow.Transport == event.TCP {
		s.ordered = true
		s.e.order(s.e.src.Order(s.flow.Cookie, tap.Ignore))
	}
}

// gone is the end of the flow; both directions have ended before.
func (s *session) gone() {
	s.process = s.flow.Process
	s.flow = nil
	s.disconnect()
	s.sniff.reset()
	s.row.over()
}
