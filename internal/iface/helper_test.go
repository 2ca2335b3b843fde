//go:build linux && (amd64 || arm64)

package iface_test

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// helperVariable names the part that the test binary plays as a process of its
// own, with its argument behind a blank.
const helperVariable = "IFACE_TEST_HELPER"

// help plays a part. All but the clients say "ready", and work until their
// standard input is closed.
func help(role string) int {
	name, arg, _ := strings.Cut(role, " ")
	parts := map[string]func(string) error{
		"capture": capture, "serve": serve, "get": get, "echo": echo, "ask": ask, "tell": tell, "inject": inject, "tun": tun, "foreign": foreign, "list": list,
	}
	part := parts[name]
	if part == nil {
		part = func(string) error { return errors.New("unknown part") }
	}
	if err := part(arg); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// orders are what a capture is told on its standard input.
type orders struct {
	iface.Options
	// IgnoreFirst ignores the first connection at its first record.
	IgnoreFirst bool
	// Local are addresses to ask about at the end.
	Local []string
}

// results are what it prints at the end.
type results struct {
	Report   report
	Counters iface.Counters
	Stats    replay.Stats
	Records  [][]byte
	Local    []bool
}

// report is iface.Report for JSON, which does not take errors.
type report struct {
	Way        iface.Way
	Interfaces []string
	Missing    []string
}

func reportOf(r iface.Report) report {
	out := report{Way: r.Way, Interfaces: []string{}}
	for _, i := range r.Interfaces {
		name := i.Name
		if i.Err != nil {
			name += ": " + i.Err.Error()
		}
		out.Interfaces = append(out.Interfaces, name)
	}
	for _, m := range r.Missing {
		out.Missing = append(out.Missing, string(m.Way)+": "+m.Err.Error())
	}
	return out
}

// capture reads interfaces. Each line of its input is answered with a report.
func capture(arg string) error {
	var o orders
	if err := json.Unmarshal([]byte(arg), &o); err != nil {
		return fmt.Errorf("read orders: %w", err)
	}
	s, err := iface.Open(o.Options)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	out := json.NewEncoder(os.Stdout)
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			_ = out.Encode(reportOf(s.Report()))
		}
		_ = s.Detach() // Close tells the error
	}()
	var res results
	if err := drain(s, &o, &res); err != nil {
		return err
	}
	for _, a := range o.Local {
		res.Local = append(res.Local, s.Local(netip.MustParseAddr(a)))
	}
	if res.Counters, err = s.Counters(); err != nil {
		return err
	}
	res.Report, res.Stats = reportOf(s.Report()), s.Stats()
	if err := s.Close(); err != nil {
		return err
	}
	return out.Encode(&res)
}

func drain(s *iface.Source, o *orders, res *results) error {
	for {
		var raw []byte
		switch err := s.Read(&raw); {
		case err == nil:
			res.Records = append(res.Records, raw)
			if o.IgnoreFirst && len(res.Records) == 1 {
				if err := s.Order(1, tap.Ignore); err != nil {
					return err
				}
			}
		case errors.Is(err, os.ErrDeadlineExceeded):
			s.Doze()
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}

// untilEOF waits for the end of standard input.
func untilEOF() {
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// serve is an HTTP server: /N answers N bytes.
func serve(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Path[1:])
			_, _ = w.Write([]byte(strings.Repeat("x", n)))
		}))
	}()
	untilEOF()
	return l.Close()
}

// get asks "BASE COUNT SIZE" on one connection.
func get(arg string) error {
	var base string
	var count, size int
	if _, err := fmt.Sscan(arg, &base, &count, &size); err != nil {
		return fmt.Errorf("read arguments: %w", err)
	}
	c := http.Client{Timeout: 10 * time.Second}
	for range count {
		r, err := c.Get(base + "/" + strconv.Itoa(size))
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, r.Body)
		r.Body.Close()
		if err != nil || n != int64(size) {
			return fmt.Errorf("read %d of %d bytes: %w", n, size, err)
		}
	}
	c.CloseIdleConnections()
	return nil
}

// echo gives datagrams back.
func echo(address string) error {
	c, err := net.ListenPacket("udp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(b[:n], from)
		}
	}()
	untilEOF()
	return c.Close()
}

// ask sends "ADDRESS COUNT" times the same datagram and waits for each to come back.
func ask(arg string) error {
	var address string
	var count int
	if _, err := fmt.Sscan(arg, &address, &count); err != nil {
		return fmt.Errorf("read arguments: %w", err)
	}
	c, err := net.Dial("udp", address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	defer c.Close()
	b := make([]byte, 16)
	for range count {
		if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			return err
		}
		if _, err := c.Write([]byte("who is there")); err != nil {
			return err
		}
		if _, err := c.Read(b); err != nil {
			return err
		}
	}
	return nil
}

// tell sends one datagram and waits for nothing.
func tell(address string) error {
	c, err := net.Dial("udp", address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	defer c.Close()
	_, err = c.Write([]byte("who is there"))
	return err
}

// inject sends frames, "DEVICE HEX...", as they are.
func inject(arg string) error {
	words := strings.Fields(arg)
	i, err := net.InterfaceByName(words[0])
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return fmt.Errorf("open socket: %w", err)
	}
	defer unix.Close(fd)
	for _, w := range words[1:] {
		frame, err := hex.DecodeString(w)
		if err != nil {
			return err
		}
		to := &unix.SockaddrLinklayer{Ifindex: i.Index, Protocol: binary.NativeEndian.Uint16(frame[12:])}
		if err := unix.Sendto(fd, frame, 0, to); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	return nil
}

// tun holds a tun device open.
func tun(device string) error {
	f, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := unix.NewIfreq(device)
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(int(f.Fd()), unix.TUNSETIFF, r); err != nil {
		return fmt.Errorf("attach to %s: %w", device, err)
	}
	untilEOF()
	return nil
}
