package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// hijack takes the connection over and notes the status that will go out.
func hijack(w http.ResponseWriter, status int) (net.Conn, *bufio.ReadWriter, error) {
	if c, ok := w.(*counter); ok {
		c.status = status
	}
	return http.NewResponseController(w).Hijack()
}

func abort(w http.ResponseWriter, r *http.Request) {
	conn, rw, err := hijack(w, http.StatusOK)
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(rw, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%s", text(100))
	rw.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok && r.URL.Query().Get("rst") != "" {
		tcp.SetLinger(0) // close sends RST
	}
}

// connect tunnels until either side has closed.
func connect(w http.ResponseWriter, r *http.Request) {
	far, err := net.Dial("tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, rw, err := hijack(w, http.StatusOK)
	if err != nil {
		return
	}
	defer near.Close()
	io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	over := make(chan struct{}, 2)
	go func() { io.Copy(far, rw); over <- struct{}{} }()
	go func() { io.Copy(near, far); over <- struct{}{} }()
	<-over
}

// acceptGUID is what RFC 6455, section 1.3, appends to the key.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// upgrade speaks just enough WebSocket (RFC 6455): frames of up to 125 bytes,
// echoed one by one until the client closes.
func upgrade(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "websocket" {
		w.Header().Set("Upgrade", "websocket")
		w.WriteHeader(http.StatusUpgradeRequired)
		return
	}
	conn, rw, err := hijack(w, http.StatusSwitchingProtocols)
	if err != nil {
		return
	}
	defer conn.Close()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + acceptGUID))
	fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	for rw.Flush() == nil {
		frame, err := readFrame(rw)
		if err != nil {
			return
		}
		rw.Write(frame)
	}
}

var errFrame = errors.New("not a short masked frame")

// readFrame reads a client's frame and gives the server's frame with the same content.
func readFrame(r io.Reader) ([]byte, error) {
	var head [6]byte // opcode, length, mask
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	if head[1]&0x80 == 0 || head[1] > 0x80|125 {
		return nil, errFrame
	}
	n := int(head[1] & 0x7f)
	frame := make([]byte, 2+n)
	frame[0], frame[1] = head[0], byte(n)
	if _, err := io.ReadFull(r, frame[2:]); err != nil {
		return nil, err
	}
	for i := range n {
		frame[2+i] ^= head[2+i%4]
	}
	return frame, nil
}
