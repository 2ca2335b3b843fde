// Package replay reads capture files and gives the very records that the tap
// gives: the same header, the same flags, the same meaning of positions. What
// runs behind it cannot tell a file from the kernel.
//
// Read: pcap (microseconds and nanoseconds, either byte order) and pcapng
// (several sections and interfaces, any timestamp resolution), plain or
// gzip-compressed, streamed. Link types: Ethernet, BSD and OpenBSD loopback,
// Linux cooked v1 and v2, raw IP, PPP; inside them 802.1Q and QinQ tags, MPLS,
// PPPoE. IPv4 and IPv6 with extension headers, fragments put together, TCP and
// UDP. Up to two tunnels around a packet are opened: VXLAN, Geneve, GRE with IP or
// Ethernet (NVGRE) in it, and IPv4 and IPv6 in each other. A flow goes by its
// innermost addresses; the number of a VLAN or virtual network is not part of its name. Not
// opened are ESP, ERSPAN, PPTP and GTP.
//
// Reader reads a file. Live does the same for packets that come without end.
//
// A capture differs from a socket in what it can know, and these are the
// choices made here:
//
//   - It sees each packet once and from outside. Records speak for the server's
//     end: the one that a SYN went to, else the one that the first payload went
//     to; in the second case the role is left unknown and the bytes decide.
//   - Cookies are counted from 1. A new handshake on the same addresses, or a
//     UDP pair idle for a minute, is a new cookie.
//   - What it missed it cannot count. What the other side acknowledges was sent all
//     the same: OtherPos says how far, and OtherTime when that was acknowledged.
//   - Times are the packets' own, Unix nanoseconds.
//   - There is no process, no cgroup, no network namespace.
//
// Formats: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html,
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html,
// https://www.tcpdump.org/linktypes.html.
package replay
