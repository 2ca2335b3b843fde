package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// answer is a response that was read to its end.
type answer struct {
	Status int   `json:"status"`
	Body   int64 `json:"body"`
}

// hold keeps one connection and sends the paths of each line of in over it.
func hold(ctx context.Context, addr string, in io.Reader, out io.Writer) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", addr, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	fmt.Fprintln(out, "connected")
	answers := bufio.NewReader(conn)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		paths := strings.Fields(lines.Text())
		if err := send(conn, addr, paths); err != nil {
			return err
		}
		for range paths {
			if err := receive(answers, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// send writes all the requests with one call.
func send(w io.Writer, host string, paths []string) error {
	var b strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: goclient\r\n\r\n", path, host)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("send %d requests: %w", len(paths), err)
	}
	return nil
}

func receive(r *bufio.Reader, out io.Writer) error {
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		return fmt.Errorf("read a body: %w", err)
	}
	return json.NewEncoder(out).Encode(answer{Status: res.StatusCode, Body: n})
}
