package http1

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

const (
	// longLine is how much of a request line without end convinces, if its
	// method is registered and its target looks like one.
	longLine = 1024
	// maxLine is how long the line of an unregistered method may be.
	maxLine = 8192
	// maxMethod bounds the length of a method; the longest registered one has 17 characters.
	maxMethod = 32
	// statusLine is the shortest one with what follows the code: "HTTP/1.1 200\n".
	statusLine = 13
)

// requestLine is a request's first line, taken apart. The bytes are shared.
type requestLine struct {
	method, target []byte
	minor          byte // of the version, '0' to '9'; 0: the line was cut before it
}

// judgeRequest says whether b begins with a request line. What it answers
// depends on the bytes up to the line's end or limit alone, and NeedMore turns into the
// same answer however the rest arrives.
func judgeRequest(b []byte) proto.Verdict {
	head := b[:min(len(b), longLine)]
	if end := bytes.IndexByte(head, '\n'); end >= 0 {
		return judgeLine(head[:end])
	}
	method, target, found := bytes.Cut(head, []byte{' '})
	if len(method) > maxMethod || !httpwords.IsToken(method) || found && len(method) == 0 {
		return proto.No
	}
	if len(b) < longLine {
		return proto.NeedMore
	}
	if _, known := httpwords.Registered(method); known && looksLikeTarget(target) {
		return proto.Yes
	}
	b = b[:min(len(b), maxLine)]
	if end := bytes.IndexByte(b, '\n'); end >= 0 {
		return judgeLine(b[:end])
	}
	if len(b) >= maxLine {
		return proto.No
	}
	return proto.NeedMore
}

func judgeLine(line []byte) proto.Verdict {
	if isUsual(line) {
		return proto.Yes
	}
	if r, ok := parseRequestLine(line); !ok || r.minor == 0 || string(r.method) == "PRI" {
		return proto.No
	}
	return proto.Yes
}

// isUsual tells at a glance what nearly all request lines look like: "GET /x HTTP/1.1\r".
func isUsual(line []byte) bool {
	const tail = len(" HTTP/1.1\r")
	end := len(line) - tail
	if end < len("GET /") || line[len(line)-1] != '\r' || string(line[end:len(line)-2]) != " HTTP/1." || !digit(line[len(line)-2]) {
		return false
	}
	return string(line[:5]) == "GET /" || string(line[:6]) == "POST /"
}

func looksLikeTarget(b []byte) bool {
	return len(b) > 0 && b[0] == '/' || bytes.Contains(b[:min(len(b), 16)], []byte("://"))
}

// parseRequestLine takes a line without its LF apart. A target with spaces in
// it, which some clients send, reaches up to the version. A line that was cut
// has no version, and all that follows the method is its target.
func parseRequestLine(line []byte) (r requestLine, ok bool) {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	method, rest, found := bytes.Cut(line, []byte{' '})
	if !found || len(method) == 0 || len(method) > maxMethod || !httpwords.IsToken(method) {
		return r, false
	}
	r.method, r.target = method, httpwords.Trim(rest)
	if i := bytes.LastIndexByte(r.target, ' '); i >= 0 && isVersion(r.target[i+1:]) {
		r.minor = r.target[len(r.target)-1]
		r.target = httpwords.Trim(r.target[:i])
	}
	return r, len(r.target) > 0
}

func isVersion(b []byte) bool {
	return len(b) == 8 && httpwords.Is(b[:7], "http/1.") && digit(b[7])
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// judgeResponse says whether b begins with a status line of HTTP/1. Some
// servers write the protocol's name in lower case.
func judgeResponse(b []byte) proto.Verdict {
	const shape = "http/1.d ddde" // d: a digit, e: what ends the code
	for i, c := range b[:min(len(b), statusLine)] {
		ok := c == shape[i] || i < len("http") && c|0x20 == shape[i]
		switch shape[i] {
		case 'd':
			ok = digit(c)
		case 'e':
			ok = httpwords.Blank(c) || c == '\r' || c == '\n'
		}
		if !ok {
			return proto.No
		}
	}
	if len(b) < statusLine {
		return proto.NeedMore
	}
	if b[9] == '0' {
		return proto.No
	}
	return proto.Yes
}

// statusOf reads the code out of a line that judgeResponse took.
func statusOf(line []byte) int {
	return int(line[9]-'0')*100 + int(line[10]-'0')*10 + int(line[11]-'0')
}

// version is network.protocol.version.
func version(minor byte) string {
	switch minor {
	case 0:
		return ""
	case '0':
		return "1.0"
	case '1':
		return "1.1"
	}
	return "1." + string(rune(minor))
}
