package pacer

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// conn is one connection with at most one request under way.
type conn struct {
	fd  int
	due time.Time // of the request under way; zero: free
	got int       // bytes of its answer so far
	// size is how long an answer is, head and body: 0 until the first one has been read.
	size int
}

var errClosed = errors.New("the server closed the connection")

// dial connects; the socket does not block afterwards.
func dial(server netip.AddrPort) (int, error) {
	family, to := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: int(server.Port()), Addr: server.Addr().As16()})
	if server.Addr().Is4() {
		family, to = unix.AF_INET, &unix.SockaddrInet4{Port: int(server.Port()), Addr: server.Addr().As4()}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("make a socket: %w", err)
	}
	if err := unix.Connect(fd, to); err != nil {
		return -1, errors.Join(fmt.Errorf("connect to %s: %w", server, err), unix.Close(fd))
	}
	err = errors.Join(unix.SetNonblock(fd, true), unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	if err != nil {
		return -1, errors.Join(fmt.Errorf("set socket options: %w", err), unix.Close(fd))
	}
	return fd, nil
}

// send writes a request, which always fits into an idle socket's buffer.
func (c *conn) send(request []byte, due time.Time) error {
	n, err := unix.Write(c.fd, request)
	if err != nil {
		return fmt.Errorf("send a request: %w", err)
	}
	if n < len(request) {
		return fmt.Errorf("send a request: %d of %d bytes taken", n, len(request))
	}
	c.due, c.got = due, 0
	return nil
}

// receive reads what has come and tells whether the answer is whole. Every answer
// of a server that always says the same is as long as the first.
func (c *conn) receive(buf []byte) (bool, error) {
	n, err := unix.Read(c.fd, buf)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read an answer: %w", err)
	case n == 0:
		return false, errClosed
	}
	if c.size == 0 {
		if c.size, err = answerSize(buf[:n]); err != nil {
			return false, err
		}
	}
	if c.got += n; c.got > c.size {
		return false, fmt.Errorf("%w: %d bytes instead of %d", errAnswer, c.got, c.size)
	}
	return c.got == c.size, nil
}
