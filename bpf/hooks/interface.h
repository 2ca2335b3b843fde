/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The programs of an interface: see iface.bpf.c. */
#ifndef BEYLA_HOOKS_INTERFACE_H
#define BEYLA_HOOKS_INTERFACE_H

#include "lib/interface.h"

/* TCX_NEXT and TC_ACT_UNSPEC: whoever comes next decides. */
#define BEYLA_NEXT (-1)

/* Wakes the reader when this record lifts the fill level over the mark, or is the
 * first that comes while it dozes, and only then. */
static __always_inline __u64 beyla_iface_wake(__u32 size)
{
	__u64 fill = bpf_ringbuf_query(&beyla_iface_ring, BPF_RB_AVAIL_DATA);
	__u32 zero = 0, *armed = bpf_map_lookup_elem(&beyla_iface_armed, &zero);

	if (armed && *armed) {
		*armed = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	size += BPF_RINGBUF_HDR_SZ;
	if (fill >= beyla_iface_wake_bytes && fill - size < beyla_iface_wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* A reserve wants a constant size, and the copy one that the verifier believes: as
 * BEYLA_EMIT of lib/ring.h. */
#define BEYLA_IFACE_EMIT(ROOM)                                                                     \
	do {                                                                                       \
		struct beyla_iface_packet *r =                                                     \
			bpf_ringbuf_reserve(&beyla_iface_ring, sizeof(*head) + (ROOM), 0);         \
		__u64 last = head->cap - 1;                                                        \
		if (!r)                                                                            \
			return 0;                                                                  \
		__builtin_memcpy(r, head, sizeof(*head));                                          \
		asm volatile("" : "+r"(last));                                                     \
		last &= (ROOM) - 1;                                                                \
		asm volatile("" : "+r"(last));                                                     \
		if (bpf_skb_load_bytes(skb, 0, r + 1, last + 1) < 0)                               \
			r->cap = 0;                                                                \
		bpf_ringbuf_submit(r, beyla_iface_wake(sizeof(*head) + (ROOM)));                   \
	} while (0)

/* A record with the first head->cap bytes of the packet; false when the ring had no room. */
__attribute__((noinline)) int beyla_iface_emit(struct __sk_buff *skb, const struct beyla_iface_packet *head)
{
	__u32 size;

	if (!head)
		return 0;
	size = head->cap;
	if (size <= 128)
		BEYLA_IFACE_EMIT(128);
	else if (size <= 256)
		BEYLA_IFACE_EMIT(256);
	else if (size <= 512)
		BEYLA_IFACE_EMIT(512);
	else if (size <= 1024)
		BEYLA_IFACE_EMIT(1024);
	else if (size <= 2048)
		BEYLA_IFACE_EMIT(2048);
	else if (size <= 4096)
		BEYLA_IFACE_EMIT(4096);
	else if (size <= 8192)
		BEYLA_IFACE_EMIT(8192);
	else
		BEYLA_IFACE_EMIT(BEYLA_IFACE_MAX);
	return 1;
}

/* Whether nothing is wanted of this flow. An entry that has been silent for long,
 * or sees a connection opened, is of a flow that is over. */
static __always_inline int beyla_iface_ignored(const struct beyla_iface_flow *flow, __u8 flags, __u64 now)
{
	__u64 *seen = bpf_map_lookup_elem(&beyla_iface_ignore, flow);

	if (!seen)
		return 0;
	if (!(flags & BEYLA_TH_SYN) && now - *seen < BEYLA_IFACE_IDLE) {
		*seen = now;
		return 1;
	}
	bpf_map_delete_elem(&beyla_iface_ignore, flow);
	return 0;
}

static __always_inline int beyla_iface(struct __sk_buff *skb, __u8 dir)
{
	struct beyla_iface_packet head = {};
	struct beyla_iface_flow flow = {};
	__u64 now = bpf_ktime_get_boot_ns();
	__u8 flags = 0;

	BEYLA_IFACE_COUNT(BEYLA_IC_PACKETS);
	switch (beyla_iface_classify(skb, &flow, &flags)) {
	case BEYLA_IP_OTHER:
		BEYLA_IFACE_COUNT(BEYLA_IC_OTHER);
		return BEYLA_NEXT;
	case BEYLA_IP_BARE:
		BEYLA_IFACE_COUNT(BEYLA_IC_BARE);
		return BEYLA_NEXT;
	case BEYLA_IP_FLOW:
		if (!beyla_iface_ignored(&flow, flags, now))
			break;
		BEYLA_IFACE_COUNT(BEYLA_IC_IGNORED);
		return BEYLA_NEXT;
	}
	head.time = now;
	head.ifindex = skb->ifindex;
	head.dir = dir;
	head.len = skb->len;
	head.cap = head.len < beyla_iface_snap ? head.len : beyla_iface_snap;
	if (head.cap < head.len && bpf_skb_load_bytes(skb, head.len - 8, head.tail, 8) == 0)
		head.tail_len = 8;
	if (beyla_iface_emit(skb, &head))
		BEYLA_IFACE_COUNT(BEYLA_IC_RECORDS);
	else
		BEYLA_IFACE_COUNT(BEYLA_IC_LOST);
	return BEYLA_NEXT;
}

SEC("tcx/ingress")
int beyla_iface_ingress(struct __sk_buff *skb)
{
	return beyla_iface(skb, 0);
}

SEC("tcx/egress")
int beyla_iface_egress(struct __sk_buff *skb)
{
	return beyla_iface(skb, 1);
}

#endif
