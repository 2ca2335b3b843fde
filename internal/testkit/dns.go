package testkit

import (
	"net"
	"strconv"
	"testing"
)

// DNS is a running dnsmasq that knows the zone "test" and forwards nothing:
//
//	a.test        A 192.0.2.1, AAAA 2001:db8::1
//	many.test     A 192.0.2.1 to 192.0.2.8
//	www.test      CNAME a.test
//	txt.test      TXT "hello"
//	long.test     TXT of about 2000 bytes: truncated over UDP, whole over TCP
//	mail.test     MX 10 a.test
//	others        NXDOMAIN
type DNS struct {
	*Process
	// Addr is "host:port", the same for UDP and TCP.
	Addr string
	Port uint16
}

// DNSOptions shape the server; the zero value is a good one.
type DNSOptions struct {
	Place Place
	// Address to listen on; 127.0.0.1 by default.
	Address string
	// Port to listen on; a free one by default.
	Port uint16
}

// StartDNS starts dnsmasq.
func StartDNS(t testing.TB, o DNSOptions) *DNS {
	t.Helper()
	Need(t, "dnsmasq")
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	if o.Port == 0 {
		o.Port = FreePort(t)
	}
	number := strconv.Itoa(int(o.Port))
	args := append([]string{"dnsmasq", "--port=" + number, "--listen-address=" + o.Address}, dnsmasqArgs()...)
	return &DNS{
		Addr: net.JoinHostPort(o.Address, number), Port: o.Port,
		Process: Start(t, Spec{Args: args, Place: o.Place, TCP: o.Port, UDP: o.Port}),
	}
}

func dnsmasqArgs() []string {
	args := []string{
		"--no-daemon", "--conf-file=/dev/null", "--bind-interfaces", "--no-resolv", "--no-hosts",
		"--log-queries", "--local=/test/",
		"--host-record=a.test,192.0.2.1,2001:db8::1",
		"--cname=www.test,a.test",
		"--txt-record=txt.test,hello",
		"--mx-host=mail.test,a.test,10",
	}
	for i := 1; i <= 8; i++ {
		args = append(args, "--host-record=many.test,192.0.2."+strconv.Itoa(i))
	}
	long := "--txt-record=long.test"
	for range 10 {
		long += "," + string(Text(200)[:199])
	}
	return append(args, long)
}
