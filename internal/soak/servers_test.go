package soak

import (
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// servers are those that the traffic goes to. All are real, and write no log of requests.
type servers struct {
	place             testkit.Place
	nginx, app, names string // host:port
}

// quiet runs a program whose output is of no use, and too much to keep.
func quiet(args ...string) []string {
	return append([]string{"sh", "-c", `exec "$0" "$@" >/dev/null 2>&1`}, args...)
}

func serve(t *testing.T, place testkit.Place) servers {
	t.Helper()
	s := servers{place: place}
	s.nginx = testkit.StartNginx(t, testkit.NginxOptions{Place: place, NoLog: true}).Addr

	port := testkit.FreePort(t)
	s.app = net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	testkit.Start(t, testkit.Spec{Args: quiet(testkit.App(t, "goserver"), "-listen", s.app), Place: place, TCP: port})

	port = testkit.FreePort(t)
	s.names = net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	testkit.Start(t, testkit.Spec{Args: quiet("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--bind-interfaces",
		"--listen-address=127.0.0.1", "--port="+strconv.Itoa(int(port)), "--no-resolv", "--no-hosts", "--local=/test/",
		"--host-record=a.test,192.0.2.1", "--cname=www.test,a.test",
		"--host-record=many.test,192.0.2.1", "--host-record=many.test,192.0.2.2",
	), Place: place, TCP: port, UDP: port})
	return s
}

func port(t *testing.T, addr string) int {
	t.Helper()
	_, number, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	n, err := strconv.Atoi(number)
	require.NoError(t, err)
	return n
}
