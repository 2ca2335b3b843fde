package dns

import "github.com/beylareceiver/beylareceiver/internal/wire"

// Limits of what is shown of answers.
const (
	maxText       = 255  // bytes of a TXT record
	maxAnswerText = 4096 // bytes of all answers of a response, give or take one answer
)

// readAnswers reads the records of a response into its exchange: the answers,
// the upper bits of the response code, the progress of a transfer. It gives
// false when the message ends too early or makes no sense; what was read until then
// stays.
func (x *exchange) readAnswers(msg []byte, o *outline) bool {
	r := wire.NewReader(msg)
	r.Seek(o.records)
	if !x.readAnswerSection(&r, int(o.answers)) {
		return false
	}
	for range o.authority {
		if _, err := readRecord(&r); err != nil {
			return false
		}
	}
	for range o.additional {
		rec, err := readRecord(&r)
		if err != nil {
			return false
		}
		if rec.rtype == typeOPT { // RFC 6891 section 6.1.3
			x.rcode = o.rcode() | uint16(rec.ttl>>24)<<4
		}
	}
	return true
}

func (x *exchange) readAnswerSection(r *wire.Reader, n int) bool {
	list := x.home.answerList()
	defer x.home.lists.Put(list)
	for range n {
		rec, err := readRecord(r)
		if err != nil {
			x.show(list)
			return false
		}
		if x.transfer.kind != noTransfer {
			x.transfer.record(&rec)
			continue // a zone is no answer
		}
		list.add(&rec)
	}
	x.show(list)
	return true
}

// show keeps the answers of a query. What stands in their place in an update
// are conditions.
func (x *exchange) show(list *answerList) {
	if len(list.ends) > 0 && x.op == opQuery {
		x.answers = list.strings()
	}
}

// answerList collects answers in one text, so that all of them together cost
// two allocations. It is reused.
type answerList struct {
	limit int
	text  []byte
	ends  []int
}

// answerList gives an empty list.
func (p *protocol) answerList() *answerList {
	l, _ := p.lists.Get().(*answerList)
	if l == nil {
		l = &answerList{limit: p.config.MaxAnswers}
	}
	l.text, l.ends = l.text[:0], l.ends[:0]
	return l
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
