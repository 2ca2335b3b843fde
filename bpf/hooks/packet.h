/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The packet hooks: every packet of every socket below the cgroup, in both
 * directions. They only read; the verdict is always "pass". */
#ifndef BEYLA_HOOKS_PACKET_H
#define BEYLA_HOOKS_PACKET_H

#include "hooks/payload.h"
#include "lib/address.h"
#include "lib/ring.h"
#include "lib/sock.h"

#define BEYLA_PASS 1

/* FIN or RST: that direction says no more. */
static __always_inline void beyla_end(struct bpf_sock *sk, struct beyla_sock *st,
				      const struct beyla_packet *p, __u32 dir)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_record *rec;

	if (h->ended || !st->turn || beyla_unknown(st))
		return;
	h->ended = 1;
	rec = beyla_control();
	if (!rec)
		return;
	beyla_put_head(rec, BEYLA_END, dir, p->transport, st->role,
		       p->tcp_flags & BEYLA_TH_RST ? BEYLA_F_RESET : 0, p->family);
	beyla_socket_addresses(sk, p->family, p->seq, rec);
	beyla_put2(&rec->ack, p->ack, 0);
	rec->pos = h->pos;
	beyla_fill(st, beyla_who(st), dir, bpf_ktime_get_boot_ns(), 0, rec);
	beyla_submit_control(rec);
}

/* SYN: who is client, and how long the handshake takes. */
static __always_inline void beyla_handshake(struct beyla_sock *st, const struct beyla_packet *p, __u32 dir)
{
	if (dir == BEYLA_EGRESS && !(p->tcp_flags & BEYLA_TH_ACK)) {
		st->role = BEYLA_ROLE_CLIENT;
		if (!st->syn_time)
			st->syn_time = bpf_ktime_get_boot_ns();
	} else if (dir == BEYLA_INGRESS && st->syn_time && !st->connect_us) {
		st->connect_us = (bpf_ktime_get_boot_ns() - st->syn_time) / 1000;
	}
}

/* The handshake's last segment may carry data while the socket is still the
 * listener's. Only the addresses name the connection; user space joins them. */
static __always_inline void beyla_listener(struct __sk_buff *skb, struct bpf_sock *sk,
					   const struct beyla_packet *p, __u32 len)
{
	struct beyla_sock *st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
	struct beyla_record rec = {};

	if (st && st->own) {
		BEYLA_COUNT(BEYLA_C_OWN);
		return;
	}
	beyla_put_head(&rec, BEYLA_DATA, BEYLA_INGRESS, p->transport, BEYLA_ROLE_SERVER,
		       BEYLA_F_MSG_START | BEYLA_F_LISTENER, p->family);
	beyla_addresses((const __u8 *)(long)skb->data, (const __u8 *)(long)skb->data_end, p, BEYLA_INGRESS,
			p->seq, &rec);
	beyla_put2(&rec.ack, p->ack, len);
	beyla_put2(&rec.cap, beyla_min(len, beyla_window), 0);
	rec.cookie = bpf_get_socket_cookie(skb);
	rec.cgroup = bpf_skb_cgroup_id(skb);
	rec.time = bpf_ktime_get_boot_ns();
	BEYLA_COUNT(BEYLA_C_MESSAGES);
	if (beyla_shed_apart(p)) {
		beyla_lose(BEYLA_C_SHED);
		return;
	}
	if (!beyla_emit_data(skb, &rec, p->payload))
		beyla_lose(BEYLA_C_LOST_START);
}

/* Whether nothing is to be said of this socket's payload. */
static __always_inline int beyla_unwanted(struct beyla_sock *st)
{
	if (beyla_owner_in_map && beyla_self && beyla_who(st)->tgid == beyla_self)
		st->own = 1;
	if (st->own)
		BEYLA_COUNT(BEYLA_C_OWN);
	else if (st->verdict == BEYLA_V_IGNORE)
		BEYLA_COUNT(BEYLA_C_IGNORED);
	else
		return 0;
	return 1;
}

static __always_inline void beyla_socket(struct __sk_buff *skb, struct bpf_sock *sk,
					 struct beyla_packet *p, __u32 len, __u32 dir)
{
	struct beyla_sock *st;

	if (p->tcp_flags & BEYLA_TH_SYN)
		p->seq++; /* takes one number; data in it (TFO, RFC 7413) begins behind */
	if (p->transport == BEYLA_TCP && sk->state == BEYLA_TCP_LISTEN) {
		if (len && dir == BEYLA_INGRESS)
			beyla_listener(skb, sk, p, len);
		return;
	}
	if (len || p->tcp_flags & BEYLA_TH_SYN)
		st = beyla_state(skb, sk);
	else
		st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
	if (!st)
		return;
	if (len ? beyla_unwanted(st) : st->own || st->verdict == BEYLA_V_IGNORE)
		return;
	if (p->tcp_flags & BEYLA_TH_SYN)
		beyla_handshake(st, p, dir);
	if (len)
		beyla_payload(skb, sk, st, p, len, dir);
	if (p->tcp_flags & (BEYLA_TH_FIN | BEYLA_TH_RST) && st->verdict != BEYLA_V_IGNORE)
		beyla_end(sk, st, p, dir);
}

/* A global function: the verifier need not follow every kind of header through all
 * that comes after. */
__attribute__((noinline)) int beyla_headers(struct __sk_buff *skb, struct beyla_packet *p)
{
	if (!p)
		return BEYLA_P_BAD;
	return beyla_parse(skb, (const __u8 *)(long)skb->data, (const __u8 *)(long)skb->data_end, p);
}

static __always_inline int beyla_packet(struct __sk_buff *skb, __u32 dir)
{
	struct beyla_packet p = {};
	struct bpf_sock *sk;
	__u32 len, total = skb->len;
	int ret;

	ret = beyla_headers(skb, &p);
	if (ret == BEYLA_P_OTHER)
		return BEYLA_PASS;
	if (ret == BEYLA_P_BAD || total < p.payload) {
		BEYLA_COUNT(BEYLA_C_MALFORMED);
		return BEYLA_PASS;
	}
	len = total - p.payload;
	if (!len && !(p.tcp_flags & (BEYLA_TH_SYN | BEYLA_TH_FIN | BEYLA_TH_RST)))
		return BEYLA_PASS;
	sk = skb->sk;
	if (!sk)
		return BEYLA_PASS;
	sk = bpf_sk_fullsock(sk);
	if (sk)
		beyla_socket(skb, sk, &p, len, dir);
	return BEYLA_PASS;
}

SEC("cgroup_skb/ingress")
int beyla_ingress(struct __sk_buff *skb)
{
	return beyla_packet(skb, BEYLA_INGRESS);
}

SEC("cgroup_skb/egress")
int beyla_egress(struct __sk_buff *skb)
{
	return beyla_packet(skb, BEYLA_EGRESS);
}

#endif
