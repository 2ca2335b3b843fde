package dns

import "github.com/beylareceiver/beylareceiver/internal/wire"

// Limits of what is shown of answers.
const (
	maxText = 255 // bytes of a TXT record
	// answerRoom holds the answers of nearly every response without growing.
	answerRoom    = 512
	maxAnswerText = 4096 // bytes of all answers of a response, give or take one answer
)

// readAnswers reads the records of a response into its exchange: the answers,
// the upper bits of the response code, the progress of a transfer. It gives
// false when the message ends too early or makes no sense; what was read until then
// stays.
func (x *exchange) readAnswers(msg []byte, h *head) bool {
	r := wire.NewReader(msg)
	r.Seek(h.records)
	var text [answerRoom]byte
	var ends [defaultAnswers]int
	list := answerList{limit: x.home.config.MaxAnswers, text: text[:0], ends: ends[:0]}
	// An update's first section holds conditions, and a transfer's is the zone.
	show := x.op == opQuery && x.qtype != typeAXFR && x.qtype != typeIXFR
	ok := eachRecord(&r, int(h.answers), func(rec *record) {
		if x.transfer.kind != noTransfer {
			x.transfer.record(rec)
		}
		if show {
			list.add(rec)
		}
	})
	if len(list.ends) > 0 {
		x.answers = list.strings()
	}
	return ok && eachRecord(&r, int(h.authority), func(*record) {}) &&
		eachRecord(&r, int(h.additional), func(rec *record) {
			if rec.rtype == typeOPT { // RFC 6891 section 6.1.3
				x.rcode = h.rcode() | uint16(rec.ttl>>24)<<4
			}
		})
}

func eachRecord(r *wire.Reader, n int, take func(*record)) bool {
	for range n {
		rec, err := readRecord(r)
		if err != nil {
			return false
		}
		take(&rec)
	}
	return true
}

// answerList collects answers in one text, so that all of them together cost
// two allocations.
type answerList struct {
	limit int
	text  []byte
	ends  []int
}

// add shows one more record, if it is of a type that is shown and well-formed.
func (l *answerList) add(rec *record) {
	if len(l.ends) == l.limit || len(l.text) >= maxAnswerText {
		return
	}
	was := len(l.text)
	text, ok := appendData(l.text, rec)
	if !ok {
		l.text = l.text[:was]
		return
	}
	l.text = text
	l.ends = append(l.ends, len(text))
}

func (l *answerList) strings() []string {
	all, out, from := string(l.text), make([]string, len(l.ends)), 0
	for i, end := range l.ends {
		out[i], from = all[from:end], end
	}
	return out
}
