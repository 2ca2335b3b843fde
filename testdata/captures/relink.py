#!/usr/bin/env python3
"""Rewrites an Ethernet (or loopback) pcap in one way that this host cannot produce.

usage: relink.py raw|vlan|qinq|null|disorder|repeat IN OUT

raw       IP packets without a link header (LINKTYPE_RAW)
vlan      an 802.1Q tag, VLAN 7
qinq      an 802.1ad tag 100 outside, an 802.1Q tag 7 inside
null      BSD loopback headers (LINKTYPE_NULL), host order; IPv6 as 30 (Darwin)
disorder  every second pair of neighbouring TCP segments with data in the same direction
          changes places; the times stay in order
repeat    every TCP segment with data comes once more, a millisecond later
Link types: https://www.tcpdump.org/linktypes.html
"""
import struct
import sys

ETHERNET, NULL, RAW = 1, 0, 101


def read(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    head = struct.unpack(order + "IHHiIII", data[:24])
    assert head[6] == ETHERNET, "not Ethernet"
    at, packets = 24, []
    while at < len(data):
        sec, frac, kept, size = struct.unpack(order + "IIII", data[at : at + 16])
        assert kept == size, "a packet is cut"
        packets.append(((sec, frac), data[at + 16 : at + 16 + kept]))
        at += 16 + kept
    return packets


def write(path, link, packets):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for (sec, micro), data in packets:
            out.write(struct.pack("<IIII", sec, micro, len(data), len(data)) + data)


def is_ip(frame):
    return frame[12:14] in (b"\x08\x00", b"\x86\xdd")


def flow(frame):
    """Addresses and ports of a TCP segment that carries data, else None."""
    if frame[12:14] == b"\x08\x00" and frame[23] == 6:
        begin, addresses, end = 14 + (frame[14] & 15) * 4, frame[26:34], 14 + struct.unpack("!H", frame[16:18])[0]
    elif frame[12:14] == b"\x86\xdd" and frame[20] == 6:
        begin, addresses, end = 54, frame[22:54], 54 + struct.unpack("!H", frame[18:20])[0]
    else:
        return None
    if begin + (frame[begin + 12] >> 4) * 4 >= end:
        return None
    return addresses + frame[begin : begin + 4]


def disorder(packets):
    frames, at, pairs = [f for _, f in packets], 0, 0
    while at + 1 < len(frames):
        if flow(frames[at]) and flow(frames[at]) == flow(frames[at + 1]):
            if pairs % 2 == 0:
                frames[at], frames[at + 1] = frames[at + 1], frames[at]
            at, pairs = at + 1, pairs + 1
        at += 1
    assert pairs > 1, "nothing to put out of order"
    return [(when, frame) for (when, _), frame in zip(packets, frames)]


def repeat(packets):
    again = []
    for (sec, micro), frame in packets:
        if flow(frame):
            more, micro = divmod(micro + 1000, 1000000)
            again.append(((sec + more, micro), frame))
    return sorted(packets + again, key=lambda p: p[0])


def family(frame):
    return struct.pack("<I", 2 if frame[12:14] == b"\x08\x00" else 30)


WAYS = {
    "raw": (RAW, lambda ps: [(w, f[14:]) for w, f in ps if is_ip(f)]),
    "vlan": (ETHERNET, lambda ps: [(w, f[:12] + b"\x81\x00\x00\x07" + f[12:]) for w, f in ps]),
    "qinq": (ETHERNET, lambda ps: [(w, f[:12] + b"\x88\xa8\x00\x64\x81\x00\x00\x07" + f[12:]) for w, f in ps]),
    "null": (NULL, lambda ps: [(w, family(f) + f[14:]) for w, f in ps if is_ip(f)]),
    "disorder": (ETHERNET, disorder),
    "repeat": (ETHERNET, repeat),
}

if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in WAYS:
        sys.exit(__doc__)
    link, way = WAYS[sys.argv[1]]
    write(sys.argv[3], link, way(read(sys.argv[2])))
