/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Putting records into the ring: no wake-up but the one that crosses the fill
 * level, every failed reserve counted. */
#ifndef BEYLA_RING_H
#define BEYLA_RING_H

#include "config.h"
#include "lib/count.h"

/* Wakes the reader when this record lifts the fill level over the mark, and
 * only then; otherwise its own short timer finds the record. */
static __always_inline __u64 beyla_wake(__u32 size)
{
	__u64 fill = bpf_ringbuf_query(&beyla_ring, BPF_RB_AVAIL_DATA);

	size += BPF_RINGBUF_HDR_SZ;
	if (fill >= beyla_wake_bytes && fill - size < beyla_wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* A record without payload. */
static __always_inline void beyla_emit_control(const struct beyla_record *rec)
{
	struct beyla_record *r = bpf_ringbuf_reserve(&beyla_ring, sizeof(*r), 0);

	if (!r) {
		BEYLA_COUNT(BEYLA_C_LOST_CONTROL);
		return;
	}
	__builtin_memcpy(r, rec, sizeof(*r));
	bpf_ringbuf_submit(r, beyla_wake(sizeof(*r)));
	BEYLA_COUNT(BEYLA_C_RECORDS);
}

static __always_inline void beyla_emit_owner(const struct beyla_owner *own)
{
	struct beyla_owner *o = bpf_ringbuf_reserve(&beyla_ring, sizeof(*o), 0);

	if (!o) {
		BEYLA_COUNT(BEYLA_C_LOST_CONTROL);
		return;
	}
	__builtin_memcpy(o, own, sizeof(*o));
	bpf_ringbuf_submit(o, beyla_wake(sizeof(*o)));
	BEYLA_COUNT(BEYLA_C_RECORDS);
}

/* Copies last + 1 bytes of payload. The verifier wants to see in the register
 * itself that it is one byte at least and the record's room at most; that of 6.1 learns
 * nothing from a comparison with zero, nor from another copy of the number. */
static __always_inline long
beyla_copy(struct __sk_buff *skb, __u32 off, struct beyla_record *to, __u64 last)
{
	asm volatile("" : "+r"(last));
	return bpf_skb_load_bytes(skb, off, to, last + 1);
}

/* A reserve wants a constant size, so payloads go into records of a few sizes.
 * ROOM is a power of two minus the header, or the power itself for the largest. */
#define BEYLA_EMIT(ROOM)                                                                           \
	do {                                                                                       \
		struct beyla_record *r =                                                           \
			bpf_ringbuf_reserve(&beyla_ring, sizeof(*rec) + (ROOM), 0);                \
		__u64 last = (__u64)rec->cap - 1;                                                  \
		if (!r)                                                                            \
			return 0;                                                                  \
		__builtin_memcpy(r, rec, sizeof(*rec));                                            \
		asm volatile("" : "+r"(last));                                                     \
		if (last >= (ROOM) || beyla_copy(skb, off, r + 1, last) < 0) {                     \
			r->cap = 0;                                                                \
			BEYLA_COUNT(BEYLA_C_COPY_FAILED);                                          \
		}                                                                                  \
		bpf_ringbuf_submit(r, beyla_wake(sizeof(*rec) + (ROOM)));                          \
	} while (0)

/* A record with the payload that stands at offset off, rec->cap bytes of it;
 * false when the ring had no room. */
static __always_inline int
beyla_emit_data(struct __sk_buff *skb, const struct beyla_record *rec, __u32 off)
{
	__u32 size = rec->cap;

	if (size <= 96)
		BEYLA_EMIT(96);
	else if (size <= 352)
		BEYLA_EMIT(352);
	else if (size <= 864)
		BEYLA_EMIT(864);
	else if (size <= 1888)
		BEYLA_EMIT(1888);
	else if (size <= 3936)
		BEYLA_EMIT(3936);
	else if (size <= 8192)
		BEYLA_EMIT(8192);
	else
		BEYLA_EMIT(BEYLA_MAX_PAYLOAD);
	BEYLA_COUNT(BEYLA_C_RECORDS);
	return 1;
}

#endif
