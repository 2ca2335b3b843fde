package tracecontext

import "bytes"

// Limits of a tracestate
// (https://www.w3.org/TR/trace-context-2/#tracestate-header-field-values).
const (
	maxMembers = 32
	maxKey     = 256
	maxValue   = 256
	// maxState is how much is kept. A longer state loses whole members: first
	// those above largeMember, then from the end
	// (https://www.w3.org/TR/trace-context-2/#tracestate-limits).
	maxState    = 512
	largeMember = 128
)

// members are the non-empty members of a state, in order, sharing its bytes.
type members struct {
	list [maxMembers][]byte
	n    int
}

// parseState gives the state as it came, or cut to maxState, or nothing if any
// of it breaks the grammar.
func parseState(b []byte) string {
	b = trim(b)
	if len(b) == 0 {
		return ""
	}
	var m members
	if !m.split(b) || m.n == 0 {
		return ""
	}
	if len(b) <= maxState {
		return string(b)
	}
	return m.cut()
}

func (m *members) split(b []byte) bool {
	for len(b) > 0 {
		member := b
		if i := bytes.IndexByte(b, ','); i >= 0 {
			member, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		// Empty members appear when fields are joined; they are allowed.
		if member = trim(member); len(member) == 0 {
			continue
		}
		if m.n == maxMembers || !validMember(member) || m.has(key(member)) {
			return false
		}
		m.list[m.n] = member
		m.n++
	}
	return true
}

func key(member []byte) []byte {
	k, _, _ := bytes.Cut(member, []byte{'='})
	return k
}

func (m *members) has(k []byte) bool {
	for _, other := range m.list[:m.n] {
		if bytes.Equal(key(other), k) {
			return true
		}
	}
	return false
}

func validMember(b []byte) bool {
	k, v, found := bytes.Cut(b, []byte{'='})
	if !found || len(k) == 0 || len(k) > maxKey || len(v) == 0 || len(v) > maxValue {
		return false
	}
	if !lowerOrDigit(k[0]) {
		return false
	}
	for _, c := range k[1:] {
		if !lowerOrDigit(c) && c != '_' && c != '-' && c != '*' && c != '/' && c != '@' {
			return false
		}
	}
	for _, c := range v {
		if c < 0x20 || c > 0x7e || c == '=' || c == ',' {
			return false
		}
	}
	return true
}

func lowerOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// cut takes members away until the rest fits.
func (m *members) cut() string {
	size := m.n - 1 // commas
	for _, member := range m.list[:m.n] {
		size += len(member)
	}
	for i := m.n - 1; i >= 0 && size > maxState; i-- {
		if len(m.list[i]) > largeMember {
			size -= len(m.list[i]) + 1
			m.list[i] = nil
		}
	}
	for i := m.n - 1; i >= 0 && size > maxState; i-- {
		if m.list[i] != nil {
			size -= len(m.list[i]) + 1
			m.list[i] = nil
		}
	}
	out := make([]byte, 0, maxState)
	for _, member := range m.list[:m.n] {
		if member == nil {
			continue
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = append(out, member...)
	}
	return string(out)
}
