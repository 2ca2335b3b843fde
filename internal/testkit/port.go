package testkit

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

// FreePort is a port that was free on 127.0.0.1 a moment ago, for TCP and UDP.
func FreePort(t testing.TB) uint16 {
	t.Helper()
	for range 32 {
		port, err := freePort()
		if err == nil {
			return port
		}
	}
	t.Fatal("found no port that is free for both TCP and UDP")
	return 0
}

func freePort() (uint16, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("listen: %w", err)
	}
	defer l.Close()
	addr := l.Addr().(*net.TCPAddr)
	u, err := net.ListenUDP("udp", &net.UDPAddr{IP: addr.IP, Port: addr.Port})
	if err != nil {
		return 0, fmt.Errorf("listen on the same UDP port: %w", err)
	}
	return uint16(addr.Port), u.Close()
}

// Socket states of /proc/net/{tcp,udp}: include/net/tcp_states.h.
const (
	stateListen  = "0A"
	stateUnbound = "07" // TCP_CLOSE, what an unconnected UDP socket shows
)

// listening tells whether a socket of this transport ("tcp" or "udp") is bound
// to port in the network namespace of process pid. It reads /proc instead of
// dialling, so that waiting for a server leaves no traffic behind to be traced,
// and so that it works across namespaces.
func listening(pid int, transport string, port uint16) bool {
	want := stateListen
	if transport == "udp" {
		want = stateUnbound
	}
	for _, version := range []string{"", "6"} {
		if boundIn(fmt.Sprintf("/proc/%d/net/%s%s", pid, transport, version), port, want) {
			return true
		}
	}
	return false
}

// boundIn looks for a line "sl local_address rem_address st ..." of that port
// and state; the format is documented in proc_net_tcp.rst of the kernel.
func boundIn(file string, port uint16, state string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false // the process is gone, or has no IPv6
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || fields[3] != state {
			continue
		}
		_, hex, ok := strings.Cut(fields[1], ":")
		if n, err := strconv.ParseUint(hex, 16, 16); ok && err == nil && uint16(n) == port {
			return true
		}
	}
	return false
}
