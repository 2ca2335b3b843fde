package main

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
)

// noise sends what no protocol means, or what only begins like one, to listeners of its
// own, which answer with more of it. An exchange is a connection, or a datagram.
type noise struct {
	streams   []net.Listener
	datagrams []net.PacketConn
	served    sync.WaitGroup
	next      int
}

func newNoise(o options) (worker, error) {
	w := new(noise)
	for range o.ports {
		if err := w.listen(); err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

// listen opens a TCP and a UDP port.
func (w *noise) listen() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.streams = append(w.streams, l)
	w.served.Go(func() { w.serve(l) })
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.datagrams = append(w.datagrams, u)
	w.served.Go(func() {
		for into := make([]byte, 2048); ; {
			if _, _, err := u.ReadFrom(into); err != nil {
				return
			}
		}
	})
	return nil
}

// serve answers each message of each connection with rubbish.
func (w *noise) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		w.served.Go(func() {
			defer conn.Close()
			for into := make([]byte, 16<<10); ; {
				if _, err := conn.Read(into); err != nil {
					return
				}
				if _, err := conn.Write(rubbish()); err != nil {
					return
				}
			}
		})
	}
}

func (w *noise) tick(ctx context.Context) (int, error) {
	at := w.next % len(w.streams)
	w.next++
	if w.next%8 == 0 {
		return w.datagram(w.datagrams[at].LocalAddr())
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", w.streams[at].Addr().String())
	if err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(at); err != nil {
			return 0, fmt.Errorf("set a deadline: %w", err)
		}
	}
	for into := make([]byte, 16<<10); ; {
		if _, err := conn.Write(rubbish()); err != nil {
			return 0, fmt.Errorf("send rubbish: %w", err)
		}
		if _, err := conn.Read(into); err != nil {
			return 0, fmt.Errorf("read rubbish: %w", err)
		}
		if rand.IntN(3) == 0 {
			return 1, nil
		}
	}
}

func (w *noise) datagram(to net.Addr) (int, error) {
	conn, err := net.Dial("udp", to.String())
	if err != nil {
		return 0, fmt.Errorf("open a socket: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write(rubbish()[:8]); err != nil {
		return 0, fmt.Errorf("send a datagram: %w", err)
	}
	return 1, nil
}

func (w *noise) close() {
	var errs []error
	for _, l := range w.streams {
		errs = append(errs, l.Close())
	}
	for _, u := range w.datagrams {
		errs = append(errs, u.Close())
	}
	_ = errors.Join(errs...) // nobody listens to them any more
	w.served.Wait()
}

// rubbish is 8 to 4000 bytes of no protocol, half of the time after the beginning of one.
func rubbish() []byte {
	starts := [...]string{
		"GET / HTTP/1.1\r\nHost",
		"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
		"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00",
		"\x01\x01\x00\x01\x00\x08\x00\x00",
		"\x00\x00\x00\x00\x00\x00\x00\x00",
	}
	size := 8 + rand.IntN(3992)
	b := make([]byte, size)
	_, _ = io.ReadFull(crand.Reader, b) // never fails
	if at := rand.IntN(2 * len(starts)); at < len(starts) {
		copy(b, starts[at])
	}
	return b
}
