//go:build linux && (amd64 || arm64)

package tap

import (
	"bytes"
	"slices"
)

// packet is an IP packet and what the tap should make of it.
type packet struct {
	name      string
	bytes     []byte
	payload   uint64 // bytes looked at; 0: none
	malformed uint64
}

var hello = []byte("hello, world: a payload")

// packets are the ones worth trying. What is shorter than an IP header,
// BPF_PROG_TEST_RUN does not take; bpf/tests has it.
var packets = []packet{
	{name: "TCP", bytes: ipv4(20, 0, 6, tcp(20, 0x18), hello), payload: 23},
	{name: "TCP with options", bytes: ipv4(20, 0, 6, tcp(32, 0x18), hello), payload: 23},
	{name: "TCP with the most options", bytes: ipv4(20, 0, 6, tcp(60, 0x18), hello), payload: 23},
	{name: "TCP behind IP options", bytes: ipv4(60, 0, 6, tcp(20, 0x18), hello), payload: 23},
	{name: "TCP, one byte", bytes: ipv4(20, 0, 6, tcp(20, 0x18), []byte("x")), payload: 1},
	{name: "TCP, more than the window", bytes: ipv4(20, 0, 6, tcp(20, 0x18), bytes.Repeat([]byte("long"), 300)), payload: 1200},
	{name: "TCP, acknowledgement", bytes: ipv4(20, 0, 6, tcp(20, 0x10))},
	{name: "TCP, SYN", bytes: ipv4(20, 0, 6, tcp(20, 0x02))},
	{name: "TCP, FIN", bytes: ipv4(20, 0, 6, tcp(20, 0x11))},
	{name: "TCP, every flag", bytes: ipv4(20, 0, 6, tcp(20, 0xff))},
	{name: "UDP", bytes: ipv4(20, 0, 17, udp(), hello), payload: 23},
	{name: "UDP, one byte", bytes: ipv4(20, 0, 17, udp(), []byte("x")), payload: 1},
	{name: "UDP behind IP options", bytes: ipv4(24, 0, 17, udp(), []byte("x")), payload: 1},
	{name: "UDP, empty", bytes: ipv4(20, 0, 17, udp())},
	{name: "first fragment", bytes: ipv4(20, 0x2000, 17, udp(), hello), payload: 23},
	{name: "later fragment", bytes: ipv4(20, 0x2001, 17, udp(), hello)},
	{name: "last fragment", bytes: ipv4(20, 0x1fff, 6, tcp(20, 0x18), hello)},
	{name: "ICMP", bytes: ipv4(20, 0, 1, hello)},
	{name: "another IP version", bytes: append([]byte{0x55}, ipv4(20, 0, 6, tcp(20, 0x18), hello)[1:]...)},

	{name: "IP header said to be too short", bytes: append([]byte{0x44}, ipv4(20, 0, 6, tcp(20, 0x18), hello)[1:]...), malformed: 1},
	{name: "IP header said to be longer than the packet", bytes: append([]byte{0x4f}, ipv4(20, 0, 6, tcp(20, 0x18))[1:]...), malformed: 1},
	{name: "TCP header cut short", bytes: ipv4(20, 0, 6, tcp(20, 0x18)[:19]), malformed: 1},
	{name: "TCP header missing", bytes: ipv4(20, 0, 6), malformed: 1},
	{name: "TCP header said to be too short", bytes: ipv4(20, 0, 6, tcp(16, 0x18), hello), malformed: 1},
	{name: "TCP header said to be longer than the packet", bytes: ipv4(20, 0, 6, tcp(60, 0x18)[:30]), malformed: 1},
	{name: "UDP header cut short", bytes: ipv4(20, 0, 17, udp()[:7]), malformed: 1},

	{name: "IPv6, TCP", bytes: ipv6(6, tcp(20, 0x18), hello), payload: 23},
	{name: "IPv6, UDP, one byte", bytes: ipv6(17, udp(), []byte("x")), payload: 1},
	{name: "IPv6, hop-by-hop", bytes: ipv6(0, ext(6, 0), tcp(20, 0x18), hello), payload: 23},
	{name: "IPv6, routing, long", bytes: ipv6(43, ext(17, 16), udp(), hello), payload: 23},
	{name: "IPv6, destination, authentication", bytes: ipv6(60, ext(51, 0), auth(6), tcp(32, 0x18), hello), payload: 23},
	{name: "IPv6, as many as are walked", bytes: ipv6(0, ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(6, 0), tcp(20, 0x18), hello), payload: 23},
	{name: "IPv6, more than are walked", bytes: ipv6(0, ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(6, 0), tcp(20, 0x18), hello)},
	{name: "IPv6, first fragment", bytes: ipv6(44, fragment(17, 0x0001), udp(), hello), payload: 23},
	{name: "IPv6, later fragment", bytes: ipv6(44, fragment(17, 0x0009), udp(), hello)},
	{name: "IPv6, ICMP", bytes: ipv6(58, hello)},
	{name: "IPv6, no next header", bytes: ipv6(59)},
	{name: "IPv6, extension header cut short", bytes: ipv6(0, ext(6, 0)[:7]), malformed: 1},
	{name: "IPv6, extension header longer than the packet", bytes: ipv6(0, ext(6, 255)[:40]), malformed: 1},
	{name: "IPv6, TCP header missing", bytes: ipv6(0, ext(6, 0)), malformed: 1},
}

// ipv4 is a header of this size with that fragment word, and what follows.
func ipv4(size int, fragment uint16, protocol byte, rest ...[]byte) []byte {
	b := make([]byte, size)
	b[0] = 0x40 | byte(size/4)
	b[6], b[7] = byte(fragment>>8), byte(fragment)
	b[8], b[9] = 64, protocol
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	return append(b, slices.Concat(rest...)...)
}

func ipv6(next byte, rest ...[]byte) []byte {
	b := make([]byte, 40)
	b[0], b[6], b[7] = 0x60, next, 64
	b[23], b[39] = 1, 2
	return append(b, slices.Concat(rest...)...)
}

// tcp is a header that says that it is so long, of 20 bytes at least.
func tcp(size int, flags byte) []byte {
	b := make([]byte, max(size, 20))
	copy(b, []byte{0x1f, 0x90, 0xc3, 0x50, 0, 0, 0, 1, 0, 0, 0, 2})
	b[12], b[13] = byte(size/4)<<4, flags
	return b
}

func udp() []byte { return []byte{0, 53, 0xc3, 0x50, 0, 0, 0, 0} }

// ext is an extension header of 8 bytes and so many times 8 more.
func ext(next, more byte) []byte {
	b := make([]byte, 8+8*int(more))
	b[0], b[1] = next, more
	return b
}

// auth is an authentication header of 24 bytes: its length is in words, less two.
func auth(next byte) []byte {
	b := make([]byte, 24)
	b[0], b[1] = next, 4
	return b
}

func fragment(next byte, word uint16) []byte {
	return []byte{next, 0, byte(word >> 8), byte(word), 0, 0, 0, 1}
}
