package fastcgi

import (
	"bytes"
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// pairs goes through name-value pairs (section 3.4).
type pairs struct{ wire.Reader }

// longLength marks a length of four bytes, and is no part of it.
const longLength = 1 << 31

// next gives the next pair; ok is false at the end, and where the rest is no
// pair: then Err tells.
func (p *pairs) next() (name, value []byte, ok bool) {
	if p.Remaining() == 0 {
		return nil, nil, false
	}
	n, m := p.length(), p.length()
	name, value = p.Bytes(n), p.Bytes(m)
	return name, value, p.Err() == nil
}

// length reads a length of one byte, or of four if its first bit is set.
func (p *pairs) length() int {
	look := p.Reader
	if look.U8()>>7 == 0 {
		return int(p.U8())
	}
	return int(p.U32() &^ longLength)
}

// addParams takes content of PARAMS records.
func (x *exchange) addParams(b []byte) {
	if x.announced || x.cut {
		return
	}
	before := len(x.buf)
	x.buf = x.owner.keep(x.buf, b)
	x.cut = len(x.buf)-before < len(b)
}

// readParams reads what has come of the parameters.
func (x *exchange) readParams(cut bool) {
	list := pairs{wire.NewReader(x.buf)}
	for {
		name, value, ok := list.next()
		if !ok {
			break
		}
		if header, found := bytes.CutPrefix(name, []byte("HTTP_")); found {
			x.header(header, value)
		} else {
			x.param(name, value)
		}
	}
	x.Request.Truncated = cut || x.cut || list.Err() != nil
	x.Context, x.RequestID = x.owner.contexts.Take()
	path, _ := x.path()
	x.Mark |= x.Marks(path, x.contentType)
	x.contentType = nil
	x.dropBuffer()
}

// header takes a parameter that stands for a header field
// (https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18). It gives the name its dashes
// back. Some servers send Content-Type and Content-Length twice, so their own
// parameters speak for them; an empty parameter is as good as none (section 4.1).
func (x *exchange) header(name, value []byte) {
	switch string(name) {
	case "HOST":
		x.Host = x.text(value)
	case "USER_AGENT":
		x.UserAgent = x.text(value)
	case "CONTENT_TYPE", "CONTENT_LENGTH":
		return
	}
	for i, c := range name {
		if c == '_' {
			name[i] = '-'
		}
	}
	x.owner.contexts.Field(name, value)
	x.capture(name, value)
}

// param takes any other parameter.
func (x *exchange) param(name, value []byte) {
	switch string(name) { // does not allocate
	case "REQUEST_METHOD":
		if len(value) > 0 {
			x.owner.words.SetMethod(&x.Words, value)
		}
	case "REQUEST_URI":
		x.uri = x.text(value)
	case "SCRIPT_NAME":
		x.script = x.text(value)
	case "PATH_INFO":
		x.info = x.text(value)
	case "CONTENT_TYPE":
		x.contentType = value
		x.capture([]byte("content-type"), value)
	case "CONTENT_LENGTH":
		x.setLength(value)
		x.capture([]byte("content-length"), value)
	case "QUERY_STRING":
		x.query = x.text(value)
	case "REQUEST_SCHEME":
		x.setScheme(value)
	case "HTTPS":
		if x.scheme == "" && len(value) > 0 && !bytes.EqualFold(value, []byte("off")) {
			x.scheme = "https"
		}
	case "SERVER_NAME":
		x.serverName = x.text(value)
	case "SERVER_PORT":
		x.serverPort = httpwords.Port(value)
	case "REMOTE_ADDR":
		x.remote = x.text(value)
	case "REMOTE_PORT":
		x.remotePort = httpwords.Port(value)
	case "SCRIPT_FILENAME":
		x.file = x.text(value)
	}
}

func (x *exchange) setLength(b []byte) {
	if len(b) == 0 { // as most are: an error costs an allocation
		return
	}
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		x.length = n
	}
}

func (x *exchange) setScheme(b []byte) {
	switch {
	case httpwords.Is(b, "http"):
		x.scheme = "http"
	case httpwords.Is(b, "https"):
		x.scheme = "https"
	}
}

// capture takes a header field for the span, if it is wanted.
func (x *exchange) capture(name, value []byte) {
	if len(value) > 0 {
		x.owner.words.RequestField(&x.Words, name, value)
	}
}

func (x *exchange) text(b []byte) string { return x.owner.words.Text(b) }
