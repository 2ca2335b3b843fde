/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The packet hooks: every packet of every socket below the cgroup, in both
 * directions. They only read; the verdict is always "pass". */
#ifndef BEYLA_HOOKS_PACKET_H
#define BEYLA_HOOKS_PACKET_H

#include "lib/address.h"
#include "lib/progress.h"
#include "lib/ring.h"
#include "lib/seq.h"
#include "lib/sock.h"
#include "lib/thread.h"

#define BEYLA_PASS 1

/* The direction flipped: a message begins at pos. */
static __always_inline void beyla_begin(struct beyla_sock *st, struct beyla_holder *who, __u32 dir,
					__u64 pos)
{
	st->turn = 1 + dir;
	st->half[dir].lost = 0;
	st->half[dir].msg_pos = pos;
	if (dir == BEYLA_INGRESS)
		who->begun++;
	beyla_drop_progress(st);
}

static __always_inline __u32 beyla_min(__u32 a, __u32 b)
{
	return a < b ? a : b;
}

/* How much of the payload to copy. Behind the window nothing is, unless the
 * packet begins with another status line: then pipelined answers are coming, of
 * which a packet may hold many, and the window opens anew, as wide as a record
 * can be. That goes for a packet that reaches across the window's end as well.
 * Late bytes may lie before the start that was seen. */
static __always_inline __u32 beyla_room(struct __sk_buff *skb, const struct beyla_sock *st,
					struct beyla_half *h, const struct beyla_place *at,
					__u32 off, __u16 *flags)
{
	__u64 done = at->pos > h->msg_pos ? at->pos - h->msg_pos : 0;
	__u32 room = done < beyla_window ? beyla_window - (__u32)done : 0;
	__u8 head[8] = {};

	if (h->lost)
		return 0;
	if (st->verdict == BEYLA_V_ALL)
		return beyla_min(at->len, BEYLA_MAX_PAYLOAD);
	if (!done || at->len <= room)
		return beyla_min(at->len, room);
	if (at->len < 16 || bpf_skb_load_bytes(skb, off, head, 8) < 0 || !beyla_is_status_line(head))
		return room;
	h->msg_pos = at->pos;
	if (!room)
		*flags |= BEYLA_F_CUT;
	return beyla_min(at->len, BEYLA_MAX_PAYLOAD);
}

/* FIN or RST: that direction says no more. */
static __always_inline void beyla_end(struct bpf_sock *sk, struct beyla_sock *st,
				      const struct beyla_packet *p, __u32 dir)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_record rec = {};

	if (h->ended || !st->turn)
		return;
	h->ended = 1;
	beyla_put_head(&rec, BEYLA_END, dir, p->transport, st->role,
		       p->tcp_flags & BEYLA_TH_RST ? BEYLA_F_RESET : 0, p->family);
	beyla_socket_addresses(sk, p->family, p->seq, &rec);
	beyla_put2(&rec.ack, p->ack, 0);
	rec.pos = h->pos;
	beyla_fill(st, beyla_who(st), dir, bpf_ktime_get_boot_ns(), 0, &rec);
	beyla_emit_control(&rec);
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
	if (!beyla_emit_data(skb, &rec, p->payload))
		beyla_lose(BEYLA_C_LOST_START);
}

/* A sequence number so far ahead of what was reached that the kernel's own
 * count has to confirm it: these hooks run before TCP checks anything, so that what is
 * left of another connection, or forged, gets here too. */
#define BEYLA_FAR (1 << 26)

/* Places a TCP payload; false when it is none of this connection's. A direction
 * begins where the kernel says that it stands, so that a retransmission is
 * known as one though it be the first packet seen. */
static __always_inline int beyla_locate(struct bpf_sock *sk, struct beyla_sock *st,
					const struct beyla_packet *p, __u32 dir, __u32 len,
					struct beyla_place *at)
{
	struct beyla_half *h = &st->half[dir];
	struct bpf_tcp_sock *tp;
	__u32 expected = p->seq;

	if (!h->started || (dir == BEYLA_INGRESS && beyla_seq_ahead(h, p->seq) > BEYLA_FAR)) {
		tp = bpf_tcp_sock(sk);
		if (tp && !(p->tcp_flags & BEYLA_TH_SYN))
			expected = dir == BEYLA_INGRESS ? tp->rcv_nxt : tp->snd_nxt;
		if ((__s32)(p->seq - expected) > BEYLA_FAR)
			return 0;
		if (!h->started)
			beyla_seq_start(h, expected);
	}
	beyla_seq_place(h, &st->hole[dir], p->seq, len, at);
	return 1;
}

/* Who sends a message: the current task, if this is the way down from its system
 * call. A packet of TCP may also be sent from a softirq, when an acknowledgement came; then
 * nobody's call holds the socket's lock. */
static __always_inline void beyla_fill_writer(struct bpf_sock *sk, __u8 transport, struct beyla_record *rec)
{
	struct beyla_actor who = {};
	struct sock *tcp;

	if (transport == BEYLA_TCP) {
		tcp = (struct sock *)bpf_skc_to_tcp_sock(sk);
		if (!tcp || !tcp->sk_lock.owned)
			return;
	}
	beyla_current(&who);
	rec->thread = who.thread;
	rec->goroutine = who.goroutine;
	rec->goroutine_parent = who.goroutine_parent;
}

/* Writes the record of a payload, of which cap bytes are copied; counts it if
 * the ring has no room. */
static __always_inline void beyla_report(struct __sk_buff *skb, struct bpf_sock *sk,
					 struct beyla_sock *st, const struct beyla_holder *who,
					 const struct beyla_packet *p, const struct beyla_place *at,
					 __u32 dir, __u64 now, __u32 cap, __u16 flags)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_record rec = {};

	beyla_put_head(&rec, BEYLA_DATA, dir, p->transport, st->role, flags, p->family);
	if (p->transport == BEYLA_TCP || BEYLA_FIELD(sk->dst_port))
		beyla_socket_addresses(sk, p->family, p->seq + at->trim, &rec);
	else
		beyla_addresses((const __u8 *)(long)skb->data, (const __u8 *)(long)skb->data_end, p, dir, 0,
				&rec);
	beyla_put2(&rec.ack, p->ack, at->len);
	rec.pos = at->pos;
	beyla_fill(st, who, dir, now, cap, &rec);
	if (flags & BEYLA_F_MSG_START)
		beyla_put2(&rec.connect_us, st->connect_us, beyla_lost());
	if (beyla_threads && dir == BEYLA_EGRESS && flags & BEYLA_F_MSG_START)
		beyla_fill_writer(sk, p->transport, &rec);
	if (beyla_emit_data(skb, &rec, p->payload + at->trim))
		return;
	if (!(flags & BEYLA_F_MSG_START)) {
		beyla_lose(BEYLA_C_LOST_DATA);
		return;
	}
	beyla_lose(BEYLA_C_LOST_START);
	if (p->transport == BEYLA_TCP)
		h->lost = 1; /* the rest of a message is worth nothing without its start */
}

/* Payload of a socket that is looked at. */
static __always_inline void beyla_payload(struct __sk_buff *skb, struct bpf_sock *sk,
					  struct beyla_sock *st, const struct beyla_packet *p,
					  __u32 len, __u32 dir)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_holder *who;
	struct beyla_place at = { .len = len };
	struct beyla_counts *c;
	__u16 flags;
	__u32 cap;
	__u64 now;

	if (p->transport == BEYLA_TCP) {
		if (!beyla_locate(sk, st, p, dir, len, &at)) {
			BEYLA_COUNT(BEYLA_C_MALFORMED);
			return;
		}
		if (at.old) {
			BEYLA_COUNT(BEYLA_C_RETRANSMIT);
			if (dir == BEYLA_EGRESS)
				st->again++;
			return;
		}
	} else {
		at.pos = h->pos;
		h->pos += len;
	}
	now = bpf_ktime_get_boot_ns();
	who = beyla_who(st);
	flags = at.flags;
	if (p->transport == BEYLA_UDP || (st->turn != 1 + dir && !(at.flags & BEYLA_F_LATE))) {
		beyla_fold_verdict(st);
		if (st->verdict == BEYLA_V_IGNORE) {
			BEYLA_COUNT(BEYLA_C_IGNORED);
			return;
		}
		beyla_begin(st, who, dir, at.pos);
		flags |= BEYLA_F_MSG_START;
	}
	cap = beyla_room(skb, st, h, &at, p->payload + at.trim, &flags);
	c = beyla_counts();
	if (c) {
		c->n[BEYLA_C_PACKETS]++;
		c->n[BEYLA_C_BYTES] += at.len;
		if (flags & BEYLA_F_MSG_START)
			c->n[BEYLA_C_MESSAGES]++;
	}
	if (h->cut && !(at.flags & (BEYLA_F_GAP | BEYLA_F_LATE)))
		flags |= BEYLA_F_CUT;
	if (cap)
		beyla_report(skb, sk, st, who, p, &at, dir, now, cap, flags);
	h->time = now;
	if (p->transport != BEYLA_TCP)
		return;
	if (!(at.flags & BEYLA_F_LATE))
		h->cut = cap < at.len && !h->lost;
	if (cap < at.len)
		beyla_note_progress(skb, st, dir, now, p->payload + at.trim, &at);
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
