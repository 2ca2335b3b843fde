package http2

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	xhttp2 "golang.org/x/net/http2"
	xhpack "golang.org/x/net/http2/hpack"
)

// A speaker turns a script into the bytes of one end, a frame a line:
//
//	preface
//	settings ID=VALUE ...            or "settings ack"
//	headers ID [OPTION ...] NAME=VALUE ...
//	push ID PROMISED [OPTION ...] NAME=VALUE ...
//	data ID [OPTION ...] TEXT        text in Go's notation, with "TEXT * N" for repetition
//	rst ID CODE
//	goaway LAST CODE
//	window ID N
//	priority ID ON
//	ping
//	table N                          no frame: the encoder's table has N bytes from the next block on
//	raw HEX
//
// Options are "end", "pad N", "priority ON" and "split N": blocks in fragments of N bytes. In values "+" is
// a space; fields whose name begins with "!" are never indexed.
type speaker struct {
	out     bytes.Buffer
	framer  *xhttp2.Framer
	block   bytes.Buffer
	encoder *xhpack.Encoder
}

func newSpeaker() *speaker {
	s := &speaker{}
	s.framer = xhttp2.NewFramer(&s.out, nil)
	s.framer.AllowIllegalWrites = true
	s.encoder = xhpack.NewEncoder(&s.block)
	s.encoder.SetMaxDynamicTableSizeLimit(1 << 20)
	return s
}

// say gives the script's bytes.
func (s *speaker) say(script string) ([]byte, error) {
	s.out.Reset()
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := s.line(line); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
	}
	return bytes.Clone(s.out.Bytes()), nil
}

// options are those of a line.
type options struct {
	end      bool
	pad      uint8
	priority uint32
	split    int
}

func parseOptions(words []string) (o options, rest []string) {
	for len(words) > 0 {
		switch words[0] {
		case "end":
			o.end, words = true, words[1:]
		case "pad":
			o.pad, words = uint8(number(words[1])), words[2:]
		case "priority":
			o.priority, words = uint32(number(words[1])), words[2:]
		case "split":
			o.split, words = number(words[1]), words[2:]
		default:
			return o, words
		}
	}
	return o, nil
}

func (s *speaker) line(line string) error {
	words := strings.Fields(line)
	id := func(i int) uint32 { return uint32(number(words[i])) }
	switch words[0] {
	case "preface":
		s.out.WriteString(preface)
		return nil
	case "settings":
		return s.settings(words[1:])
	case "headers":
		return s.headers(id(1), words[2:])
	case "push":
		o, fields := parseOptions(words[3:])
		return s.framer.WritePushPromise(xhttp2.PushPromiseParam{
			StreamID: id(1), PromiseID: id(2), BlockFragment: s.encode(fields), EndHeaders: true, PadLength: o.pad,
		})
	case "data":
		o, rest := parseOptions(words[2:])
		b, err := text(strings.Join(rest, " "))
		if err != nil {
			return err
		}
		if o.pad > 0 {
			return s.framer.WriteDataPadded(id(1), o.end, b, make([]byte, o.pad))
		}
		return s.framer.WriteData(id(1), o.end, b)
	case "rst":
		return s.framer.WriteRSTStream(id(1), xhttp2.ErrCode(id(2)))
	case "goaway":
		return s.framer.WriteGoAway(id(1), xhttp2.ErrCode(id(2)), []byte("why"))
	case "window":
		return s.framer.WriteWindowUpdate(id(1), id(2))
	case "priority":
		return s.framer.WritePriority(id(1), xhttp2.PriorityParam{StreamDep: id(2), Weight: 15})
	case "ping":
		return s.framer.WritePing(false, [8]byte{1, 2, 3})
	case "table":
		s.encoder.SetMaxDynamicTableSize(id(1))
		return nil
	case "raw":
		b, err := hex.DecodeString(strings.Join(words[1:], ""))
		s.out.Write(b)
		return err
	}
	return fmt.Errorf("no such frame")
}

func (s *speaker) settings(words []string) error {
	if slices.Contains(words, "ack") {
		return s.framer.WriteSettingsAck()
	}
	var list []xhttp2.Setting
	for _, w := range words {
		id, value, _ := strings.Cut(w, "=")
		list = append(list, xhttp2.Setting{ID: xhttp2.SettingID(number(id)), Val: uint32(number(value))})
	}
	return s.framer.WriteSettings(list...)
}

func (s *speaker) headers(id uint32, words []string) error {
	o, fields := parseOptions(words)
	block := s.encode(fields)
	first := block
	if o.split > 0 {
		first = block[:min(o.split, len(block))]
	}
	block = block[len(first):]
	p := xhttp2.HeadersFrameParam{
		StreamID: id, BlockFragment: first, EndStream: o.end, EndHeaders: len(block) == 0, PadLength: o.pad,
	}
	if o.priority > 0 {
		p.Priority = xhttp2.PriorityParam{StreamDep: o.priority, Weight: 200}
	}
	err := s.framer.WriteHeaders(p)
	for len(block) > 0 && err == nil {
		n := min(o.split, len(block))
		err = s.framer.WriteContinuation(id, n == len(block), block[:n])
		block = block[n:]
	}
	return err
}

// encode compresses fields.
func (s *speaker) encode(fields []string) []byte {
	s.block.Reset()
	for _, f := range fields {
		at := 1 + strings.IndexByte(f[1:], '=')
		name, never := strings.CutPrefix(f[:at], "!")
		value := strings.ReplaceAll(f[at+1:], "+", " ")
		if quoted, times, repeated := strings.Cut(value, "*"); repeated && strings.Trim(times, "0123456789") == "" && times != "" {
			value = strings.Repeat(quoted, number(times))
		}
		if err := s.encoder.WriteField(xhpack.HeaderField{Name: name, Value: value, Sensitive: never}); err != nil {
			panic(err)
		}
	}
	return bytes.Clone(s.block.Bytes())
}

func text(s string) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	quoted, times, repeated := strings.Cut(s, " * ")
	value, err := strconv.Unquote(quoted)
	if repeated {
		value = strings.Repeat(value, number(times))
	}
	return []byte(value), err
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}
