/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* lib/frames.h at work: a packet's ranges become records. */
#ifndef BEYLA_WALK_H
#define BEYLA_WALK_H

#include "lib/load.h"
#include "lib/frames.h"
#include "lib/ring.h"

/* Where both directions of the socket stand, made when it is not there yet. */
static __always_inline struct beyla_http2 *beyla_http2_of(struct bpf_sock *sk)
{
	struct beyla_http2 *f =
		bpf_sk_storage_get(&beyla_http2_map, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!f)
		BEYLA_COUNT(BEYLA_C_NO_STORAGE);
	return f;
}

/* The first payload of a direction, at offset off. If it is a client's of HTTP/2, both directions
 * are walked from their start; a server that spoke first is where its next packet shows. A
 * function of its own: inlined, it makes what every packet does slower. */
static __attribute__((noinline)) void
beyla_greeted(struct __sk_buff *skb, struct bpf_sock *sk, struct beyla_sock *st, __u32 dir, __u32 off)
{
	struct beyla_http2 *h2;
	__u64 word = 0;

	if (bpf_skb_load_bytes(skb, off, &word, sizeof(word)) < 0 || word != BEYLA_PREFACE)
		return;
	h2 = beyla_http2_of(sk);
	if (!h2)
		return;
	h2->dir[BEYLA_INGRESS].frame.next = dir == BEYLA_INGRESS ? BEYLA_PREFACE_SIZE : 0;
	h2->dir[BEYLA_INGRESS].frame.synced = dir == BEYLA_INGRESS || !st->half[BEYLA_INGRESS].pos;
	h2->dir[BEYLA_EGRESS].frame.next = dir == BEYLA_EGRESS ? BEYLA_PREFACE_SIZE : 0;
	h2->dir[BEYLA_EGRESS].frame.synced = dir == BEYLA_EGRESS || !st->half[BEYLA_EGRESS].pos;
	st->verdict = BEYLA_V_FRAMES;
}

/* Takes the walker; false when somebody has it. Whoever counts up to something else than 1
 * was not alone, and two who come at the same time may both go away. */
static __always_inline int beyla_walk_take(struct beyla_walker *k)
{
	__sync_fetch_and_add(&k->busy, 1);
	if (*(volatile __u32 *)&k->busy == 1)
		return 1;
	__sync_fetch_and_add(&k->busy, -1);
	return 0;
}

static __always_inline void beyla_walk_put(struct beyla_walker *k)
{
	__sync_fetch_and_add(&k->busy, -1);
}

/* What the steps of a walk share. */
struct beyla_steps {
	struct __sk_buff *skb;
	struct beyla_walker *walker;
};

/* The record that a step has asked for. Only the first one of a packet begins a message,
 * and says what such a record says. */
static __always_inline void beyla_walk_report(struct __sk_buff *skb, struct beyla_walker *k)
{
	struct beyla_record *rec = &k->rec;
	__u32 skipped = k->walk.pos - k->walk.start;

	rec->pos = k->walk.pos;
	rec->seq = k->seq + skipped;
	rec->len = k->walk.len;
	rec->cap = k->walk.cap;
	if (skipped)
		rec->flags = (rec->flags & (BEYLA_F_MSG_START | BEYLA_F_LATE)) | (k->walk.behind ? BEYLA_F_CUT : 0);
	if (!beyla_emit_data(skb, rec, k->walk.off + skipped)) {
		if (rec->flags & BEYLA_F_MSG_START)
			beyla_lose(BEYLA_C_LOST_START);
		else
			beyla_lose(BEYLA_C_LOST_DATA);
	}
	rec->flags &= BEYLA_F_LATE;
	rec->lost = 0;
	rec->thread = 0;
	rec->goroutine = 0;
	rec->goroutine_parent = 0;
}

static long beyla_walk_on(__u32 i, struct beyla_steps *s)
{
	struct beyla_walker *k = s->walker;
	int done = beyla_walk_step(s->skb, &k->frame, &k->walk);

	if (k->walk.cap)
		beyla_walk_report(s->skb, k);
	return done;
}

/* Reports a packet of HTTP/2, for which the walker was taken, and puts that back. The payload
 * stands at offset off; *rec says where it lies in the stream. Tells whether its last bytes were left out. A global function, as beyla_emit_data;
 * user space empties it where there is no bpf_loop. */
__attribute__((noinline)) int
beyla_walk_packet(struct __sk_buff *skb, const struct beyla_record *rec, struct beyla_walker *k, __u32 off)
{
	struct beyla_steps steps = { .skb = skb, .walker = k };
	int cut;

	if (!beyla_frames || !rec || !k)
		return 0;
	k->rec = *rec;
	k->seq = rec->seq;
	k->walk = (struct beyla_walk){};
	k->walk.off = off;
	k->walk.start = rec->pos;
	k->walk.end = rec->pos + rec->len;
	k->walk.at = rec->pos;
	if (rec->flags & BEYLA_F_LATE) /* behind where the walk stands, which it does not move */
		beyla_walk_whole(&k->walk);
	else
		beyla_walk_begin(skb, &k->frame, &k->walk);
	bpf_loop(BEYLA_FRAME_STEPS, beyla_walk_on, &steps, 0);
	if (!k->walk.done) {
		beyla_walk_rest(&k->frame, &k->walk);
		beyla_walk_report(skb, k);
	}
	if (k->walk.gone)
		BEYLA_COUNT(BEYLA_C_LOST_SYNC);
	cut = k->walk.cut;
	beyla_walk_put(k);
	return cut;
}

#endif
