/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* From the bytes of an IP packet to what the tap needs of its headers: no map;
 * runs in BPF and on the host.
 *
 * Whoever includes this says what beyla_load is: it copies n bytes that stand at
 * an offset of the packet, or returns a negative number. What stands at a fixed offset is
 * read in place, [data, end). A pointer into the packet is never moved by a variable:
 * without CAP_PERFMON the verifier refuses that (Spectre v1). */
#ifndef BEYLA_PACKET_H
#define BEYLA_PACKET_H

#include "lib/types.h"

#define BEYLA_TCP 6
#define BEYLA_UDP 17

#define BEYLA_TH_FIN 0x01
#define BEYLA_TH_SYN 0x02
#define BEYLA_TH_RST 0x04
#define BEYLA_TH_ACK 0x10

/* IPv6 extension headers walked before giving up; a sane packet has at most four. */
#define BEYLA_MAX_EXT 6
enum beyla_parsed {
	BEYLA_P_OTHER = 0, /* not TCP or UDP, or a later fragment */
	BEYLA_P_BAD = 1,   /* headers that do not fit the packet */
	BEYLA_P_OK = 2,
};

struct beyla_packet {
	__u32 transport; /* BEYLA_TCP or BEYLA_UDP */
	__u32 l4;        /* offset of the transport header */
	__u32 payload;   /* offset of the payload */
	__u32 seq, ack;  /* host order; TCP */
	__u8 tcp_flags;
	__u8 family; /* 4 or 6 */
	__u16 sport, dport; /* host order */
};

static inline __attribute__((always_inline)) __u16 beyla_get16(const __u8 *p)
{
	return (__u16)p[0] << 8 | p[1];
}

static inline __attribute__((always_inline)) __u32 beyla_get32(const __u8 *p)
{
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | p[3];
}

static inline __attribute__((always_inline)) int
beyla_parse_ipv4(const __u8 *data, const __u8 *end, struct beyla_packet *p)
{
	if (data + 20 > end)
		return BEYLA_P_BAD;
	p->l4 = (data[0] & 0x0f) * 4;
	if (p->l4 < 20)
		return BEYLA_P_BAD;
	if (beyla_get16(data + 6) & 0x1fff)
		return BEYLA_P_OTHER;
	p->family = 4;
	p->transport = data[9];
	return BEYLA_P_OK;
}

/* Size of an extension header of this kind, 0 if it is none that we walk
 * (RFC 8200, 4; AH: RFC 4302, 2.2). */
static inline __attribute__((always_inline)) __u32 beyla_ext_size(__u32 kind, __u32 len)
{
	switch (kind) {
	case 0:  /* hop-by-hop */
	case 43: /* routing */
	case 60: /* destination */
		return (len + 1) * 8;
	case 44: /* fragment */
		return 8;
	case 51: /* authentication */
		return (len + 2) * 4;
	}
	return 0;
}

static inline __attribute__((always_inline)) int
beyla_parse_ipv6(beyla_bytes *from, const __u8 *data, const __u8 *end, struct beyla_packet *p)
{
	__u32 size;
	__u8 ext[8];
	int i;

	if (data + 40 > end)
		return BEYLA_P_BAD;
	p->family = 6;
	p->transport = data[6];
	p->l4 = 40;
	/* unrolled: without CAP_PERFMON older verifiers also follow the mispredicted
	 * end of a loop, on and on */
#pragma clang loop unroll(full)
	for (i = 0; i < BEYLA_MAX_EXT; i++) {
		if (p->transport == BEYLA_TCP || p->transport == BEYLA_UDP)
			break;
		size = beyla_ext_size(p->transport, 0);
		if (!size)
			return BEYLA_P_OTHER;
		if (beyla_load(from, p->l4, ext, sizeof(ext)) < 0)
			return BEYLA_P_BAD;
		if (p->transport == 44 && beyla_get16(ext + 2) & 0xfff8)
			return BEYLA_P_OTHER;
		p->l4 += beyla_ext_size(p->transport, ext[1]);
		p->transport = ext[0];
	}
	return BEYLA_P_OK;
}

/* The transport header; of UDP's there are eight bytes, of TCP's twenty. */
static inline __attribute__((always_inline)) int
beyla_parse_l4(const __u8 *l4, struct beyla_packet *p)
{
	__u32 size;

	p->sport = beyla_get16(l4);
	p->dport = beyla_get16(l4 + 2);
	if (p->transport == BEYLA_UDP) {
		p->payload = p->l4 + 8;
		return BEYLA_P_OK;
	}
	p->seq = beyla_get32(l4 + 4);
	p->ack = beyla_get32(l4 + 8);
	size = (l4[12] >> 4) * 4;
	if (size < 20)
		return BEYLA_P_BAD;
	p->tcp_flags = l4[13];
	p->payload = p->l4 + size;
	return BEYLA_P_OK;
}

/* Fills in *p, which is zero. */
static inline __attribute__((always_inline)) int
beyla_parse(beyla_bytes *from, const __u8 *data, const __u8 *end, struct beyla_packet *p)
{
	__u8 l4[20] = {};
	int ret;

	if (data + 1 > end)
		return BEYLA_P_BAD;
	if (data[0] >> 4 == 4)
		ret = beyla_parse_ipv4(data, end, p);
	else if (data[0] >> 4 == 6)
		ret = beyla_parse_ipv6(from, data, end, p);
	else
		return BEYLA_P_OTHER;
	if (ret != BEYLA_P_OK)
		return ret;
	if (p->transport != BEYLA_TCP && p->transport != BEYLA_UDP)
		return BEYLA_P_OTHER;
	if (p->l4 == 20 && data + 40 <= end)
		return beyla_parse_l4(data + 20, p);
	if (p->l4 == 40 && data + 60 <= end)
		return beyla_parse_l4(data + 40, p);
	if (p->transport == BEYLA_UDP)
		ret = beyla_load(from, p->l4, l4, 8);
	else
		ret = beyla_load(from, p->l4, l4, 20);
	return ret < 0 ? BEYLA_P_BAD : beyla_parse_l4(l4, p);
}

/* A message head that may stand at the start of any packet of a pipelined
 * answer: "HTTP/1." */
static inline __attribute__((always_inline)) int beyla_is_status_line(const __u8 b[8])
{
	return b[0] == 'H' && b[1] == 'T' && b[2] == 'T' && b[3] == 'P' && b[4] == '/' && b[5] == '1' &&
	       b[6] == '.';
}

#endif
