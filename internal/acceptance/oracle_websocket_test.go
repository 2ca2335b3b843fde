//go:build linux && (amd64 || arm64)

package acceptance

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Each WebSocket gives a span at either end, with as many messages each way as tshark counts data
// frames with FIN, and the code of the first Close frame.
func TestOracleWebSocket(t *testing.T) {
	captures := []string{testkit.Capture(t, "go-websocket.pcap")}
	for _, path := range corpus(t) {
		if strings.Contains(path, "websocket") {
			captures = append(captures, path)
		}
	}
	require.Greater(t, len(captures), 3)
	for _, path := range captures {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want := webSocketsOfTshark(t, path)
			require.NotEmpty(t, want)
			all := testkit.Flatten(receive(t, path)...)
			assert.Equal(t, want, webSocketSpans(all.Kind("Client"), "sent", "received"), "client spans")
			assert.Equal(t, want, webSocketSpans(all.Kind("Server"), "received", "sent"), "server spans")
		})
	}
}

// webSocketSpans are the WebSockets of the spans, a line each; the words are what is said of what the
// client sends and of what it receives.
func webSocketSpans(spans testkit.Spans, there, back string) []string {
	lines := []string{}
	for _, s := range spans.Where(func(s testkit.Span) bool { return s.Str("beyla.stream.kind") == "websocket" }) {
		const messages, code = "beyla.stream.messages.", "beyla.websocket.close_code"
		line := fmt.Sprintf("%d to the server, %d to the client", s.Int(messages+there), s.Int(messages+back))
		if s.Has(code) {
			line += fmt.Sprintf(", closed %d", s.Int(code))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// webSocket is what tshark says of one.
type webSocket struct {
	client      string // its port
	there, back int
	code        string
}

func (w *webSocket) String() string {
	line := fmt.Sprintf("%d to the server, %d to the client", w.there, w.back)
	if w.code != "" {
		line += ", closed " + w.code
	}
	return line
}

// webSocketsOfTshark asks tshark for the frames of a capture.
func webSocketsOfTshark(t testing.TB, path string) []string {
	t.Helper()
	testkit.Need(t, "tshark")
	const codes = "websocket.payload.close.status_code"
	out, err := exec.CommandContext(t.Context(), "tshark", "-r", path, "-Y", "http.request || websocket",
		"-T", "fields", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "websocket.opcode", "-e", "websocket.fin", "-e", codes).Output()
	require.NoError(t, err, "ask tshark")
	rows := csv.NewReader(strings.NewReader(string(out)))
	rows.Comma = '\t'
	packets, err := rows.ReadAll()
	require.NoError(t, err)
	found := map[string]*webSocket{}
	for _, p := range packets {
		stream, port, opcodes, fins, code := p[0], p[1], p[2], p[3], p[4]
		if found[stream] == nil {
			found[stream] = &webSocket{client: port} // the first packet is the request
		}
		if opcodes != "" {
			found[stream].frames(port, strings.Split(opcodes, ","), strings.Split(fins, ","), code)
		}
	}
	lines := []string{}
	for _, w := range found {
		lines = append(lines, w.String())
	}
	slices.Sort(lines)
	return lines
}

// frames takes those of one packet.
func (w *webSocket) frames(port string, opcodes, fins []string, code string) {
	for i, opcode := range opcodes {
		switch {
		case opcode == "8":
			w.code = cmp.Or(w.code, code, "1005")
		case fins[i] != "1" || len(opcode) > 1 || opcode > "2": // a fragment, a ping or a pong
		case port == w.client:
			w.there++
		default:
			w.back++
		}
	}
}
