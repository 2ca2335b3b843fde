/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Filling in a record on the stack, in whole words of eight bytes. The verifier
 * of 6.1 takes a smaller store to the start of a word for a spilled register, and without
 * CAP_PERFMON refuses every later one to the rest of that word. */
#ifndef BEYLA_RECORD_H
#define BEYLA_RECORD_H

#include "abi.h"

static inline __attribute__((always_inline)) void beyla_put(void *to, __u64 word)
{
	__builtin_memcpy(to, &word, sizeof(word));
}

/* Two neighbours of four bytes each; little endian. */
static inline __attribute__((always_inline)) void beyla_put2(void *to, __u32 first, __u32 second)
{
	beyla_put(to, (__u64)second << 32 | first);
}

/* kind to family. */
static inline __attribute__((always_inline)) void
beyla_put_head(struct beyla_record *rec, __u8 kind, __u8 dir, __u8 transport, __u8 role, __u16 flags,
	       __u8 family)
{
	beyla_put(rec, (__u64)kind | (__u64)dir << 8 | (__u64)transport << 16 | (__u64)role << 24 |
			       (__u64)flags << 32 | (__u64)family << 48);
}

/* The ports, and with them seq. */
static inline __attribute__((always_inline)) void
beyla_put_ports(struct beyla_record *rec, __u16 local, __u16 remote, __u32 seq)
{
	beyla_put2(&rec->local_port, (__u32)remote << 16 | local, seq);
}

/* An IPv6 address of four words in network order. */
static inline __attribute__((always_inline)) void
beyla_put_ip6(__u8 to[16], __u32 a, __u32 b, __u32 c, __u32 d)
{
	beyla_put2(to, a, b);
	beyla_put2(to + 8, c, d);
}

#endif
