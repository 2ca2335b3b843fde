package fastcgi

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// frame is a record's bytes.
func frame(k kind, id uint16, content []byte, pad int) []byte {
	b := []byte{version1, byte(k)}
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(content)))
	b = append(b, byte(pad), 0)
	b = append(b, content...)
	return append(b, make([]byte, pad)...)
}

// pair is a name-value pair's bytes.
func pair(name, value string) []byte {
	var b []byte
	for _, s := range []string{name, value} {
		if len(s) < 128 {
			b = append(b, byte(len(s)))
		} else {
			b = binary.BigEndian.AppendUint32(b, uint32(len(s))|longLength)
		}
	}
	return append(append(b, name...), value...)
}

var kindNames = map[string]kind{
	"begin": beginRequest, "abort": abortRequest, "end": endRequest, "params": params, "stdin": stdin,
	"stdout": stdout, "stderr": stderr, "data": data, "values": getValues, "result": getValuesResult, "unknown": unknownType,
}

// compile turns a script into bytes, a record a line:
//
//	begin ID ROLE FLAGS
//	params ID NAME=VALUE ...        nothing but the id: the end of the stream; "+" in a value is a space
//	stdin|data|stdout|stderr ID TEXT
//	abort ID
//	end ID APPSTATUS PROTOCOLSTATUS
//	values NAME ...                 and "result"
//	head KIND ID SIZE               a header only
//	raw TEXT
//
// Text is in Go's notation, with "TEXT * N" for repetition. A line may end in "pad N".
func compile(script string) (out []byte, err error) {
	for line := range strings.Lines(script) {
		line, padding, _ := strings.Cut(strings.TrimSpace(line), " pad ")
		if line == "" {
			continue
		}
		pad, _ := strconv.Atoi(padding)
		b, err := compileLine(line, pad)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		out = append(out, b...)
	}
	return out, nil
}

func compileLine(line string, pad int) ([]byte, error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "raw":
		return text(rest)
	case "values", "result":
		var content []byte
		for _, name := range strings.Fields(rest) {
			name, value, _ := strings.Cut(name, "=")
			content = append(content, pair(name, value)...)
		}
		return frame(kindNames[word], management, content, pad), nil
	case "head":
		f := strings.Fields(rest)
		id, size := number(f[1]), number(f[2])
		b := frame(kindNames[f[0]], uint16(id), nil, 0)
		binary.BigEndian.PutUint16(b[4:], uint16(size))
		b[6] = byte(pad)
		return b, nil
	}
	k, known := kindNames[word]
	if !known {
		return nil, fmt.Errorf("no such record")
	}
	first, rest, _ := strings.Cut(rest, " ")
	content, err := contentOf(k, rest)
	return frame(k, uint16(number(first)), content, pad), err
}

func contentOf(k kind, rest string) (content []byte, err error) {
	f := strings.Fields(rest)
	switch k {
	case beginRequest:
		return []byte{0, byte(number(f[0])), byte(number(f[1])), 0, 0, 0, 0, 0}, nil
	case endRequest:
		b := binary.BigEndian.AppendUint32(nil, uint32(number(f[0])))
		return append(b, byte(number(f[1])), 0, 0, 0), nil
	case params:
		for _, p := range f {
			name, value, _ := strings.Cut(p, "=")
			content = append(content, pair(name, strings.ReplaceAll(value, "+", " "))...)
		}
		return content, nil
	}
	return text(rest)
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
