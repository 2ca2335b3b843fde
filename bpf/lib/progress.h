/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What crosses the other way: verdicts, and the progress of long messages. */
#ifndef BEYLA_PROGRESS_H
#define BEYLA_PROGRESS_H

#include "lib/count.h"
#include "lib/seq.h"

static __always_inline void beyla_drop_progress(struct beyla_sock *st)
{
	if (!st->progress)
		return;
	bpf_map_delete_elem(&beyla_progress_map, &st->cookie);
	st->progress = 0;
}

/* Takes over a verdict that user space left for this socket. */
static __always_inline void beyla_fold_verdict(struct beyla_sock *st)
{
	struct beyla_verdict *v = bpf_map_lookup_elem(&beyla_verdict_map, &st->cookie);

	if (!v)
		return;
	st->verdict = v->kind;
	bpf_map_delete_elem(&beyla_verdict_map, &st->cookie);
	if (st->verdict != BEYLA_V_WINDOW && st->verdict != BEYLA_V_ALL)
		beyla_drop_progress(st);
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

/* Notes how far a message has come that is longer than what is copied of it:
 * at says where the payload at offset off stands. What is late and does not go on beyond what was
 * reached ends no message. */
static __always_inline void beyla_note_progress(struct __sk_buff *skb, struct beyla_sock *st,
						__u32 dir, __u64 now, __u32 off,
						const struct beyla_place *at)
{
	struct beyla_half *h = &st->half[dir];
	struct beyla_progress none = {}, *p;

	if (at->pos + at->len != h->pos)
		return;
	st->progress = 1;
	p = bpf_map_lookup_elem(&beyla_progress_map, &st->cookie);
	if (!p) {
		bpf_map_update_elem(&beyla_progress_map, &st->cookie, &none, BPF_NOEXIST);
		beyla_fold_verdict(st);
		p = bpf_map_lookup_elem(&beyla_progress_map, &st->cookie);
	}
	if (!p) {
		if (st->verdict == BEYLA_V_WINDOW || st->verdict == BEYLA_V_ALL)
			BEYLA_COUNT(BEYLA_C_PROGRESS_FULL);
		return;
	}
	if (at->flags & (BEYLA_F_GAP | BEYLA_F_LATE) || p->dir != dir)
		p->tail_len = 0; /* its bytes do not go before these */
	p->pos = h->pos;
	p->time = now;
	p->dir = dir;
	p->seq = h->first_seq + (__u32)h->pos;
	beyla_note_tail(skb, p, off, at->len);
}

#endif
