/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* TCP sequence tracking of one direction: pure, no map, no helper. */
#ifndef BEYLA_SEQ_H
#define BEYLA_SEQ_H

#include "lib/state.h"

/* What a packet's payload is to its direction. */
struct beyla_place {
	__u64 pos;   /* stream position of the first byte to report */
	__u32 trim;  /* payload bytes before it, seen before */
	__u32 len;   /* bytes to report */
	__u16 flags; /* BEYLA_F_GAP, BEYLA_F_LATE */
	__u8 old;    /* nothing new in it */
};

/* How far a sequence number lies ahead of what is expected next; differences
 * are signed, since numbers wrap (RFC 9293, 3.4). */
static inline __attribute__((always_inline)) __s32
beyla_seq_ahead(const struct beyla_half *h, __u32 seq)
{
	return (__s32)(seq - (h->first_seq + (__u32)h->pos));
}

/* Makes seq the first byte of the direction. */
static inline __attribute__((always_inline)) void beyla_seq_start(struct beyla_half *h, __u32 seq)
{
	h->first_seq = seq;
	h->started = 1;
}

/* A payload wholly below what was reached is a retransmission, unless it fills
 * the hole that is remembered: then the part of it that does is reported. */
static inline __attribute__((always_inline)) void
beyla_seq_old(struct beyla_hole *hole, __s64 pos, __s64 end, struct beyla_place *at)
{
	__s64 lo = hole->lo, hi = hole->hi;
	__s64 from = pos > lo ? pos : lo, to = end < hi ? end : hi;

	if (from >= to) {
		at->old = 1;
		return;
	}
	at->flags = BEYLA_F_LATE;
	at->pos = from;
	at->trim = from - pos;
	at->len = to - from;
	if (from == lo)
		hole->lo = to;
	else if (to == hi)
		hole->hi = from;
}

/* A payload that begins below what was reached and goes on beyond. The sender
 * may have put together anew what it sent in several packets; where that covers the
 * hole, all of it from there on is reported, so that the hole gets filled. */
static inline __attribute__((always_inline)) void
beyla_seq_onward(struct beyla_half *h, struct beyla_hole *hole, __s64 pos, __s64 end,
		 struct beyla_place *at)
{
	__s64 from = h->pos, lo = hole->lo, hi = hole->hi;

	if (lo != hi && pos < hi) {
		from = pos > lo ? pos : lo;
		hole->hi = from;
		at->flags = BEYLA_F_LATE;
	}
	at->pos = from;
	at->trim = from - pos;
	at->len = end - from;
	h->pos = end;
}

/* Places a payload of len > 0 bytes at seq, and moves the direction on. Only one
 * hole is remembered: a second one widens it, and what comes again from between
 * the two is sorted out in user space. */
static inline __attribute__((always_inline)) void
beyla_seq_place(struct beyla_half *h, struct beyla_hole *hole, __u32 seq, __u32 len,
		struct beyla_place *at)
{
	__s64 reached = h->pos, pos = reached + beyla_seq_ahead(h, seq), end = pos + len;

	at->trim = 0;
	at->flags = 0;
	at->old = 0;
	if (end <= reached) {
		beyla_seq_old(hole, pos, end, at);
		return;
	}
	if (pos < reached) {
		beyla_seq_onward(h, hole, pos, end, at);
		return;
	}
	if (pos > reached) {
		if (hole->lo == hole->hi)
			hole->lo = reached;
		hole->hi = pos;
		at->flags = BEYLA_F_GAP;
	}
	at->pos = pos;
	at->len = len;
	h->pos = end;
}

#endif
