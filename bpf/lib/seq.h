/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* TCP sequence tracking of one direction: pure, no map, no helper. */
#ifndef BEYLA_SEQ_H
#define BEYLA_SEQ_H

#include "lib/state.h"

/* What a packet's payload is to its direction. */
struct beyla_place {
	__u64 pos;   /* stream position of the first new byte */
	__u32 trim;  /* payload bytes at the head that were seen before */
	__u16 flags; /* BEYLA_F_GAP, BEYLA_F_LATE */
	__u8 old;    /* nothing new in it */
};

/* A byte of sequence space is compared by signed difference (RFC 9293, 3.4). */
static inline __attribute__((always_inline)) __s32 beyla_seq_diff(__u32 a, __u32 b)
{
	return (__s32)(a - b);
}

/* A payload wholly below next_seq is a retransmission, unless it fills the
 * hole that is remembered. Only one hole is: a second one widens it, and what
 * comes again from between the two is sorted out in user space. */
static inline __attribute__((always_inline)) void
beyla_seq_old(struct beyla_half *h, __u32 seq, __u32 len, __s32 delta, struct beyla_place *at)
{
	__u32 end = seq + len;

	at->old = 1;
	if (h->hole_lo == h->hole_hi)
		return;
	if (beyla_seq_diff(end, h->hole_lo) <= 0 || beyla_seq_diff(seq, h->hole_hi) >= 0)
		return;
	at->old = 0;
	at->flags = BEYLA_F_LATE;
	at->pos = h->pos + (__s64)delta;
	if (beyla_seq_diff(seq, h->hole_lo) <= 0)
		h->hole_lo = beyla_seq_diff(end, h->hole_hi) < 0 ? end : h->hole_hi;
	else if (beyla_seq_diff(end, h->hole_hi) >= 0)
		h->hole_hi = seq;
}

/* Places a payload of len > 0 bytes at seq, and moves the direction on. */
static inline __attribute__((always_inline)) void
beyla_seq_place(struct beyla_half *h, __u32 seq, __u32 len, struct beyla_place *at)
{
	__s32 delta;

	at->trim = 0;
	at->flags = 0;
	at->old = 0;
	if (!h->started) {
		h->started = 1;
		h->next_seq = seq;
		h->hole_lo = h->hole_hi = seq;
	}
	delta = beyla_seq_diff(seq, h->next_seq);
	if (delta < 0) {
		if (delta + (__s64)len <= 0) {
			beyla_seq_old(h, seq, len, delta, at);
			return;
		}
		at->trim = -delta;
	} else if (delta > 0) {
		at->flags = BEYLA_F_GAP;
		if (h->hole_lo == h->hole_hi)
			h->hole_lo = h->next_seq;
		h->hole_hi = seq;
		h->pos += (__u32)delta;
	}
	at->pos = h->pos;
	h->pos += len - at->trim;
	h->next_seq = seq + len;
}

#endif
