/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Addresses and ports, of a packet or of its socket, into a record. */
#ifndef BEYLA_ADDRESS_H
#define BEYLA_ADDRESS_H

#include "lib/load.h"
#include "lib/packet.h"
#include "lib/record.h"

/* Addresses and ports from the packet's headers. */
static __always_inline void beyla_addresses(const __u8 *ip, const __u8 *end,
					    const struct beyla_packet *p, __u32 dir, __u32 seq,
					    struct beyla_record *rec)
{
	__u8 *src = dir == BEYLA_EGRESS ? rec->local : rec->remote;
	__u8 *dst = dir == BEYLA_EGRESS ? rec->remote : rec->local;
	const __u32 *word = (const __u32 *)ip;

	if (dir == BEYLA_EGRESS)
		beyla_put_ports(rec, p->sport, p->dport, seq);
	else
		beyla_put_ports(rec, p->dport, p->sport, seq);
	if (p->family == 4) {
		if (ip + 20 > end)
			return;
		beyla_put2(src, word[3], 0);
		beyla_put2(dst, word[4], 0);
		return;
	}
	if (ip + 40 > end)
		return;
	beyla_put_ip6(src, word[2], word[3], word[4], word[5]);
	beyla_put_ip6(dst, word[6], word[7], word[8], word[9]);
}

/* Reads a field of struct bpf_sock in place: the verifier rewrites such loads, so
 * the compiler must not merge them by computing with the pointer. */
#define BEYLA_FIELD(x) (*(volatile typeof(x) *)&(x))

/* A connected socket's own addresses: what the application asked for, where the
 * packet may show what NAT made of it. */
static __always_inline void beyla_socket_addresses(struct bpf_sock *sk, __u8 family, __u32 seq,
						   struct beyla_record *rec)
{
	beyla_put_ports(rec, BEYLA_FIELD(sk->src_port), __builtin_bswap16(BEYLA_FIELD(sk->dst_port)), seq);
	if (family == 4) {
		beyla_put2(rec->local, BEYLA_FIELD(sk->src_ip4), 0);
		beyla_put2(rec->remote, BEYLA_FIELD(sk->dst_ip4), 0);
		return;
	}
	beyla_put_ip6(rec->local, BEYLA_FIELD(sk->src_ip6[0]), BEYLA_FIELD(sk->src_ip6[1]),
		      BEYLA_FIELD(sk->src_ip6[2]), BEYLA_FIELD(sk->src_ip6[3]));
	beyla_put_ip6(rec->remote, BEYLA_FIELD(sk->dst_ip6[0]), BEYLA_FIELD(sk->dst_ip6[1]),
		      BEYLA_FIELD(sk->dst_ip6[2]), BEYLA_FIELD(sk->dst_ip6[3]));
}

#endif
