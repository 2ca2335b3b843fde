/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How BPF programs give lib/packet.h the bytes of a packet. */
#ifndef BEYLA_LOAD_H
#define BEYLA_LOAD_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef struct __sk_buff beyla_bytes;

static __always_inline long beyla_load(beyla_bytes *from, __u32 off, void *to, __u32 n)
{
	return bpf_skb_load_bytes(from, off, to, n);
}

#endif
