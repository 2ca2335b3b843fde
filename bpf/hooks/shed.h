/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* lib/shed.h at work: whether a message that begins is left out, with all that belongs to
 * its exchange. */
#ifndef BEYLA_HOOKS_SHED_H
#define BEYLA_HOOKS_SHED_H

#include "hooks/passed.h"
#include "lib/load.h"
#include "lib/frames.h"
#include "lib/ring.h"
#include "lib/shed.h"
#include "lib/sock.h"

/* A round of beyla_shed_place is 2^34 ns, about 17 s. */
#define BEYLA_ROUND 34

static __always_inline __u64 beyla_ring_fill(void)
{
	return bpf_ringbuf_query(&beyla_ring, BPF_RB_AVAIL_DATA);
}

/* Whether a message in this direction may begin an exchange: only there it is decided. Where it is not
 * known who is the client, whoever speaks first in what is not an answer of HTTP. */
static __always_inline int beyla_asks(struct beyla_sock *st, __u32 dir)
{
	if (!st->turn)
		return 1;
	if (st->role == BEYLA_ROLE_UNKNOWN)
		return !st->asks || st->asks == 1 + dir;
	return dir == (st->role == BEYLA_ROLE_SERVER ? BEYLA_INGRESS : BEYLA_EGRESS);
}

/* Whether what begins at offset off of a connection's first packet has to be read from there on: HTTP/2's
 * preface (RFC 9113, 3.4), or a handshake of TLS (RFC 8446, 5.1). */
static __always_inline int beyla_lasts(struct __sk_buff *skb, __u32 off)
{
	__u64 word = 0;

	if (bpf_skb_load_bytes(skb, off, &word, sizeof(word)) < 0)
		return 0;
	return word == BEYLA_PREFACE || (word & 0xffff) == 0x0316;
}

static __always_inline int beyla_answers(struct __sk_buff *skb, __u32 off)
{
	__u8 head[8] = {};

	return bpf_skb_load_bytes(skb, off, head, 8) == 0 && beyla_is_status_line(head);
}

/* A flow's turn to be left out: user space must know where it stood. It is told, or the flow
 * stays; a flow that nothing was reported of is none that it knows. */
static __always_inline int beyla_leave(struct __sk_buff *skb, struct beyla_sock *st,
				       const struct beyla_packet *p, __u32 dir, __u64 pos, __u64 now)
{
	struct bpf_sock *sk;

	if (!st->shown && !beyla_owner_in_map)
		return 1;
	sk = skb->sk;
	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	return sk && beyla_passed(skb, sk, st, p, dir, pos, BEYLA_F_SHED, now);
}

/* Whether the TCP message is left out that begins with the payload at offset off, at position pos; it is
 * decided for all that comes until an exchange begins again. */
static __always_inline int beyla_shed_turn(struct __sk_buff *skb, struct beyla_sock *st,
					   const struct beyla_packet *p, __u32 dir, __u64 pos, __u32 off)
{
	__u32 share = beyla_shed_share(beyla_ring_fill(), beyla_wake_bytes);
	__u64 now = bpf_ktime_get_boot_ns();
	__u32 round = now >> BEYLA_ROUND;
	__u8 shed = BEYLA_SHED_EXCHANGE;

	if (st->shed == BEYLA_SHED_REST && share)
		return 1;
	if (st->verdict == BEYLA_V_FRAMES || st->verdict == BEYLA_V_ALL) {
		share = beyla_shed_late(share);
		shed = BEYLA_SHED_REST;
		round = 0;
	}
	if (beyla_shed_place(p->sport, p->dport, round) >= share) {
		st->shed = 0;
		return 0;
	}
	if (st->role == BEYLA_ROLE_UNKNOWN && !st->asks) {
		if (beyla_answers(skb, off))
			return 0;
		st->asks = 1 + dir;
	}
	if (!st->turn && beyla_lasts(skb, off))
		shed = BEYLA_SHED_REST;
	if (!st->shed && shed == BEYLA_SHED_EXCHANGE && !beyla_leave(skb, st, p, dir, pos, now))
		return 0;
	st->shed = shed;
	return 1;
}

/* Whether a message is left out that stands for itself: a datagram, or what comes before there is a
 * connection. What answers it passes the same ports. */
static __always_inline int beyla_shed_apart(const struct beyla_packet *p)
{
	__u64 fill;
	__u32 round;

	if (!beyla_shed)
		return 0;
	fill = beyla_ring_fill();
	if (!beyla_crowded(fill, beyla_wake_bytes))
		return 0;
	round = bpf_ktime_get_boot_ns() >> BEYLA_ROUND;
	return beyla_shed_place(p->sport, p->dport, round) < beyla_shed_share(fill, beyla_wake_bytes);
}

/* Functions of their own, as they are seldom needed: inlined, they make what every packet does slower. One for
 * each direction, as the verifier of 6.1 forgets a number of four bytes that is put on the stack. */
static __attribute__((noinline)) int beyla_shed_ingress(struct __sk_buff *skb, struct beyla_sock *st,
							const struct beyla_packet *p, __u64 pos)
{
	return beyla_shed_turn(skb, st, p, BEYLA_INGRESS, pos, p->payload);
}

static __attribute__((noinline)) int beyla_shed_egress(struct __sk_buff *skb, struct beyla_sock *st,
						       const struct beyla_packet *p, __u64 pos)
{
	return beyla_shed_turn(skb, st, p, BEYLA_EGRESS, pos, p->payload);
}

/* Whether the message that begins is left out. Mostly the ring is far from full, and that is all
 * there is to it. A request that is left out counts as lost to whoever concludes from what it
 * did not see: see beyla_lost_map. */
static __always_inline int beyla_shed_start(struct __sk_buff *skb, struct beyla_sock *st,
					    const struct beyla_packet *p, __u32 dir, __u64 pos)
{
	int shed;

	if (!beyla_shed)
		return 0;
	if (p->transport == BEYLA_UDP) {
		shed = beyla_shed_apart(p);
	} else if (!beyla_asks(st, dir)) {
		if (st->shed)
			BEYLA_COUNT(BEYLA_C_SHED);
		return st->shed;
	} else {
		if (!st->shed && !beyla_crowded(beyla_ring_fill(), beyla_wake_bytes))
			return 0;
		shed = dir == BEYLA_INGRESS ? beyla_shed_ingress(skb, st, p, pos) :
					      beyla_shed_egress(skb, st, p, pos);
	}
	if (shed)
		beyla_lose(BEYLA_C_SHED);
	return shed;
}

/* Whether user space knows nothing of the socket, and need not. */
static __always_inline int beyla_unknown(const struct beyla_sock *st)
{
	return st->shed && !st->shown && !beyla_owner_in_map;
}

#endif
