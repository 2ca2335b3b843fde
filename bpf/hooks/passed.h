/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How far a flow has come whose payload is not reported. */
#ifndef BEYLA_HOOKS_PASSED_H
#define BEYLA_HOOKS_PASSED_H

#include "config.h"
#include "lib/address.h"
#include "lib/ring.h"
#include "lib/sock.h"

/* Addresses, sequence number, acknowledgement and length of a payload, into a record. */
static __always_inline void beyla_whence(struct __sk_buff *skb, struct bpf_sock *sk,
					 const struct beyla_packet *p, __u32 dir, __u32 seq, __u32 len,
					 struct beyla_record *rec)
{
	if (p->transport == BEYLA_TCP || BEYLA_FIELD(sk->dst_port))
		beyla_socket_addresses(sk, p->family, seq, rec);
	else
		beyla_addresses((const __u8 *)(long)skb->data, (const __u8 *)(long)skb->data_end, p, dir, 0,
				rec);
	beyla_put2(&rec->ack, p->ack, len);
}

/* How far a flow has come whose payload is not reported: to pos, in this direction. Tells
 * whether there was room in the ring. */
static __always_inline int beyla_passed(struct __sk_buff *skb, struct bpf_sock *sk, struct beyla_sock *st,
					const struct beyla_packet *p, __u32 dir, __u64 pos, __u16 flags,
					__u64 now)
{
	struct beyla_record *rec = beyla_control();

	if (!rec)
		return 0;
	beyla_put_head(rec, BEYLA_PASSED, dir, p->transport, st->role, flags, p->family);
	beyla_whence(skb, sk, p, dir, p->seq, 0, rec);
	rec->pos = pos;
	beyla_fill(st, beyla_who(st), dir, now, 0, rec);
	beyla_submit_control(rec);
	return 1;
}

/* Payload of a flow of which only totals are told. */
static __always_inline void beyla_total(struct __sk_buff *skb, struct bpf_sock *sk, struct beyla_sock *st,
					const struct beyla_packet *p, __u32 dir, __u64 now)
{
	struct beyla_half *h = &st->half[dir];
	__u32 clock = now >> 30;

	BEYLA_COUNT(BEYLA_C_TOTALED);
	h->time = now;
	h->cut = 1;
	if (!st->told)
		st->told = clock;
	if (clock - st->told < beyla_tell)
		return;
	st->told = clock;
	beyla_passed(skb, sk, st, p, dir, h->pos, 0, now);
}

#endif
