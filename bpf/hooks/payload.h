/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is made of a packet's payload: where it stands in its direction, whether a message
 * begins with it, how much of it the flow's verdict lets through, and the records of that. */
#ifndef BEYLA_HOOKS_PAYLOAD_H
#define BEYLA_HOOKS_PAYLOAD_H

#include "hooks/shed.h"
#include "lib/address.h"
#include "lib/progress.h"
#include "lib/ring.h"
#include "lib/seq.h"
#include "lib/sock.h"
#include "lib/thread.h"
#include "lib/walk.h"

/* The direction flipped: a message begins at pos. */
static __always_inline void beyla_begin(struct beyla_sock *st, struct beyla_holder *who, __u32 dir,
					__u64 pos)
{
	st->turn = 1 + dir;
	st->half[dir].lost = 0;
	st->half[dir].msg_pos = pos;
	if (dir == BEYLA_INGRESS)
		who->begun++;
	if (!st->shown)
		st->shown = 1;
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
	if (!done || at->len <= room)
		return beyla_min(at->len, room);
	if (at->len < 16 || bpf_skb_load_bytes(skb, off, head, 8) < 0 || !beyla_is_status_line(head))
		return room;
	h->msg_pos = at->pos;
	if (!room)
		*flags |= BEYLA_F_CUT;
	return beyla_min(at->len, BEYLA_MAX_PAYLOAD);
}

/* Likewise of a flow with another verdict than the window's. */
static __always_inline __u32 beyla_share(struct __sk_buff *skb, const struct beyla_sock *st,
					 const struct beyla_half *h, const struct beyla_packet *p,
					 const struct beyla_place *at, __u32 off, __u16 flags)
{
	__u8 first = 0;

	if (st->verdict == BEYLA_V_FRAMES)
		return beyla_min(at->len, BEYLA_MAX_PAYLOAD);
	if (h->lost)
		return 0;
	if (st->verdict == BEYLA_V_ALL)
		return beyla_min(at->len, BEYLA_MAX_PAYLOAD);
	if (!(flags & BEYLA_F_MSG_START))
		return 0;
	/* QUIC's long headers (RFC 8999, 5.1): the handshake is in them */
	if (p->transport == BEYLA_UDP && bpf_skb_load_bytes(skb, off, &first, 1) == 0 && first & 0x80)
		return beyla_min(at->len, beyla_window);
	return beyla_min(at->len, BEYLA_TURN);
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
 * nobody's call holds the socket's lock. A function of its own, which user space empties where it
 * must not be: without CAP_PERFMON the verifier looks behind constants, too. */
static __attribute__((noinline)) void
beyla_fill_writer(struct bpf_sock *sk, __u8 transport, struct beyla_record *rec)
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

/* What to do with a packet of a flow whose frames are walked. */
enum beyla_way {
	BEYLA_WHOLE, /* copy it as it is */
	BEYLA_WALK,  /* look at its frames; the walker is taken */
	BEYLA_LEAVE, /* nothing of it is wanted */
};

/* Only TCP has frames. What is late lies behind where the walk stands, and while another
 * packet of this direction is walked through on another CPU there is no room for a second.
 * A message that begins in what is left is said to begin with the next record. */
static __always_inline enum beyla_way beyla_way_of(struct bpf_sock *sk, const struct beyla_packet *p,
						   const struct beyla_place *at, __u32 dir, __u16 *flags)
{
	struct beyla_walker *k;
	struct beyla_http2 *h2;

	if (!beyla_frames || p->transport != BEYLA_TCP)
		return BEYLA_WHOLE;
	h2 = beyla_http2_of(sk);
	if (!h2)
		return BEYLA_WHOLE;
	k = &h2->dir[dir];
	if (!beyla_walk_take(k))
		return BEYLA_WHOLE;
	if (at->flags & BEYLA_F_LATE)
		return BEYLA_WALK;
	if (beyla_frame_inside(&k->frame, at->pos, at->pos + at->len)) {
		if (*flags & BEYLA_F_MSG_START)
			k->frame.turned = 1;
		beyla_walk_put(k);
		return BEYLA_LEAVE;
	}
	if (k->frame.turned)
		*flags |= BEYLA_F_MSG_START;
	k->frame.turned = 0;
	return BEYLA_WALK;
}

/* One record of a payload that is longer: of the bytes that are left at offset off, as many as fit,
 * all of which it tells if it is the last one. Tells how many are left then. */
__attribute__((noinline)) __u32 beyla_emit_part(struct __sk_buff *skb, struct beyla_record *rec, __u32 off,
						__u32 left, __u32 last)
{
	if (!rec)
		return 0;
	rec->cap = beyla_min(left, BEYLA_MAX_PAYLOAD);
	rec->len = last ? left : rec->cap;
	if (!beyla_emit_largest(skb, rec, off))
		beyla_lose(BEYLA_C_LOST_DATA);
	rec->pos += rec->len;
	rec->seq += rec->len;
	rec->flags &= BEYLA_F_LATE;
	rec->lost = 0;
	rec->thread = 0;
	rec->goroutine = 0;
	rec->goroutine_parent = 0;
	return left - rec->cap;
}

/* A payload longer than a record, in several ones: where frames are not walked, user space
 * has to find them. Tells whether the last bytes were left out (of more than 80 KiB, BIG TCP). No
 * loop: without CAP_PERFMON verifiers also follow its mispredicted end. */
__attribute__((noinline)) int beyla_emit_whole(struct __sk_buff *skb, struct beyla_record *rec, __u32 off)
{
	__u32 left;

	if (!rec)
		return 0;
	left = beyla_emit_part(skb, rec, off, rec->len, 0);
	off += BEYLA_MAX_PAYLOAD;
	if (left)
		left = beyla_emit_part(skb, rec, off, left, 0);
	off += BEYLA_MAX_PAYLOAD;
	if (left)
		left = beyla_emit_part(skb, rec, off, left, 0);
	off += BEYLA_MAX_PAYLOAD;
	if (left)
		left = beyla_emit_part(skb, rec, off, left, 0);
	off += BEYLA_MAX_PAYLOAD;
	if (left)
		left = beyla_emit_part(skb, rec, off, left, 1);
	return left != 0;
}

/* Writes the record of a payload, of which cap bytes are copied; counts it if
 * the ring has no room. To be walked: as many records as there are ranges to be copied. Tells
 * whether the last bytes were left out. */
static __always_inline int beyla_report(struct __sk_buff *skb, struct bpf_sock *sk,
					struct beyla_sock *st, const struct beyla_holder *who,
					const struct beyla_packet *p, const struct beyla_place *at,
					__u32 dir, __u64 now, __u32 cap, __u16 flags,
					enum beyla_way way)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_record rec = {};
	struct beyla_http2 *h2;

	beyla_put_head(&rec, BEYLA_DATA, dir, p->transport, st->role, flags, p->family);
	beyla_whence(skb, sk, p, dir, p->seq + at->trim, at->len, &rec);
	rec.pos = at->pos;
	beyla_fill(st, who, dir, now, cap, &rec);
	if (flags & BEYLA_F_MSG_START)
		beyla_put2(&rec.connect_us, st->connect_us, beyla_lost());
	if (beyla_threads && dir == BEYLA_EGRESS && flags & BEYLA_F_MSG_START)
		beyla_fill_writer(sk, p->transport, &rec);
	if (way == BEYLA_WALK) {
		/* Found anew, as a pointer that may be null elsewhere is refused without CAP_PERFMON. */
		h2 = beyla_http2_of(sk);
		return h2 ? beyla_walk_packet(skb, &rec, &h2->dir[dir], p->payload + at->trim) : 0;
	}
	if (st->verdict == BEYLA_V_FRAMES && at->len > BEYLA_MAX_PAYLOAD)
		return beyla_emit_whole(skb, &rec, p->payload + at->trim);
	if (!beyla_emit_data(skb, &rec, p->payload + at->trim)) {
		if (!(flags & BEYLA_F_MSG_START)) {
			beyla_lose(BEYLA_C_LOST_DATA);
		} else {
			beyla_lose(BEYLA_C_LOST_START);
			if (p->transport == BEYLA_TCP)
				h->lost = 1; /* the rest of a message is worth nothing without its start */
		}
	}
	return cap < at->len && !h->lost;
}

static __always_inline void beyla_count_packet(const struct beyla_place *at, __u16 flags)
{
	struct beyla_counts *c = beyla_counts();

	if (!c)
		return;
	c->n[BEYLA_C_PACKETS]++;
	c->n[BEYLA_C_BYTES] += at->len;
	if (flags & BEYLA_F_MSG_START)
		c->n[BEYLA_C_MESSAGES]++;
}

/* What becomes of a message that begins. */
enum beyla_fate {
	BEYLA_IGNORED, /* nothing is to be said of the flow any more */
	BEYLA_LEFT,    /* it is left out */
	BEYLA_TOLD,
};

/* The direction flipped. */
static __always_inline enum beyla_fate beyla_turned(struct __sk_buff *skb, struct bpf_sock *sk, struct beyla_sock *st,
					struct beyla_holder *who, const struct beyla_packet *p,
					const struct beyla_place *at, __u32 dir)
{
	beyla_fold_verdict(st);
	if (st->verdict == BEYLA_V_IGNORE) {
		BEYLA_COUNT(BEYLA_C_IGNORED);
		return BEYLA_IGNORED;
	}
	if (st->verdict == BEYLA_V_TOTALS) {
		st->turn = 1 + dir;
		st->shed = 0;
		return BEYLA_TOLD;
	}
	if (beyla_shed_start(skb, st, p, dir, at->pos)) {
		st->turn = 1 + dir;
		st->half[dir].lost = 0;
		beyla_drop_progress(st);
		return BEYLA_LEFT;
	}
	beyla_begin(st, who, dir, at->pos);
	if (beyla_frames && !at->pos && st->verdict == BEYLA_V_WINDOW && p->transport == BEYLA_TCP)
		beyla_greeted(skb, sk, st, dir, p->payload + at->trim);
	return BEYLA_TOLD;
}

/* Payload that is left out with the exchange that it belongs to. */
static __always_inline void beyla_left_out(struct beyla_half *h, const struct beyla_place *at, __u16 flags,
					   __u64 now)
{
	beyla_count_packet(at, flags);
	h->time = now;
	h->cut = 1;
}

/* Payload of a socket that is looked at. */
static __always_inline void beyla_payload(struct __sk_buff *skb, struct bpf_sock *sk,
					  struct beyla_sock *st, const struct beyla_packet *p,
					  __u32 len, __u32 dir)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_place at = { .len = len };
	enum beyla_way way = BEYLA_WHOLE;
	enum beyla_fate fate = BEYLA_TOLD;
	struct beyla_holder *who;
	__u32 off, cap;
	__u16 flags;
	__u64 now;
	__u8 cut;

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
	off = p->payload + at.trim;
	if (p->transport == BEYLA_UDP || (st->turn != 1 + dir && !(at.flags & BEYLA_F_LATE))) {
		fate = beyla_turned(skb, sk, st, who, p, &at, dir);
		if (fate == BEYLA_IGNORED)
			return;
		flags |= BEYLA_F_MSG_START;
	}
	if (fate == BEYLA_LEFT || (beyla_shed && st->shed)) {
		beyla_left_out(h, &at, flags, now);
		return;
	}
	if (st->verdict == BEYLA_V_WINDOW) {
		cap = beyla_room(skb, st, h, &at, off, &flags);
	} else if (st->verdict == BEYLA_V_TOTALS) {
		beyla_total(skb, sk, st, p, dir, now);
		return;
	} else {
		cap = beyla_share(skb, st, h, p, &at, off, flags);
		if (st->verdict == BEYLA_V_FRAMES)
			way = beyla_way_of(sk, p, &at, dir, &flags);
		if (way == BEYLA_LEAVE) {
			beyla_count_packet(&at, 0);
			h->time = now;
			h->cut = 1;
			return;
		}
	}
	beyla_count_packet(&at, flags);
	if (h->cut && !(at.flags & (BEYLA_F_GAP | BEYLA_F_LATE)))
		flags |= BEYLA_F_CUT;
	cut = !h->lost;
	if (cap)
		cut = beyla_report(skb, sk, st, who, p, &at, dir, now, cap, flags, way);
	h->time = now;
	if (p->transport != BEYLA_TCP)
		return;
	if (at.pos + at.len == h->pos) /* what is late may end below */
		h->cut = cut;
	if (cap < at.len && st->verdict <= BEYLA_V_ALL)
		beyla_note_progress(skb, st, dir, now, off, &at);
}

#endif
