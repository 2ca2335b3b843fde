package dns

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// step is one call of a conversation.
type step struct {
	dir  proto.Dir
	at   int64
	what string // "", "gap", "close"
	data []byte
	n    int64
	how  proto.Ending
	same bool // goes on with the message before, whatever happened in between
	more bool // a further piece of the step before
}

var endings = map[string]proto.Ending{"fin": proto.FIN, "rst": proto.RST, "gone": proto.Gone, "expired": proto.Expired}

// parseStep reads the name of a section: direction, time, and gap N, close HOW or same.
//
//	> 1.5ms            < 20ms gap 100         > 1s close fin
func parseStep(name, body string) (s step, err error) {
	f := strings.Fields(name)
	if len(f) < 2 || f[0] != ">" && f[0] != "<" {
		return s, fmt.Errorf("read step %q: want direction and time", name)
	}
	if f[0] == "<" {
		s.dir = proto.ToClient
	}
	at, err := time.ParseDuration(f[1])
	if err != nil {
		return s, fmt.Errorf("read step %q: %w", name, err)
	}
	s.at = int64(at)
	switch rest := f[2:]; {
	case len(rest) == 2 && rest[0] == "gap":
		s.what = "gap"
		s.n, err = strconv.ParseInt(rest[1], 10, 64)
	case len(rest) == 2 && rest[0] == "close":
		s.what, s.how = "close", endings[rest[1]]
	default:
		s.same = len(rest) == 1 && rest[0] == "same"
		s.data, err = parseHex(body)
	}
	if err != nil {
		return s, fmt.Errorf("read step %q: %w", name, err)
	}
	return s, nil
}

// run plays a conversation as the flow stage would, with a real ledger, and
// gives one line per call of the sink.
func run(p proto.Protocol, t event.Transport, steps []step) (lines []string, book *ledger.Ledger) {
	book = new(ledger.Ledger)
	sink := &recorder{}
	parser := p.NewParser(t, sink)
	var open [2]*ledger.Message
	var ordinals [2]uint32
	last := -1
	for _, s := range steps {
		switch s.what {
		case "gap":
			parser.Gap(s.dir, s.at, s.n)
		case "close":
			open[s.dir].Close()
			open[s.dir] = nil
			parser.Close(s.dir, s.at, s.how)
		default:
			if fresh := open[s.dir] == nil || !s.same && (t == event.UDP || last != int(s.dir)); fresh && !s.more {
				open[s.dir].Close()
				open[s.dir] = book.Open(ledger.UnknownProtocol)
				ordinals[s.dir]++
			}
			last = int(s.dir)
			origin := proto.Origin{Seq: 1000 * ordinals[s.dir], Ack: uint32(s.dir), Ordinal: ordinals[s.dir] - 1}
			data := append([]byte(nil), s.data...)
			parser.Feed(s.dir, &proto.Segment{At: s.at, Bytes: data, Origin: origin, Message: open[s.dir]})
			clear(data) // valid during the call only
		}
	}
	for _, m := range open {
		m.Close()
	}
	return append(sink.lines, fmt.Sprintf("wants %s %s", wants[parser.Wants(proto.ToServer)], wants[parser.Wants(proto.ToClient)])), book
}

var wants = map[proto.Want]string{proto.Heads: "heads", proto.Rest: "rest", proto.All: "all", proto.Nothing: "nothing"}

var lost = map[proto.Lost]string{
	proto.LostGap: "gap", proto.LostSyntax: "syntax", proto.LostNoRequest: "no request", proto.LostCap: "cap",
	proto.LostOpaque: "opaque",
}

var reasons = map[proto.Lost]ledger.Reason{
	proto.LostGap: ledger.Gap, proto.LostSyntax: ledger.ParserGaveUp, proto.LostNoRequest: ledger.NoRequest,
	proto.LostCap: ledger.Inflight,
}

// recorder is a sink that writes down what it is told and releases what it is given.
type recorder struct {
	lines []string
	open  int
}

func (r *recorder) Open(x *proto.Exchange) {
	r.open++
	r.lines = append(r.lines, "open "+x.Semantics.(*exchange).name)
}

func (r *recorder) Done(x *proto.Exchange) {
	r.open--
	e := x.Semantics.(*exchange)
	var d proto.Description
	e.Describe(proto.Client, proto.Endpoints{}, &d)
	line := fmt.Sprintf("done %s %s id=%04x req[%s]", d.Name, e.name, e.id, half(&x.Request))
	if x.Response.Seen {
		line += fmt.Sprintf(" resp[%s] %s", half(&x.Response), rcodeName(e.rcode))
	}
	for _, a := range e.answers {
		line += " <" + a + ">"
	}
	if e.transfer.messages > 0 && e.transfer.kind != noTransfer {
		line += fmt.Sprintf(" messages=%d", e.transfer.messages)
	}
	if x.Fault != proto.NoFault {
		line += " " + string(x.Fault)
	}
	r.lines = append(r.lines, line)
	for _, half := range [...]*proto.Message{&x.Request, &x.Response} {
		for _, a := range half.Accounts {
			a.(*ledger.Message).Resolve(ledger.Used)
		}
	}
	e.Release()
}

func (*recorder) Streams(*proto.Exchange) {}

func (r *recorder) Lost(m proto.Account, why proto.Lost) {
	if m != nil {
		m.(*ledger.Message).Because(reasons[why])
	}
	r.lines = append(r.lines, "lost "+lost[why])
}

func half(m *proto.Message) string {
	s := fmt.Sprintf("%v-%v %dB m%d.%d", time.Duration(m.First), time.Duration(m.Last), m.Wire, m.Origin.Ordinal, m.Index)
	if m.Truncated {
		s += " truncated"
	}
	if !m.Whole {
		s += " part"
	}
	return s
}
