//go:build linux && (amd64 || arm64)

package tap_test

import (
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// puppet is a TCP peer whose every packet is the test's own making. It stands
// behind a tun device in a network namespace with nothing else in it.
type puppet struct {
	t        testing.TB
	tun      *os.File
	listener *net.TCPListener
	// isn is the sequence number of the first byte that the puppet sends, peer that
	// of the first byte of the server.
	isn, peer uint32
}

var (
	puppetIP = net.IPv4(10, 9, 0, 2).To4()
	serverIP = net.IPv4(10, 9, 0, 1).To4()
)

const puppetPort = 40000

// newPuppet makes one, and a listener that it can reach; setUp runs on a thread
// inside the namespace before the listener is made.
func newPuppet(t testing.TB, config net.ListenConfig, setUp func()) *puppet {
	t.Helper()
	testkit.Root(t)
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		testkit.Without(t, "needs tun devices: %v", err)
	}
	p := &puppet{t: t, isn: 1000}
	var err error
	inNamespace(func() {
		if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return
		}
		if p.tun, err = openTun(); err != nil {
			return
		}
		if setUp != nil {
			setUp()
		}
		var l net.Listener
		if l, err = config.Listen(t.Context(), "tcp4", "10.9.0.1:0"); err == nil {
			p.listener = l.(*net.TCPListener)
		}
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		p.listener.Close()
		p.tun.Close()
	})
	return p
}

// inNamespace runs f on a thread that ends with it, whatever f did to it.
func inNamespace(f func()) {
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(done)
		f()
	}()
	<-done
}

// openTun makes a device with the server's address, and brings it up.
func openTun() (*os.File, error) {
	tun, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(s)
	for _, step := range []struct {
		fd      int
		request uint
		set     func(*unix.Ifreq) error
	}{
		{tun, unix.TUNSETIFF, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI); return nil }},
		{s, unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(serverIP) }},
		{s, unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr(net.IPv4(255, 255, 255, 0).To4()) }},
		{s, unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING); return nil }},
	} {
		r, err := unix.NewIfreq("tun0")
		if err != nil {
			return nil, err
		}
		if err := step.set(r); err != nil {
			return nil, err
		}
		if err := unix.IoctlIfreq(step.fd, step.request, r); err != nil {
			return nil, os.NewSyscallError("ioctl", err)
		}
	}
	return os.NewFile(uintptr(tun), "tun0"), nil
}

func (p *puppet) port() uint16 { return uint16(p.listener.Addr().(*net.TCPAddr).Port) }

// segment is a TCP packet of the puppet's: at is the position of its payload.
type segment struct {
	syn, ack, fin, rst bool
	at                 int64
	payload            string
}

func (p *puppet) send(s segment) {
	p.t.Helper()
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: puppetIP, DstIP: serverIP}
	tcp := &layers.TCP{
		SrcPort: puppetPort, DstPort: layers.TCPPort(p.port()), Window: 65535,
		SYN: s.syn, ACK: s.ack, FIN: s.fin, RST: s.rst,
		Seq: p.isn + uint32(s.at), PSH: s.payload != "",
	}
	if s.syn {
		tcp.Seq--
	}
	if s.ack {
		tcp.Ack = p.peer
	}
	require.NoError(p.t, tcp.SetNetworkLayerForChecksum(ip))
	b := gopacket.NewSerializeBuffer()
	require.NoError(p.t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		ip, tcp, gopacket.Payload(s.payload)))
	_, err := p.tun.Write(b.Bytes())
	require.NoError(p.t, err)
}

// receive waits for a TCP packet of the server's that satisfies cond.
func (p *puppet) receive(what string, cond func(*layers.TCP) bool) *layers.TCP {
	p.t.Helper()
	require.NoError(p.t, p.tun.SetReadDeadline(time.Now().Add(10*time.Second)))
	b := make([]byte, 2000)
	for {
		n, err := p.tun.Read(b)
		require.NoError(p.t, err, "waiting for %s", what)
		packet := gopacket.NewPacket(b[:n], layers.LayerTypeIPv4, gopacket.Default)
		if tcp, ok := packet.TransportLayer().(*layers.TCP); ok && cond(tcp) {
			return tcp
		}
	}
}

// greet does the handshake but for its last packet.
func (p *puppet) greet() {
	p.t.Helper()
	p.send(segment{syn: true})
	p.peer = p.receive("SYN-ACK", func(tcp *layers.TCP) bool { return tcp.SYN && tcp.ACK }).Seq + 1
}

// accept is the server's end of the connection.
func (p *puppet) accept() *net.TCPConn {
	p.t.Helper()
	require.NoError(p.t, p.listener.SetDeadline(time.Now().Add(10*time.Second)))
	c, err := p.listener.Accept()
	require.NoError(p.t, err)
	p.t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// connect does the whole handshake.
func (p *puppet) connect() *net.TCPConn {
	p.t.Helper()
	p.greet()
	p.send(segment{ack: true})
	return p.accept()
}

// listenerCookie is the cookie of the listening socket.
func (p *puppet) listenerCookie() (cookie uint64) {
	p.t.Helper()
	raw, err := p.listener.SyscallConn()
	require.NoError(p.t, err)
	require.NoError(p.t, raw.Control(func(fd uintptr) {
		cookie, err = unix.GetsockoptUint64(int(fd), unix.SOL_SOCKET, unix.SO_COOKIE)
	}))
	require.NoError(p.t, err)
	return cookie
}

// control sets an option of a socket before it listens.
func control(level, option, value int) func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		var set error
		err := raw.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), level, option, value) })
		return errors.Join(err, set)
	}
}
