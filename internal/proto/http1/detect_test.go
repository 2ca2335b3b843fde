package http1

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestDetect(t *testing.T) {
	long := strings.Repeat("a", 2000)
	for name, tc := range map[string]struct {
		toServer, toClient string
		want               proto.Verdict
	}{
		"nothing yet":                     {"", "", proto.NeedMore},
		"request":                         {"GET / HTTP/1.1\r\n", "", proto.Yes},
		"request, LF alone":               {"GET / HTTP/1.0\n", "", proto.Yes},
		"request after blank lines":       {"\r\n\r\nGET / HTTP/1.1\r\n", "", proto.Yes},
		"blank lines only":                {"\r\n", "", proto.NeedMore},
		"every kind of target":            {"CONNECT [::1]:443 HTTP/1.1\r\n", "", proto.Yes},
		"unknown method with version":     {"BREW pot HTTP/1.1\r\n", "", proto.Yes},
		"unknown method, line not over":   {"BREW pot HTTP/1.1", "", proto.NeedMore},
		"unknown method, long line":       {"BREW /" + long, "", proto.NeedMore},
		"unknown method, endless line":    {"BREW /" + strings.Repeat(long, 5), "", proto.No},
		"known method, long line":         {"GET /" + long, "", proto.Yes},
		"known method, long absolute":     {"GET http://" + long, "", proto.Yes},
		"known word, no target":           {"SEARCH " + long, "", proto.NeedMore},
		"beginning of a method":           {"DEL", "", proto.NeedMore},
		"no version":                      {"GET /\r\n", "", proto.No},
		"no target":                       {"GET HTTP/1.1\r\n", "", proto.No},
		"http2":                           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", proto.No},
		"http2 as 1":                      {"PRI * HTTP/1.1\r\n", "", proto.No},
		"rtsp":                            {"OPTIONS rtsp://cam.test/ RTSP/1.0\r\n", "", proto.No},
		"rtsp response":                   {"", "RTSP/1.0 200 OK\r\n", proto.No},
		"sip":                             {"INVITE sip:bob@b.test SIP/2.0\r\n", "SIP/2.0 100 Trying\r\n", proto.No},
		"smtp":                            {"EHLO there\r\n", "220 mail.test\r\n", proto.No},
		"redis":                           {"*1\r\n$4\r\nPING\r\n", "", proto.No},
		"ssh":                             {"SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-x\r\n", proto.No},
		"tls":                             {"\x16\x03\x01\x02\x00", "", proto.No},
		"token without end":               {strings.Repeat("A", 33), "", proto.No},
		"response":                        {"", "HTTP/1.1 200 OK\r\n", proto.Yes},
		"response without reason":         {"", "HTTP/1.0 404\r\n", proto.Yes},
		"names in lower case":             {"GET / http/1.1\r\n", "http/1.1 200 ok\r\n", proto.Yes},
		"name in lower case, response":    {"", "http/1.1 200 ok\r\n", proto.Yes},
		"beginning of a response":         {"", "HTTP/1.", proto.NeedMore},
		"http2 response line":             {"", "HTTP/2 200\r\n", proto.No},
		"status of four digits":           {"", "HTTP/1.1 2000 OK\r\n", proto.No},
		"status below 100":                {"", "HTTP/1.1 099 OK\r\n", proto.No},
		"inside a body, then a response":  {"\x00\x01\x02 body", "HTTP/1.1 200 OK\r\n", proto.Yes},
		"request, and no http from there": {"GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n", proto.Yes},
		"one wrong, one open":             {"\x00\x01", "HTT", proto.NeedMore},
		"one wrong, one silent":           {"\x00\x01", "", proto.No},
		"the directions mixed up":         {"HTTP/1.1 200 OK\r\n", "GET / HTTP/1.1\r\n", proto.No},
	} {
		t.Run(name, func(t *testing.T) {
			o := New(Config{})
			assert.Equal(t, tc.want, o.Detect(event.TCP, []byte(tc.toServer), []byte(tc.toClient)))
			assert.Equal(t, proto.No, o.Detect(event.UDP, []byte(tc.toServer), []byte(tc.toClient)), "SSDP is not ours")
		})
	}
}
