package vmlive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// The key and its answer are the example of RFC 6455, section 1.3.
const (
	key    = "dGhlIHNhbXBsZSBub25jZQ=="
	accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// Opcodes of RFC 6455, section 5.2.
const (
	opText  = 1
	opClose = 8
	final   = 0x80
	masked  = 0x80
)

var errFrame = errors.New("not a short frame")

// chat sends messages back until it is told to close.
func chat(w http.ResponseWriter, _ *http.Request) {
	c, both, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+accept+"\r\n\r\n")
	for {
		op, text, err := readFrame(both)
		if err != nil {
			return
		}
		c.Write(append([]byte{final | op, byte(len(text))}, text...))
		if op == opClose {
			return
		}
	}
}

// readFrame reads a frame with at most 125 bytes, from either side.
func readFrame(r io.Reader) (op byte, text []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := int(head[1] &^ masked)
	if n > 125 {
		return 0, nil, errFrame
	}
	var mask [4]byte
	if head[1]&masked != 0 {
		if _, err := io.ReadFull(r, mask[:]); err != nil {
			return 0, nil, err
		}
	}
	text = make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return 0, nil, err
	}
	for i := range text {
		text[i] ^= mask[i%4]
	}
	return head[0] &^ final, text, nil
}

// talk opens a WebSocket, sends messages, waits for each to come back, and closes it.
func talk(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	if _, err := fmt.Fprintf(c, "GET /chat HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", addr, key); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Accept") != accept {
		return fmt.Errorf("%w %d", errStatus, resp.StatusCode)
	}
	for i := range 10 {
		if err := exchange(c, answers, opText, fmt.Appendf(nil, "message %d", i)); err != nil {
			return err
		}
	}
	return exchange(c, answers, opClose, binary.BigEndian.AppendUint16(nil, 1000))
}

func exchange(c net.Conn, answers io.Reader, op byte, text []byte) error {
	frame := append([]byte{final | op, masked | byte(len(text)), 0, 0, 0, 0}, text...) // masked with nothing
	if _, err := c.Write(frame); err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	if _, _, err := readFrame(answers); err != nil {
		return fmt.Errorf("read a frame: %w", err)
	}
	return nil
}
