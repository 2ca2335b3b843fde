package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Detect looks for a request line from the client or a status line from the
// server, each with HTTP/1 in it: RTSP, SIP and HTTP/2 begin alike and say
// otherwise. What has both directions wrong is No; one right direction is
// enough, for the capture may have begun inside the other's message.
func Detect(t event.Transport, toServer, toClient []byte) proto.Verdict {
	if t != event.TCP { // over UDP it is SSDP
		return proto.No
	}
	client, server := proto.NeedMore, proto.NeedMore
	if b := skipBlankLines(toServer); len(b) > 0 {
		client = judgeRequest(b)
	}
	if b := skipBlankLines(toClient); len(b) > 0 {
		server = judgeResponse(b)
	}
	switch {
	case client == proto.Yes || server == proto.Yes:
		return proto.Yes
	case client == proto.NeedMore && server == proto.NeedMore:
		return proto.NeedMore
	case client == proto.NeedMore && len(toServer) > 0, server == proto.NeedMore && len(toClient) > 0:
		return proto.NeedMore
	}
	return proto.No
}

// skipBlankLines passes over empty lines before a message
// (https://www.rfc-editor.org/rfc/rfc9112#section-2.2).
func skipBlankLines(b []byte) []byte {
	for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	return b
}
