/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the programs of an interface share with user space, and how they tell
 * which packets are worth copying. */
#ifndef BEYLA_INTERFACE_H
#define BEYLA_INTERFACE_H

#include "lib/load.h"
#include "lib/packet.h"

/* One record of the ring; cap bytes of the packet follow at once. */
struct beyla_iface_packet {
	__u64 time; /* CLOCK_BOOTTIME, ns */
	__u32 ifindex;
	__u32 len; /* bytes of the packet, link header included */
	__u32 cap; /* of which follow */
	__u8 dir;  /* 0: came in, 1: goes out */
	__u8 tail_len; /* 8 where tail is valid: when cap < len */
	__u8 pad[2];
	__u8 tail[8]; /* the packet's last bytes */
};
_Static_assert(sizeof(struct beyla_iface_packet) == 32, "interface record layout");

/* A flow as the headers of one of its packets name it. */
struct beyla_iface_flow {
	__u8 src[16]; /* IPv4 in the first four bytes */
	__u8 dst[16];
	__u16 sport; /* host order */
	__u16 dport;
	__u8 transport;
	__u8 family; /* 4 or 6 */
	__u16 pad;
};
_Static_assert(sizeof(struct beyla_iface_flow) == 40, "interface flow layout");

enum beyla_iface_counter {
	BEYLA_IC_PACKETS = 0, /* packets that passed */
	BEYLA_IC_RECORDS = 1, /* records put into the ring */
	BEYLA_IC_LOST = 2,    /* records that did not fit the ring */
	BEYLA_IC_OTHER = 3,   /* neither TCP nor UDP nor what may carry them */
	BEYLA_IC_BARE = 4,    /* acknowledgements that carry nothing */
	BEYLA_IC_IGNORED = 5, /* of flows told to be ignored */
	BEYLA_IC_MAX = 6,
};

struct beyla_iface_counts {
	__u64 n[BEYLA_IC_MAX];
};

/* Names the types above in the BTF of a map, so that the Go side is made from them. */
union beyla_iface_abi {
	struct beyla_iface_packet packet;
	enum beyla_iface_counter counter;
};

/* Largest copy of one packet. */
#define BEYLA_IFACE_MAX 16384
/* How long an ignored flow may be silent before it is looked at again, ns. */
#define BEYLA_IFACE_IDLE 60000000000ULL

/* Bytes copied of each packet, at most BEYLA_IFACE_MAX. */
volatile const __u32 beyla_iface_snap = BEYLA_IFACE_MAX;
/* Fill level of the ring, in bytes, that wakes the reader early. */
volatile const __u32 beyla_iface_wake_bytes = 4 << 20;

/* Packets for user space. Size set by user space; the value type is for BTF alone. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
	__type(value, union beyla_iface_abi);
} beyla_iface_ring SEC(".maps");

/* Not zero: the reader dozes, and the next record has to wake it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} beyla_iface_armed SEC(".maps");

/* Flow -> when it was last seen, of flows of which nothing is wanted; an entry for
 * each direction. Written by user space, deleted when a connection is opened on the same
 * addresses or the flow was silent; full: the one looked up longest ago goes, and is
 * ignored in user space. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct beyla_iface_flow);
	__type(value, __u64);
} beyla_iface_ignore SEC(".maps");

/* enum beyla_iface_counter -> count. One line per CPU, never deleted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct beyla_iface_counts);
} beyla_iface_counter_map SEC(".maps");

/* As BEYLA_COUNT of lib/count.h. */
#define BEYLA_IFACE_COUNT(WHICH)                                                                   \
	do {                                                                                       \
		__u32 zero = 0;                                                                    \
		struct beyla_iface_counts *counts =                                                \
			bpf_map_lookup_elem(&beyla_iface_counter_map, &zero);                      \
                                                                                                   \
		if (counts) {                                                                      \
			counts->n[WHICH]++;                                                        \
			asm volatile("" : : "i"(WHICH) : "memory");                                \
		}                                                                                  \
	} while (0)

enum beyla_iface_class {
	BEYLA_IP_OTHER = 0, /* of no interest */
	BEYLA_IP_BARE = 1,  /* TCP with nothing in it */
	BEYLA_IP_FLOW = 2,  /* of the flow that was filled in */
	BEYLA_IP_KEEP = 3,  /* may carry something: user space looks */
};

/* Protocols that may carry TCP or UDP further in: IPv4, IPv6, GRE, and what the
 * classifier does not walk over: extension headers of IPv6. */
static __always_inline int beyla_iface_carries(__u8 protocol)
{
	switch (protocol) {
	case 0: case 43: case 44: case 51: case 60: case 135: case 139: case 140: /* extensions */
	case 4: case 41: case 47:
		return BEYLA_IP_KEEP;
	}
	return BEYLA_IP_OTHER;
}

/* The transport header, at l4 of the network header; len is how long the packet is
 * from there on, 0 if its header does not tell. */
static __always_inline int
beyla_iface_transport(struct __sk_buff *skb, __u32 l4, __u32 len, struct beyla_iface_flow *flow, __u8 *flags)
{
	__u8 b[14] = {};
	long ret;

	if (flow->transport == BEYLA_TCP)
		ret = bpf_skb_load_bytes_relative(skb, l4, b, 14, BPF_HDR_START_NET);
	else
		ret = bpf_skb_load_bytes_relative(skb, l4, b, 8, BPF_HDR_START_NET);
	if (ret < 0)
		return BEYLA_IP_KEEP;
	flow->sport = beyla_get16(b);
	flow->dport = beyla_get16(b + 2);
	if (flow->transport == BEYLA_UDP) { /* a tunnel is not one flow: VXLAN, Geneve */
		if (flow->dport == 4789 || flow->dport == 8472 || flow->dport == 6081)
			return BEYLA_IP_KEEP;
		return BEYLA_IP_FLOW;
	}
	*flags = b[13];
	if (len && len <= (__u32)(b[12] >> 4) * 4 && !(*flags & (BEYLA_TH_SYN | BEYLA_TH_FIN | BEYLA_TH_RST)))
		return BEYLA_IP_BARE;
	return BEYLA_IP_FLOW;
}

static __always_inline int
beyla_iface_ipv4(struct __sk_buff *skb, struct beyla_iface_flow *flow, __u8 *flags)
{
	__u8 h[20] = {};
	__u32 size, total;

	if (bpf_skb_load_bytes_relative(skb, 0, h, 20, BPF_HDR_START_NET) < 0)
		return BEYLA_IP_OTHER;
	if (h[9] != BEYLA_TCP && h[9] != BEYLA_UDP)
		return h[9] == 4 || h[9] == 41 || h[9] == 47 ? BEYLA_IP_KEEP : BEYLA_IP_OTHER;
	if (beyla_get16(h + 6) & 0x3fff)
		return BEYLA_IP_KEEP; /* a fragment */
	flow->family = 4;
	flow->transport = h[9];
	__builtin_memcpy(flow->src, h + 12, 4);
	__builtin_memcpy(flow->dst, h + 16, 4);
	size = (h[0] & 0x0f) * 4;
	total = beyla_get16(h + 2);
	return beyla_iface_transport(skb, size, total > size ? total - size : 0, flow, flags);
}

static __always_inline int
beyla_iface_ipv6(struct __sk_buff *skb, struct beyla_iface_flow *flow, __u8 *flags)
{
	__u8 h[40] = {};

	if (bpf_skb_load_bytes_relative(skb, 0, h, 40, BPF_HDR_START_NET) < 0)
		return BEYLA_IP_OTHER;
	if (h[6] != BEYLA_TCP && h[6] != BEYLA_UDP)
		return beyla_iface_carries(h[6]);
	flow->family = 6;
	flow->transport = h[6];
	__builtin_memcpy(flow->src, h + 8, 16);
	__builtin_memcpy(flow->dst, h + 24, 16);
	return beyla_iface_transport(skb, 40, beyla_get16(h + 4), flow, flags);
}

/* Which packets are worth copying. What has a tag in front of IP is for user space
 * to open; a tag that the device keeps apart is none. */
static __always_inline int
beyla_iface_classify(struct __sk_buff *skb, struct beyla_iface_flow *flow, __u8 *flags)
{
	switch (__builtin_bswap16((__u16)skb->protocol)) {
	case 0x0800:
		return beyla_iface_ipv4(skb, flow, flags);
	case 0x86dd:
		return beyla_iface_ipv6(skb, flow, flags);
	case 0x8100: case 0x88a8: case 0x9100: /* 802.1Q, QinQ */
	case 0x8847: case 0x8848: /* MPLS */
	case 0x8864: /* PPPoE */
		return BEYLA_IP_KEEP;
	}
	return BEYLA_IP_OTHER;
}

#endif
