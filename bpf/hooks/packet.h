/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The packet hooks: every packet of every socket below the cgroup, in both
 * directions. They only read; the verdict is always "pass". */
#ifndef BEYLA_HOOKS_PACKET_H
#define BEYLA_HOOKS_PACKET_H

#include "lib/packet.h"
#include "lib/ring.h"
#include "lib/seq.h"

#define BEYLA_PASS 1

/* Local and remote address from the packet's headers. */
static __always_inline void beyla_addresses(const __u8 *ip, const __u8 *end,
					    const struct beyla_packet *p, __u32 dir,
					    struct beyla_record *rec)
{
	__u32 *src = (__u32 *)(dir == BEYLA_EGRESS ? rec->local : rec->remote);
	__u32 *dst = (__u32 *)(dir == BEYLA_EGRESS ? rec->remote : rec->local);
	const __u32 *word = (const __u32 *)ip;

	rec->family = p->family;
	rec->local_port = dir == BEYLA_EGRESS ? p->sport : p->dport;
	rec->remote_port = dir == BEYLA_EGRESS ? p->dport : p->sport;
	if (p->family == 4) {
		if (ip + 20 > end)
			return;
		src[0] = word[3];
		dst[0] = word[4];
		return;
	}
	if (ip + 40 > end)
		return;
	src[0] = word[2];
	src[1] = word[3];
	src[2] = word[4];
	src[3] = word[5];
	dst[0] = word[6];
	dst[1] = word[7];
	dst[2] = word[8];
	dst[3] = word[9];
}

/* Reads a field of struct bpf_sock in place: the verifier rewrites such loads, so
 * the compiler must not merge them by computing with the pointer. */
#define BEYLA_FIELD(x) (*(volatile typeof(x) *)&(x))

/* A connected TCP socket's own addresses: what the application asked for, where
 * the packet may show what NAT made of it. */
static __always_inline void beyla_socket_addresses(struct bpf_sock *sk, __u8 family,
						   struct beyla_record *rec)
{
	rec->family = family;
	rec->local_port = BEYLA_FIELD(sk->src_port);
	rec->remote_port = __builtin_bswap16(BEYLA_FIELD(sk->dst_port));
	if (family == 4) {
		*(__u32 *)rec->local = BEYLA_FIELD(sk->src_ip4);
		*(__u32 *)rec->remote = BEYLA_FIELD(sk->dst_ip4);
		return;
	}
	((__u32 *)rec->local)[0] = BEYLA_FIELD(sk->src_ip6[0]);
	((__u32 *)rec->local)[1] = BEYLA_FIELD(sk->src_ip6[1]);
	((__u32 *)rec->local)[2] = BEYLA_FIELD(sk->src_ip6[2]);
	((__u32 *)rec->local)[3] = BEYLA_FIELD(sk->src_ip6[3]);
	((__u32 *)rec->remote)[0] = BEYLA_FIELD(sk->dst_ip6[0]);
	((__u32 *)rec->remote)[1] = BEYLA_FIELD(sk->dst_ip6[1]);
	((__u32 *)rec->remote)[2] = BEYLA_FIELD(sk->dst_ip6[2]);
	((__u32 *)rec->remote)[3] = BEYLA_FIELD(sk->dst_ip6[3]);
}

/* The socket's state, made when it is not there yet. */
static __always_inline struct beyla_sock *beyla_state(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct beyla_sock *st =
		bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!st) {
		beyla_count(BEYLA_C_NO_STORAGE);
		return NULL;
	}
	if (!(st->flags & BEYLA_S_INIT)) {
		st->flags |= BEYLA_S_INIT;
		st->last_dir = BEYLA_NO_DIR;
		st->cookie = bpf_get_socket_cookie(skb);
		st->cgroup = bpf_skb_cgroup_id(skb);
	}
	return st;
}

/* What every record of a known socket says. */
static __always_inline void beyla_fill(struct beyla_sock *st, __u32 dir, __u64 now,
				       struct beyla_record *rec)
{
	struct beyla_half *other = &st->half[dir == BEYLA_INGRESS ? BEYLA_EGRESS : BEYLA_INGRESS];
	struct beyla_holder *h = &st->holder;

	if (beyla_owner_in_map) {
		h = bpf_map_lookup_elem(&beyla_owner_map, &st->cookie);
		if (!h)
			h = &st->holder;
	}
	rec->dir = dir;
	rec->role = st->role;
	rec->cookie = st->cookie;
	rec->time = now;
	rec->cgroup = st->cgroup;
	rec->tgid = h->tgid;
	rec->read_tid = h->read_tid;
	rec->write_tid = h->write_tid;
	rec->read_time = h->read_time;
	rec->write_time = h->write_time;
	rec->connect_ns = st->connect_ns;
	rec->other_pos = other->pos;
	rec->other_time = other->time;
}

/* Takes over a verdict that user space left for this socket. */
static __always_inline void beyla_fold_verdict(struct beyla_sock *st)
{
	struct beyla_verdict *v = bpf_map_lookup_elem(&beyla_verdict_map, &st->cookie);

	if (!v)
		return;
	st->verdict = v->kind;
	bpf_map_delete_elem(&beyla_verdict_map, &st->cookie);
}

/* Moves the newest payload bytes into the tail, oldest first: a chunked body's
 * end ("0 CRLF CRLF") often comes in a packet of its own. */
static __always_inline void beyla_note_tail(struct __sk_buff *skb, struct beyla_progress *p, __u32 off,
					    __u32 len)
{
	__u64 fresh = 0, kept, n;

	if (len >= 8) {
		p->tail_len = bpf_skb_load_bytes(skb, off + len - 8, p->tail, 8) == 0 ? 8 : 0;
		return;
	}
	n = ((len - 1) & 7) + 1; /* len is 1 to 7, and the verifier sees it so */
	asm volatile("" : "+r"(n));
	if (bpf_skb_load_bytes(skb, off, &fresh, n) < 0) {
		p->tail_len = 0;
		return;
	}
	/* little endian: the first byte in memory is the lowest of the number */
	__builtin_memcpy(&kept, p->tail, 8);
	kept = kept >> (8 * len) | fresh << (8 * (8 - len));
	__builtin_memcpy(p->tail, &kept, 8);
	p->tail_len = p->tail_len + len < 8 ? p->tail_len + len : 8;
}

/* Notes how far a message has come that is longer than what is copied of it. */
static __always_inline void beyla_note_progress(struct __sk_buff *skb, struct beyla_sock *st,
						__u32 dir, __u64 now, __u32 off, __u32 len)
{
	struct beyla_progress fresh = {}, *p;

	p = bpf_map_lookup_elem(&beyla_progress_map, &st->cookie);
	if (!p)
		p = &fresh;
	p->pos = st->half[dir].pos;
	p->time = now;
	p->dir = dir;
	p->seq = st->half[dir].next_seq;
	beyla_note_tail(skb, p, off, len);
	if (p != &fresh)
		return;
	st->progress = 1 + dir;
	if (bpf_map_update_elem(&beyla_progress_map, &st->cookie, &fresh, BPF_ANY) < 0)
		beyla_count(BEYLA_C_PROGRESS_FULL);
	beyla_fold_verdict(st);
}

/* The direction flipped: a message begins. */
static __always_inline void beyla_begin(struct beyla_sock *st, __u32 dir)
{
	struct beyla_half *h = &st->half[dir];

	st->last_dir = dir;
	h->lost = 0;
	st->flags |= dir == BEYLA_INGRESS ? BEYLA_S_READ : BEYLA_S_WRITE;
	if (st->progress) {
		bpf_map_delete_elem(&beyla_progress_map, &st->cookie);
		st->progress = 0;
	}
}

/* How much of the payload to copy. Behind the window nothing is, unless the
 * packet begins with another status line: then pipelined answers are coming,
 * and the window opens anew. */
static __always_inline __u32 beyla_room(struct __sk_buff *skb, struct beyla_sock *st, __u32 dir,
					__u64 pos, __u32 off, __u32 len, __u16 *flags)
{
	struct beyla_half *h = &st->half[dir];
	__u64 done = pos - h->msg_pos;
	__u8 head[8] = {};

	if (h->lost)
		return 0;
	if (st->verdict == BEYLA_V_ALL)
		return len < BEYLA_MAX_PAYLOAD ? len : BEYLA_MAX_PAYLOAD;
	if (done < beyla_window) {
		__u32 room = beyla_window - (__u32)done;

		return len < room ? len : room;
	}
	if (len < 16 || bpf_skb_load_bytes(skb, off, head, 8) < 0 || !beyla_is_status_line(head))
		return 0;
	h->msg_pos = pos;
	*flags |= BEYLA_F_CUT;
	return len < beyla_window ? len : beyla_window;
}

/* FIN or RST: that direction says no more. */
static __always_inline void beyla_end(struct __sk_buff *skb, struct bpf_sock *sk, struct beyla_sock *st,
				      const struct beyla_packet *p, __u32 dir, __u64 now)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_record rec = {};

	if (h->ended || st->last_dir == BEYLA_NO_DIR)
		return;
	h->ended = 1;
	rec.kind = BEYLA_END;
	rec.transport = p->transport;
	rec.flags = p->tcp_flags & BEYLA_TH_RST ? BEYLA_F_RESET : 0;
	rec.seq = p->seq;
	rec.ack = p->ack;
	rec.pos = h->pos;
	rec.last_time = h->time;
	beyla_socket_addresses(sk, p->family, &rec);
	beyla_fill(st, dir, now, &rec);
	beyla_emit_control(&rec);
}

/* Handshake and end: packets without payload that still matter. */
static __always_inline void beyla_control(struct __sk_buff *skb, struct bpf_sock *sk,
					  const struct beyla_packet *p, __u32 dir)
{
	struct beyla_sock *st;

	if (p->tcp_flags & BEYLA_TH_SYN) {
		if (sk->state == BEYLA_TCP_LISTEN)
			return;
		st = beyla_state(skb, sk);
		if (!st || st->flags & BEYLA_S_OWN)
			return;
		if (dir == BEYLA_EGRESS && !(p->tcp_flags & BEYLA_TH_ACK)) {
			st->role = BEYLA_ROLE_CLIENT;
			if (!st->syn_time)
				st->syn_time = bpf_ktime_get_boot_ns();
		} else if (dir == BEYLA_INGRESS && st->syn_time && !st->connect_ns) {
			st->connect_ns = bpf_ktime_get_boot_ns() - st->syn_time;
		}
		return;
	}
	st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
	if (!st || st->flags & BEYLA_S_OWN || st->verdict == BEYLA_V_IGNORE)
		return;
	beyla_end(skb, sk, st, p, dir, bpf_ktime_get_boot_ns());
}

/* The handshake's last segment may carry data while the socket is still the
 * listener's. Only the addresses name the connection; user space joins them. */
static __always_inline void beyla_listener(struct __sk_buff *skb, struct bpf_sock *sk,
					   const __u8 *data, const __u8 *end,
					   const struct beyla_packet *p, __u32 len)
{
	struct beyla_sock *st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
	struct beyla_record rec = {};

	if (st && st->flags & BEYLA_S_OWN) {
		beyla_count(BEYLA_C_OWN);
		return;
	}
	rec.kind = BEYLA_DATA;
	rec.transport = p->transport;
	rec.role = BEYLA_ROLE_SERVER;
	rec.flags = BEYLA_F_MSG_START | BEYLA_F_LISTENER;
	rec.cookie = bpf_get_socket_cookie(skb);
	rec.cgroup = bpf_skb_cgroup_id(skb);
	rec.time = bpf_ktime_get_boot_ns();
	rec.seq = p->seq;
	rec.ack = p->ack;
	rec.len = len;
	rec.cap = len < beyla_window ? len : beyla_window;
	beyla_addresses(data, end, p, BEYLA_INGRESS, &rec);
	beyla_count(BEYLA_C_MESSAGES);
	if (!beyla_emit_data(skb, &rec, p->payload))
		beyla_count(BEYLA_C_LOST_START);
}

/* Payload of a socket that is looked at. */
static __always_inline void beyla_payload(struct __sk_buff *skb, struct bpf_sock *sk,
					  struct beyla_sock *st, const __u8 *data, const __u8 *end,
					  const struct beyla_packet *p, __u32 len, __u32 dir)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_record rec = {};
	struct beyla_place at = {};
	struct beyla_counts *c;
	__u64 now;

	if (p->transport == BEYLA_TCP) {
		beyla_seq_place(h, p->seq, len, &at);
		if (at.old) {
			beyla_count(BEYLA_C_RETRANSMIT);
			return;
		}
	} else {
		h->started = 1;
		at.pos = h->pos;
		h->pos += len;
	}
	now = bpf_ktime_get_boot_ns();
	len -= at.trim;
	rec.flags = at.flags;
	if (p->transport == BEYLA_UDP || (st->last_dir != dir && !(at.flags & BEYLA_F_LATE))) {
		beyla_fold_verdict(st);
		if (st->verdict == BEYLA_V_IGNORE) {
			beyla_count(BEYLA_C_IGNORED);
			return;
		}
		beyla_begin(st, dir);
		h->msg_pos = at.pos;
		rec.flags |= BEYLA_F_MSG_START;
	}
	rec.cap = beyla_room(skb, st, dir, at.pos, p->payload + at.trim, len, &rec.flags);
	c = beyla_counts();
	if (c) {
		c->n[BEYLA_C_PACKETS]++;
		c->n[BEYLA_C_BYTES] += len;
		if (rec.flags & BEYLA_F_MSG_START)
			c->n[BEYLA_C_MESSAGES]++;
	}
	if (rec.cap) {
		rec.kind = BEYLA_DATA;
		rec.transport = p->transport;
		rec.seq = p->seq + at.trim;
		rec.ack = p->ack;
		rec.len = len;
		rec.pos = at.pos;
		rec.last_time = h->time;
		beyla_fill(st, dir, now, &rec);
		if (p->transport == BEYLA_TCP)
			beyla_socket_addresses(sk, p->family, &rec);
		else
			beyla_addresses(data, end, p, dir, &rec);
		if (!beyla_emit_data(skb, &rec, p->payload + at.trim)) {
			/* the rest of a message is worth nothing without its start */
			h->lost |= !!(rec.flags & BEYLA_F_MSG_START);
			beyla_count(rec.flags & BEYLA_F_MSG_START ? BEYLA_C_LOST_START : BEYLA_C_LOST_DATA);
		}
	}
	h->time = now;
	if (p->transport == BEYLA_TCP && rec.cap < len)
		beyla_note_progress(skb, st, dir, now, p->payload + at.trim, len);
}

static __always_inline int beyla_packet(struct __sk_buff *skb, __u32 dir)
{
	const __u8 *data = (const __u8 *)(long)skb->data;
	const __u8 *end = (const __u8 *)(long)skb->data_end;
	struct beyla_packet p = {};
	struct beyla_sock *st;
	struct bpf_sock *sk;
	__u32 len, total = skb->len;
	int ret;

	ret = beyla_parse(data, end, &p);
	if (ret == BEYLA_P_OTHER)
		return BEYLA_PASS;
	if (ret == BEYLA_P_BAD || total < p.payload) {
		beyla_count(BEYLA_C_MALFORMED);
		return BEYLA_PASS;
	}
	len = total - p.payload;
	if (!len && !(p.tcp_flags & (BEYLA_TH_SYN | BEYLA_TH_FIN | BEYLA_TH_RST)))
		return BEYLA_PASS;
	sk = skb->sk;
	if (!sk)
		return BEYLA_PASS;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return BEYLA_PASS;
	if (!len) {
		beyla_control(skb, sk, &p, dir);
		return BEYLA_PASS;
	}
	if (p.transport == BEYLA_TCP && sk->state == BEYLA_TCP_LISTEN) {
		if (dir == BEYLA_INGRESS)
			beyla_listener(skb, sk, data, end, &p, len);
		return BEYLA_PASS;
	}
	if (p.tcp_flags & BEYLA_TH_SYN)
		p.seq++; /* the SYN takes one number; data in it (TFO, RFC 7413) begins behind */
	st = beyla_state(skb, sk);
	if (!st)
		return BEYLA_PASS;
	if (st->flags & BEYLA_S_OWN) {
		beyla_count(BEYLA_C_OWN);
		return BEYLA_PASS;
	}
	if (st->verdict == BEYLA_V_IGNORE) {
		beyla_count(BEYLA_C_IGNORED);
		return BEYLA_PASS;
	}
	beyla_payload(skb, sk, st, data, end, &p, len, dir);
	if (p.tcp_flags & (BEYLA_TH_FIN | BEYLA_TH_RST))
		beyla_end(skb, sk, st, &p, dir, bpf_ktime_get_boot_ns());
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
