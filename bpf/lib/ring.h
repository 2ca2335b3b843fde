/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Putting records into the ring: no wake-up but the one that crosses the fill
 * level, every failed reserve counted. */
#ifndef BEYLA_RING_H
#define BEYLA_RING_H

#include "config.h"
#include "lib/count.h"

/* Wakes the reader when this record lifts the fill level over the mark, or is the
 * first that comes while it dozes, and only then; otherwise its own short timer finds
 * the record. */
static __always_inline __u64 beyla_wake(__u32 size)
{
	__u64 fill = bpf_ringbuf_query(&beyla_ring, BPF_RB_AVAIL_DATA);
	__u32 *armed = beyla_first(&beyla_armed_map);

	if (armed && *armed) {
		*armed = 0;
		return BPF_RB_FORCE_WAKEUP;
	}

	size += BPF_RINGBUF_HDR_SZ;
	if (fill >= beyla_wake_bytes && fill - size < beyla_wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* A record did not fit. */
static __always_inline void beyla_lose(__u32 counter)
{
	__u32 *lost = beyla_first(&beyla_lost_map);

	BEYLA_COUNT(counter);
	if (lost)
		__sync_fetch_and_add(lost, 1);
}

static __always_inline __u32 beyla_lost(void)
{
	__u32 *lost = beyla_first(&beyla_lost_map);

	return lost ? *lost : 0;
}

/* Room in the ring for a record without payload, to be filled in there: the stack of the
 * packet programs has none to spare. Empty; NULL when there is no room. */
static __always_inline struct beyla_record *beyla_control(void)
{
	struct beyla_record *rec = bpf_ringbuf_reserve(&beyla_ring, sizeof(*rec), 0);

	if (rec)
		__builtin_memset(rec, 0, sizeof(*rec));
	else
		beyla_lose(BEYLA_C_LOST_CONTROL);
	return rec;
}

static __always_inline void beyla_submit_control(struct beyla_record *rec)
{
	bpf_ringbuf_submit(rec, beyla_wake(sizeof(*rec)));
	BEYLA_COUNT(BEYLA_C_RECORDS);
}

static __always_inline void beyla_emit_owner(const struct beyla_owner *own)
{
	struct beyla_owner *o = bpf_ringbuf_reserve(&beyla_ring, sizeof(*o), 0);

	if (!o) {
		beyla_lose(BEYLA_C_LOST_CONTROL);
		return;
	}
	__builtin_memcpy(o, own, sizeof(*o));
	bpf_ringbuf_submit(o, beyla_wake(sizeof(*o)));
	BEYLA_COUNT(BEYLA_C_RECORDS);
}

static __always_inline void beyla_emit_read(const struct beyla_read *read)
{
	struct beyla_read *r = bpf_ringbuf_reserve(&beyla_ring, sizeof(*r), 0);

	if (!r) {
		beyla_lose(BEYLA_C_LOST_CONTROL);
		return;
	}
	__builtin_memcpy(r, read, sizeof(*r));
	bpf_ringbuf_submit(r, beyla_wake(sizeof(*r)));
	BEYLA_COUNT(BEYLA_C_RECORDS);
}

/* A reserve wants a constant size, so payloads go into records of a few sizes,
 * all powers of two and no smaller than the payload of rec->cap > 0 bytes.
 *
 * The size of the copy is bounded by a mask, in the register itself that is handed
 * over: the verifier of 6.1 does not carry bounds from one copy of a number to another,
 * and without CAP_PERFMON it also follows mispredicted comparisons, which bound nothing. */
#define BEYLA_EMIT(ROOM)                                                                           \
	do {                                                                                       \
		struct beyla_record *r =                                                           \
			bpf_ringbuf_reserve(&beyla_ring, sizeof(*rec) + (ROOM), 0);                \
		__u64 last = rec->cap - 1;                                                         \
		if (!r)                                                                            \
			return 0;                                                                  \
		__builtin_memcpy(r, rec, sizeof(*rec));                                            \
		asm volatile("" : "+r"(last));                                                     \
		last &= (ROOM) - 1;                                                                \
		asm volatile("" : "+r"(last));                                                     \
		if (bpf_skb_load_bytes(skb, off, r + 1, last + 1) < 0) {                           \
			r->cap = 0;                                                                \
			BEYLA_COUNT(BEYLA_C_COPY_FAILED);                                          \
		}                                                                                  \
		bpf_ringbuf_submit(r, beyla_wake(sizeof(*rec) + (ROOM)));                          \
	} while (0)

/* A record with the payload that stands at offset off, rec->cap bytes of it;
 * false when the ring had no room. A global function, which the verifier checks once
 * and by itself (5.12), instead of in every state that leads here. */
__attribute__((noinline)) int
beyla_emit_data(struct __sk_buff *skb, const struct beyla_record *rec, __u32 off)
{
	__u32 size;

	if (!rec)
		return 0;
	size = rec->cap;
	if (size <= 128)
		BEYLA_EMIT(128);
	else if (size <= 256)
		BEYLA_EMIT(256);
	else if (size <= 512)
		BEYLA_EMIT(512);
	else if (size <= 1024)
		BEYLA_EMIT(1024);
	else if (size <= 2048)
		BEYLA_EMIT(2048);
	else if (size <= 4096)
		BEYLA_EMIT(4096);
	else if (size <= 8192)
		BEYLA_EMIT(8192);
	else
		BEYLA_EMIT(BEYLA_MAX_PAYLOAD);
	BEYLA_COUNT(BEYLA_C_RECORDS);
	return 1;
}

/* The same with a record of the largest size, whatever rec->cap > 0 is. */
__attribute__((noinline)) int
beyla_emit_largest(struct __sk_buff *skb, const struct beyla_record *rec, __u32 off)
{
	if (!rec)
		return 0;
	BEYLA_EMIT(BEYLA_MAX_PAYLOAD);
	BEYLA_COUNT(BEYLA_C_RECORDS);
	return 1;
}

#endif
