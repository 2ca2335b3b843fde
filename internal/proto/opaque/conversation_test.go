package opaque

import (
	"encoding/hex"
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
	what string // "", "gap", "close", "void", "skip"
	data []byte
	n    int64
	how  proto.Ending
	more bool // a further piece of the step before
}

var endings = map[string]proto.Ending{
	"fin": proto.FIN, "rst": proto.RST, "gone": proto.Gone, "expired": proto.Expired, "idle": proto.Idle,
}

// parseStep reads the name of a section: direction, time, and gap N, close HOW, void or skip. The body holds
// hex digits and "texts", in which \r and \n may be written.
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
	case len(rest) == 1:
		s.what = rest[0]
	case len(rest) == 2 && rest[0] == "gap":
		s.what = "gap"
		s.n, err = strconv.ParseInt(rest[1], 10, 64)
	case len(rest) == 2:
		s.what, s.how = rest[0], endings[rest[1]]
	default:
		s.data, err = parseHex(body)
	}
	if err != nil {
		return s, fmt.Errorf("read step %q: %w", name, err)
	}
	return s, nil
}

// skip leaves exchanges out, where the parser can do without.
func skip(p proto.Parser) {
	if p, ok := p.(proto.Skipper); ok {
		p.Skip()
	}
}

func parseHex(text string) (out []byte, err error) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, `"`) {
			part, err := strconv.Unquote(line)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", line, err)
			}
			out = append(out, part...)
			continue
		}
		b, err := hex.DecodeString(line)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", line, err)
		}
		out = append(out, b...)
	}
	return out, nil
}

// run plays a conversation as the flow stage would, with a real ledger, and
// gives what the sink was told, and what the parser wants in the end.
func run(p proto.Protocol, steps []step) (lines []string, book *ledger.Ledger) {
	book = new(ledger.Ledger)
	sink := &recorder{}
	parser := p.NewParser(event.TCP, sink)
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
		case "void":
			parser.(proto.Provisional).Void()
		case "skip":
			skip(parser)
		default:
			if !s.more && (open[s.dir] == nil || last != int(s.dir)) {
				open[s.dir].Close()
				open[s.dir] = book.Open(ledger.UnknownProtocol)
				ordinals[s.dir]++
			}
			last = int(s.dir)
			origin := proto.Origin{Seq: 1000 * ordinals[s.dir], Ack: uint32(s.dir) + 1, Ordinal: ordinals[s.dir] - 1}
			data := append([]byte(nil), s.data...)
			parser.Feed(s.dir, &proto.Segment{At: s.at, Bytes: data, Origin: origin, Message: open[s.dir]})
			clear(data) // valid during the call only
		}
	}
	for _, m := range open {
		m.Close()
	}
	wants := fmt.Sprintf("wants %s %s", wanted[parser.Wants(proto.ToServer)], wanted[parser.Wants(proto.ToClient)])
	return append(sink.lines, wants), book
}

var wanted = map[proto.Want]string{proto.Heads: "heads", proto.Turns: "turns", proto.Totals: "totals"}

// recorder is a sink that writes down what it is told and releases what it is given.
type recorder struct {
	lines      []string
	undirected bool
	open       map[*proto.Exchange]bool
}

func (r *recorder) Open(x *proto.Exchange) {
	if r.open == nil {
		r.open = map[*proto.Exchange]bool{}
	}
	x.Undirected = r.undirected
	r.open[x] = true
	r.lines = append(r.lines, fmt.Sprintf("open %v %d/%d", time.Duration(x.Request.First), x.Request.Origin.Seq, x.Request.Origin.Ack))
}

func (r *recorder) Streams(x *proto.Exchange) {
	if !r.open[x] || x.Mark&proto.MarkStream == 0 {
		panic("streams, but not open or no stream")
	}
	r.lines = append(r.lines, "streams")
}

func (r *recorder) Done(x *proto.Exchange) {
	if !r.open[x] {
		panic("done, but not open")
	}
	delete(r.open, x)
	var d proto.Description
	x.Semantics.Describe(proto.Client, ends, &d)
	line := fmt.Sprintf("done %s there[%s] back[%s]", d.Name, half(&x.Request), half(&x.Response))
	if x.Fault != proto.NoFault {
		line += " " + string(x.Fault)
	}
	r.lines = append(r.lines, line)
	if x.Fault != proto.Void {
		r.lines = append(r.lines, attributes(&d))
	}
	for _, half := range [...]*proto.Message{&x.Request, &x.Response} {
		for _, a := range half.Accounts {
			a.(*ledger.Message).Resolve(ledger.Used)
		}
	}
	x.Semantics.Release()
}

func (r *recorder) Lost(m proto.Account, why proto.Lost) {
	if m != nil {
		m.(*ledger.Message).Because(ledger.NoRequest)
	}
	r.lines = append(r.lines, fmt.Sprint("lost ", why))
}

func half(m *proto.Message) string {
	if !m.Seen {
		return ""
	}
	s := fmt.Sprintf("%v-%v %dB m%d", time.Duration(m.First), time.Duration(m.Last), m.Wire, m.Origin.Ordinal)
	if !m.Whole {
		s += " part"
	}
	return s
}

// attributes are those that say something of the bytes.
func attributes(d *proto.Description) string {
	var out []string
	for _, kv := range d.Attrs {
		if strings.HasPrefix(kv.Key, "tls.") || strings.HasPrefix(kv.Key, "beyla.") || kv.Key == keyErrorType {
			value := kv.Str
			if list := kv.List(); list != nil {
				value = fmt.Sprint(list)
			} else if value == "" {
				value = strconv.FormatInt(kv.Num, 10)
			}
			out = append(out, kv.Key+"="+value)
		}
	}
	return "    " + strings.Join(out, " ")
}
