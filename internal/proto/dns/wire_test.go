package dns

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// message builds DNS messages for tests.
type message struct {
	id, flags                      uint16
	questions                      [][]byte
	answers, authority, additional [][]byte
	counts                         *[4]uint16 // instead of the true ones
}

func (m message) bytes() []byte {
	b := binary.BigEndian.AppendUint16(nil, m.id)
	b = binary.BigEndian.AppendUint16(b, m.flags)
	counts := [4]uint16{
		uint16(len(m.questions)), uint16(len(m.answers)), uint16(len(m.authority)), uint16(len(m.additional)),
	}
	if m.counts != nil {
		counts = *m.counts
	}
	for _, n := range counts {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	for _, section := range [][][]byte{m.questions, m.answers, m.authority, m.additional} {
		for _, part := range section {
			b = append(b, part...)
		}
	}
	return b
}

// Flags as common resolvers and servers set them.
const (
	flagsAsked    = 0x0100
	flagsAnswered = 0x8180
)

func query(id uint16, name string, qtype uint16) []byte {
	return message{id: id, flags: flagsAsked, questions: [][]byte{question(name, qtype)}}.bytes()
}

func response(id uint16, name string, qtype, rcode uint16, answers ...[]byte) []byte {
	return message{
		id: id, flags: flagsAnswered | rcode, questions: [][]byte{question(name, qtype)}, answers: answers,
	}.bytes()
}

func question(name string, qtype uint16) []byte { return questionOf(name, qtype, classIN) }

func questionOf(name string, qtype, class uint16) []byte {
	b := binary.BigEndian.AppendUint16(labels(name), qtype)
	return binary.BigEndian.AppendUint16(b, class)
}

// toQuestion is a name that points to the one of the question.
var toQuestion = string([]byte{0xc0, headerSize})

// labels is a name as it goes over the wire; one that begins with a pointer is given as it is.
func labels(name string) []byte {
	if strings.HasPrefix(name, "\xc0") {
		return []byte(name)
	}
	var b []byte
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label != "" {
			b = append(append(b, byte(len(label))), label...)
		}
	}
	return append(b, 0)
}

func rr(owner string, rtype uint16, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16(labels(owner), rtype)
	b = binary.BigEndian.AppendUint16(b, classIN)
	b = binary.BigEndian.AppendUint32(b, 300)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

// opt is an OPT record with the upper bits of the response code.
func opt(upper byte) []byte { return []byte{0, 0, 41, 0x04, 0xd0, upper, 0, 0, 0, 0, 0} }

// soa is an SOA record with a serial.
func soa(owner string, serial byte) []byte {
	data := append(labels("ns.example"), labels("root.example")...)
	data = append(data, 0, 0, 0, serial)
	return rr(owner, typeSOA, append(data, make([]byte, 16)...)...)
}

// framed puts the length in front that TCP has.
func framed(messages ...[]byte) []byte {
	var b []byte
	for _, m := range messages {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(m))), m...)
	}
	return b
}

// parseHex reads bytes written as hex digits and "texts", with # to the end of a line ignored.
func parseHex(text string) ([]byte, error) {
	var out []byte
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for i, part := range strings.Split(line, `"`) {
			if i%2 == 1 {
				out = append(out, part...)
				continue
			}
			b, err := hex.DecodeString(strings.Join(strings.Fields(part), ""))
			if err != nil {
				return nil, fmt.Errorf("read %q: %w", strings.TrimSpace(part), err)
			}
			out = append(out, b...)
		}
	}
	return out, nil
}
