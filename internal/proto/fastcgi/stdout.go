package fastcgi

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// addStdout takes content of STDOUT records: a head of lines, an empty one, and
// the body (https://www.rfc-editor.org/rfc/rfc3875#section-6).
func (x *exchange) addStdout(b []byte) {
	for !x.headed && len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		n := end + 1
		if end < 0 {
			n = len(b)
		}
		if room := x.owner.config.MaxHead - x.head; n > room {
			x.head += room
			b = b[room:]
			x.endHead(true)
			break
		}
		x.head += n
		if end < 0 {
			x.keepLine(b)
			return
		}
		x.line(b[:end])
		b = b[n:]
	}
	if x.Response.Body >= 0 {
		x.Response.Body += int64(len(b))
	}
}

// keepLine keeps the beginning of a line.
func (x *exchange) keepLine(b []byte) {
	if x.cut {
		return
	}
	before := len(x.buf)
	x.buf = x.owner.keep(x.buf, b)
	x.cut = len(x.buf)-before < len(b)
}

// line takes the rest of a line, without its end. One that was cut says nothing:
// half a value is worse than none.
func (x *exchange) line(rest []byte) {
	line := rest
	if len(x.buf) > 0 || x.cut {
		x.keepLine(rest)
		line = x.buf
	}
	line = bytes.TrimSuffix(line, []byte{'\r'})
	switch {
	case x.cut:
		x.Response.Truncated = true
	case len(line) == 0:
		x.endHead(false)
	default:
		x.field(line)
	}
	x.dropBuffer()
}

// field reads a line of the head. Of the protocol's own line (NPH) only the status matters.
func (x *exchange) field(line []byte) {
	name, value, found := bytes.Cut(line, []byte{':'})
	if !found {
		if rest, ok := httpwords.CutFold(line, "http/1."); ok && len(rest) > 1 {
			x.setStatus(rest[1:])
		}
		return
	}
	name, value = httpwords.Trim(name), httpwords.Trim(value)
	x.owner.words.ResponseField(&x.Words, name, value)
	switch {
	case httpwords.Is(name, "status"):
		x.setStatus(value)
	case httpwords.Is(name, "location"):
		x.moved = true
	case httpwords.Is(name, "content-encoding"):
		x.coded = true
	case httpwords.Is(name, "content-type"):
		if x.plain = isText(value); httpwords.IsEventStream(value) {
			x.Stream = httpwords.EventStream
		}
	}
}

// setStatus reads a code of three digits, and whatever follows.
func (x *exchange) setStatus(b []byte) {
	b = httpwords.Trim(b)
	if len(b) < 3 || len(b) > 3 && b[3] != ' ' {
		return
	}
	code := 0
	for _, c := range b[:3] {
		if c < '0' || c > '9' {
			return
		}
		code = code*10 + int(c-'0')
	}
	if code >= 100 {
		x.Status = code
	}
}

// endHead ends the head, once. cut is true when not all of it was seen: then
// there may have been a status, and the body's size is not known.
func (x *exchange) endHead(cut bool) {
	if x.headed {
		return
	}
	x.dropBuffer()
	x.headed = true
	switch {
	case cut:
		x.Response.Truncated = true
		x.Response.Body = -1
	case x.Status == 0 && !x.Response.Truncated:
		x.Status = x.impliedStatus()
	}
}

// impliedStatus is that of a head without one
// (https://www.rfc-editor.org/rfc/rfc3875#section-6.3.3).
func (x *exchange) impliedStatus() int {
	if x.moved {
		return 302
	}
	return 200
}

// isText tells content in which bytes of zero do not come in rows.
func isText(contentType []byte) bool {
	media := httpwords.MediaType(contentType)
	if _, ok := httpwords.CutFold(media, "text/"); ok {
		return true
	}
	for _, t := range [...]string{"application/json", "application/xml", "application/javascript"} {
		if httpwords.Is(media, t) {
			return true
		}
	}
	return false
}

// zerosEnd tells whether the eight bytes that begin with a zero, the last n of
// which are not counted yet, are the content of this response's END_REQUEST. They
// are if it is text and its records are padded to multiples of eight bytes, as is usual: then
// eight bytes in line with them are a header, which begins with the version, or begin
// with text, or are that.
func (x *exchange) zerosEnd(n int64) bool {
	return x.headed && x.plain && !x.coded && (x.Response.Wire+n)%8 == 0
}
