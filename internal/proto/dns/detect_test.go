package dns

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestDetectDatagrams(t *testing.T) {
	ask := query(1, "example.com", typeA)
	answer := response(1, "example.com", typeA, 0, rr(toQuestion, typeA, 10, 0, 0, 1))
	with := func(m message) []byte { return m.bytes() }
	a := [][]byte{question("example.com", typeA)}
	encoded := "EGFCEFEECACACACACACACACACACACACA"

	tests := map[string]struct {
		toServer, toClient []byte
		want               proto.Verdict
	}{
		"query":                 {ask, nil, proto.Yes},
		"query and response":    {ask, answer, proto.Yes},
		"response alone":        {nil, answer, proto.Yes},
		"nothing yet":           {nil, nil, proto.NeedMore},
		"the wrong way round":   {answer, nil, proto.No},
		"two that ask":          {ask, ask, proto.No},
		"response of another":   {ask, []byte("\x16\x03\x01 hello, this is not DNS"), proto.No},
		"extended":              {with(message{id: 1, flags: flagsAsked, questions: a, additional: [][]byte{opt(0)}}), nil, proto.Yes},
		"extended, cut":         {with(message{id: 1, flags: flagsAsked, questions: a, additional: [][]byte{opt(0)[:7]}}), nil, proto.Yes},
		"zone transfer":         {with(message{id: 1, questions: [][]byte{question("example", typeIXFR)}, authority: [][]byte{soa("example", 1)}}), nil, proto.Yes},
		"update":                {with(message{id: 1, flags: 5 << opShift, questions: [][]byte{question("example", typeSOA)}, authority: [][]byte{rr("a.example", typeA)}}), nil, proto.Yes},
		"notify":                {with(message{id: 1, flags: 4<<opShift | 0x400, questions: [][]byte{question("example", typeSOA)}, answers: [][]byte{soa("example", 1)}}), nil, proto.Yes},
		"chaos class":           {with(message{id: 1, flags: flagsAsked, questions: [][]byte{questionOf("version.bind", typeTXT, classCH)}}), nil, proto.Yes},
		"private type":          {query(1, "example.com", 65280), nil, proto.Yes},
		"response cut":          {nil, answer[:len(answer)-3], proto.Yes},
		"header alone":          {ask[:headerSize], nil, proto.No},
		"name runs out":         {ask[:len(ask)-6], nil, proto.No},
		"trailing bytes":        {append(query(1, "example.com", typeA), 0), nil, proto.No},
		"record's name is none": {nil, append(response(1, "example.com", typeA, 0)[:headerSize-5], append([]byte{1, 0, 0, 0, 0}, append(question("example.com", typeA), 0x41, 'a')...)...), proto.No},
		"two questions":         {with(message{id: 1, flags: flagsAsked, questions: [][]byte{a[0], a[0]}}), nil, proto.No},
		"no question":           {nil, with(message{id: 1, flags: flagsAnswered}), proto.No},
		"unassigned operation":  {with(message{id: 1, flags: 3 << opShift, questions: a}), nil, proto.No},
		"operation 7":           {with(message{id: 1, flags: 7 << opShift, questions: a}), nil, proto.No},
		"stateful operation":    {with(message{id: 1, flags: 6 << opShift, questions: a}), nil, proto.No},
		"reserved bit":          {with(message{id: 1, flags: flagReserved, questions: a}), nil, proto.No},
		"query with a code":     {with(message{id: 1, flags: 3, questions: a}), nil, proto.No},
		"query, truncated":      {with(message{id: 1, flags: flagTruncated, questions: a}), nil, proto.No},
		"query with answers":    {with(message{id: 1, questions: a, answers: [][]byte{rr(toQuestion, typeA, 1, 2, 3, 4)}}), nil, proto.No},
		"query with authority":  {with(message{id: 1, questions: a, authority: [][]byte{soa("example", 1)}}), nil, proto.No},
		"many extras":           {with(message{id: 1, questions: a, counts: &[4]uint16{1, 0, 0, maxExtras + 1}}), nil, proto.No},
		"too many records":      {nil, with(message{id: 1, flags: flagsAnswered, questions: a, counts: &[4]uint16{1, 5000, 900, 100}}), proto.No},
		"type 0":                {query(1, "example.com", 0), nil, proto.No},
		"type OPT":              {query(1, "example.com", typeOPT), nil, proto.No},
		"unassigned type":       {query(1, "example.com", 4711), nil, proto.No},
		"unassigned class":      {with(message{id: 1, questions: [][]byte{questionOf("example.com", typeA, 2)}}), nil, proto.No},

		"multicast, unicast response wanted": {with(message{questions: [][]byte{questionOf("printer.local", typeA, 0x8001)}}), nil, proto.No},
		"multicast":                          {query0("_ipp._tcp.LOCAL", typePTR), nil, proto.No},
		"multicast, reverse":                 {query0("1.2.0.10.in-addr.arpa", 255), nil, proto.No},
		"id zero of a resolver":              {query0("example.com", typeA), nil, proto.Yes},
		"multicast, several":                 {with(message{questions: [][]byte{question("a.local", typeA), question("b.local", typeA)}}), nil, proto.No},
		"multicast response":                 {nil, with(message{flags: 0x8400, answers: [][]byte{rr("a.local", typeA, 1, 2, 3, 4)}}), proto.No},
		"NetBIOS name":                       {with(message{id: 1, flags: 0x0110, questions: [][]byte{question(encoded, typeNB)}}), nil, proto.No},
		"NetBIOS status":                     {with(message{id: 1, questions: [][]byte{question(encoded, typeSRV)}}), nil, proto.No},
		"NetBIOS status, scope":              {with(message{id: 1, questions: [][]byte{question(encoded+".lan", typeSRV)}}), nil, proto.No},
		"service":                            {query(1, "_ldap._tcp.dc._msdcs.example.com", typeSRV), nil, proto.Yes},
		"service of a long name":             {query(1, strings.Repeat("a", 32), typeSRV), nil, proto.Yes},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, Detect(event.UDP, tt.toServer, tt.toClient))
		})
	}
}

// query0 asks as multicast DNS does: no id, no recursion.
func query0(name string, qtype uint16) []byte {
	return message{questions: [][]byte{question(name, qtype)}}.bytes()
}

func TestDetectStreams(t *testing.T) {
	ask := framed(query(1, "example.com", typeA))
	answer := framed(response(1, "example.com", typeA, 0, rr(toQuestion, typeA, 10, 0, 0, 1)))

	for n := 1; n < len(ask); n++ {
		require.Equal(t, proto.NeedMore, Detect(event.TCP, ask[:n], nil), "%d bytes", n)
	}
	for n := 1; n < len(answer)-16; n++ {
		require.Equal(t, proto.NeedMore, Detect(event.TCP, nil, answer[:n]), "%d bytes", n)
	}
	assert.Equal(t, proto.Yes, Detect(event.TCP, ask, nil))
	assert.Equal(t, proto.Yes, Detect(event.TCP, append(ask, ask[:5]...), answer), "the next query begins")
	assert.Equal(t, proto.Yes, Detect(event.TCP, ask, answer[:1]), "one half is enough")
	assert.Equal(t, proto.Yes, Detect(event.TCP, nil, answer[:len(answer)-4]), "the question is there")
	assert.Equal(t, proto.No, Detect(event.TCP, answer, nil), "the wrong way round")
	assert.Equal(t, proto.No, Detect(event.TCP, answer[:5], nil), "the wrong way round, early")
	assert.Equal(t, proto.No, Detect(event.TCP, ask[2:], nil), "no length")
	assert.Equal(t, proto.No, Detect(event.TCP, framed(ask[2:20]), nil), "a length that is too short")
	assert.Equal(t, proto.No, Detect(event.TCP, framed(append(query(1, "example.com", typeA), 0)), nil), "a length that is too long")

	long := append([]byte(nil), ask...)
	long[0] = 0x20
	assert.Equal(t, proto.No, Detect(event.TCP, long, nil), "no query is that long")
	update := framed(message{
		id: 1, flags: 5 << opShift, questions: [][]byte{question("example", typeSOA)},
		counts: &[4]uint16{1, 0, 1, 0},
	}.bytes())
	update[0] = 0x20
	assert.Equal(t, proto.Yes, Detect(event.TCP, update, nil), "an update may be")
	assert.Equal(t, proto.No, Detect(event.Transport(132), ask, nil), "another transport")
}

// The first bytes of other protocols, in either direction, over either transport.
var others = map[string]string{
	"HTTP":            "GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n",
	"HTTP response":   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/2":          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x12\x04\x00\x00\x00\x00\x00",
	"TLS":             "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("r", 32),
	"DTLS":            "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\xb0\x01\x00\x00\xa4",
	"SSH":             "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
	"Redis":           "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n",
	"MySQL":           "J\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00" + strings.Repeat("x", 60),
	"PostgreSQL":      "\x00\x00\x00\x08\x04\xd2\x16\x2f",
	"PostgreSQL open": "\x00\x00\x00\x29\x00\x03\x00\x00user\x00postgres\x00database\x00shop\x00\x00",
	"Kafka":           "\x00\x00\x00\x24\x00\x12\x00\x03\x00\x00\x00\x01\x00\x07rdkafka\x00\x07librdkafka",
	"MongoDB":         "\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00\x00\x00\x00\x00admin.$cmd\x00",
	"NTP":             "\x23" + strings.Repeat("\x00", 47),
	"NTP answer":      "\x24\x02\x06\xe8\x00\x00\x01\x85\x00\x00\x03\x2a\xc0\xa8\x01\x01" + strings.Repeat("\xe9\x12\x34\x56", 8),
	"DHCP":            "\x01\x01\x06\x00\x39\x03\xf3\x26" + strings.Repeat("\x00", 228) + "\x63\x82\x53\x63\x35\x01\x01\xff",
	"SNMP":            "\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x04\x12\x34\x56\x78\x02\x01\x00\x02\x01\x00",
	"syslog":          "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - failed",
	"StatsD":          "page.views:1|c\npage.time:320|ms",
	"SSDP":            "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n\r\n",
	"QUIC":            "\xc3\x00\x00\x00\x01\x08\x83\x94\xc8\xf0\x3e\x51\x57\x08\x00\x00\x44\x9e" + strings.Repeat("\x7b", 60),
	"STUN":            "\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl",
	"RTP":             "\x80\x60\x12\x34\x00\x00\x01\x00\xde\xad\xbe\xef" + strings.Repeat("\xd5", 160),
	"WireGuard":       "\x01\x00\x00\x00\x12\x34\x56\x78" + strings.Repeat("k", 140),
	"RADIUS":          "\x01\x2a\x00\x26" + strings.Repeat("a", 16) + "\x01\x08nemo12\x02\x0cabcdefghij",
	"TFTP":            "\x00\x01boot.img\x00octet\x00",
	"VXLAN":           "\x08\x00\x00\x00\x00\x00\x2a\x00\xff\xff\xff\xff\xff\xff\x02\x42\xac\x11\x00\x02\x08\x06",
	"NetFlow":         "\x00\x09\x00\x01\x00\x00\x10\x00\x65\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x10",
	"memcached":       "\x00\x01\x00\x00\x00\x01\x00\x00get some_key\r\n",
	"zeros":           strings.Repeat("\x00", 64),
	"ones":            strings.Repeat("\xff", 64),
}

func TestDetectLeavesOthersAlone(t *testing.T) {
	for name, text := range others {
		for _, transport := range [...]event.Transport{event.UDP, event.TCP} {
			assert.Equal(t, proto.No, Detect(transport, []byte(text), nil), "%s asks over %d", name, transport)
			assert.Equal(t, proto.No, Detect(transport, nil, []byte(text)), "%s answers over %d", name, transport)
		}
	}
}

func TestDetectLeavesNoiseAlone(t *testing.T) {
	noise := rand.NewChaCha8([32]byte{1})
	random := rand.New(noise)
	for range 50_000 {
		b := make([]byte, 12+random.IntN(80))
		_, _ = noise.Read(b)
		for i := range b { // small numbers are more like DNS than noise is
			if random.IntN(2) == 0 {
				b[i] &= 1
			}
		}
		require.NotEqual(t, proto.Yes, Detect(event.UDP, b, nil), "%x", b)
		require.NotEqual(t, proto.Yes, Detect(event.TCP, b, nil), "%x", b)
	}
}
