package dns

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

var ends = proto.Endpoints{
	Client: netip.MustParseAddrPort("10.0.0.1:40000"),
	Server: netip.MustParseAddrPort("[::ffff:10.0.0.53]:53"),
}

// keeper is a sink that releases nothing.
type keeper struct{ done []*proto.Exchange }

func (*keeper) Open(*proto.Exchange)     {}
func (k *keeper) Done(x *proto.Exchange) { k.done = append(k.done, x) }
func (*keeper) Streams(*proto.Exchange)  {}

func (*keeper) Lost(proto.Account, proto.Lost) {}

// exchangeOf plays one query and, if there is one, its response.
func exchangeOf(t event.Transport, ask, answer []byte, how proto.Ending) *proto.Exchange {
	if t == event.TCP {
		ask, answer = framed(ask), framed(answer)
	}
	sink := &keeper{}
	p := New(Config{}).NewParser(t, sink)
	p.Feed(proto.ToServer, &proto.Segment{At: 1, Bytes: ask})
	if answer != nil && len(answer) > prefixSize {
		p.Feed(proto.ToClient, &proto.Segment{At: 2, Bytes: answer})
	}
	p.Close(proto.ToClient, 0, how)
	return sink.done[0]
}

func describe(x *proto.Exchange, side proto.Side) proto.Description {
	d := proto.Description{Name: "old"}
	d.Reset()
	x.Semantics.Describe(side, ends, &d)
	return d
}

// list makes an attribute list of pairs.
func list(pairs ...any) attr.List {
	var l attr.List
	for i := 0; i < len(pairs); i += 2 {
		key := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case string:
			l.Str(key, v)
		case int:
			l.Int(key, int64(v))
		case []string:
			l.Strings(key, v)
		}
	}
	return l
}

func TestDescribe(t *testing.T) {
	x := exchangeOf(event.UDP, query(1, "example.com", typeA),
		response(1, "example.com", typeA, 0, rr(toQuestion, typeA, 10, 0, 0, 1), rr(toQuestion, typeA, 10, 0, 0, 2)), proto.Gone)
	head := list("dns.question.name", "example.com", "beyla.dns.question.type", "A",
		"beyla.dns.response_code", "NOERROR", "dns.answers", []string{"10.0.0.1", "10.0.0.2"})

	assert.Equal(t, proto.Description{
		Name: "DNS A",
		Attrs: append(head[:len(head):len(head)], list("server.address", "10.0.0.53", "server.port", 53,
			"network.peer.address", "10.0.0.53", "network.peer.port", 53, "network.transport", "udp")...),
	}, describe(x, proto.Client))
	assert.Equal(t, proto.Description{
		Name: "DNS A",
		Attrs: append(head[:len(head):len(head)], list("server.address", "10.0.0.53", "server.port", 53,
			"client.address", "10.0.0.1", "client.port", 40000,
			"network.peer.address", "10.0.0.1", "network.peer.port", 40000, "network.transport", "udp")...),
	}, describe(x, proto.Server))
	x.Semantics.Release()
}

func TestDescribeErrors(t *testing.T) {
	ask := query(1, "example.com", typeA)
	fails := func(rcode uint16) []byte { return response(1, "example.com", typeA, rcode) }
	tests := map[string]struct {
		answer         []byte
		how            proto.Ending
		client, server string // error.type
		unset          bool   // the status, all the same
	}{
		"NXDOMAIN":     {answer: fails(3), client: "NXDOMAIN"},
		"FORMERR":      {answer: fails(1), client: "FORMERR"},
		"REFUSED":      {answer: fails(5), client: "REFUSED"},
		"SERVFAIL":     {answer: fails(2), client: "SERVFAIL", server: "SERVFAIL"},
		"NOTIMP":       {answer: fails(4), client: "NOTIMP", server: "NOTIMP"},
		"NOERROR":      {answer: fails(0)},
		"closed":       {how: proto.Gone, client: "connection_closed", server: "connection_closed"},
		"reset":        {how: proto.RST, client: "connection_reset", server: "connection_reset"},
		"idle":         {how: proto.Idle, client: "timeout", server: "timeout"},
		"not observed": {how: proto.Expired, client: "response_not_observed", server: "response_not_observed", unset: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := exchangeOf(event.UDP, ask, tt.answer, tt.how)
			for side, want := range map[proto.Side]string{proto.Client: tt.client, proto.Server: tt.server} {
				d := describe(x, side)
				kind, has := d.Attrs.Get("error.type")
				assert.Equal(t, want, kind.Str)
				assert.Equal(t, want != "", has, "never on success")
				assert.Equal(t, want != "" && !tt.unset, d.Error)
				_, has = d.Attrs.Get("beyla.dns.response_code")
				assert.Equal(t, tt.answer != nil, has, "no code without a response")
			}
		})
	}
}

func TestDescribeOperationsAndTransfers(t *testing.T) {
	update := func(flags uint16) []byte {
		return message{id: 1, flags: flags | 5<<opShift, questions: [][]byte{question("example", typeSOA)}}.bytes()
	}
	x := exchangeOf(event.TCP, update(0), update(flagResponse), proto.FIN)
	d := describe(x, proto.Server)
	assert.Equal(t, "DNS UPDATE", d.Name)
	op, _ := d.Attrs.Get("beyla.dns.operation")
	assert.Equal(t, "UPDATE", op.Str)
	transport, _ := d.Attrs.Get("network.transport")
	assert.Equal(t, "tcp", transport.Str)

	x = exchangeOf(event.TCP, query(1, "example", typeAXFR),
		response(1, "example", typeAXFR, 0, soa(toQuestion, 1), rr("a.example", typeA, 10, 0, 0, 1), soa(toQuestion, 1)), proto.FIN)
	d = describe(x, proto.Client)
	assert.Equal(t, "DNS AXFR", d.Name)
	messages, _ := d.Attrs.Get("beyla.dns.response.messages")
	assert.Equal(t, int64(1), messages.Num)
	_, has := d.Attrs.Get("dns.answers")
	assert.False(t, has, "a zone is no answer")
}

func TestEveryNumberHasAName(t *testing.T) {
	names := map[string]bool{}
	for n := range 1 << 16 {
		text := typeName(uint16(n))
		names[text] = true
	}
	assert.Len(t, names, 1<<16, "each its own")
	assert.NotContains(t, names, "")
	assert.Equal(t, "TYPE54", typeName(54))
	assert.Equal(t, "DNS", spanName(opQuery, 54), "numbers make no span names")
	for op := range uint8(opDSO) {
		h := header{flags: uint16(op) << opShift}
		if h.check() == nil {
			assert.NotEmpty(t, opName(op))
		}
	}
	assert.Equal(t, "BADCOOKIE", rcodeName(23))
	assert.Equal(t, "RCODE4095", rcodeName(4095))
}
