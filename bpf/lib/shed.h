/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which exchanges are left out while the ring fills up faster than it is read: pure, no map,
 * no helper.
 *
 * Nothing is remembered and nothing is steered: the fill level is the answer. Up to the half nobody is
 * left out, from three quarters on everybody who begins an exchange, in between a share that grows with
 * the level, so that the level stays where what is let in is what is read. The last quarter is for the
 * rest of exchanges that were let in. Once the ring has been read below the half all is as before. */
#ifndef BEYLA_SHED_H
#define BEYLA_SHED_H

#include "lib/types.h"

/* Shares, and hashes that are compared with them, are in units of 1/65536. */
#define BEYLA_ALL_SHED 65536

/* Whether anybody is to be left out. quarter is that of the ring's size, in bytes. */
static inline __attribute__((always_inline)) int beyla_crowded(__u64 fill, __u32 quarter)
{
	return fill > 2 * (__u64)quarter;
}

/* The share of connections to be left out. */
static inline __attribute__((always_inline)) __u32 beyla_shed_share(__u64 fill, __u32 quarter)
{
	__u64 excess;

	if (!quarter || !beyla_crowded(fill, quarter))
		return 0;
	excess = fill - 2 * (__u64)quarter;
	if (excess >= quarter)
		return BEYLA_ALL_SHED;
	return excess * BEYLA_ALL_SHED / quarter;
}

/* Likewise of connections whose exchanges overlap, or are told by what came before: those that are left
 * out may not be understood afterwards, so they come later. */
static inline __attribute__((always_inline)) __u32 beyla_shed_late(__u32 share)
{
	return share > BEYLA_ALL_SHED / 2 ? 2 * share - BEYLA_ALL_SHED : 0;
}

/* Where a connection stands, 0 to 65535, by its two ports in either order: its ends agree without
 * asking each other. Every round, all of them change places, so that nobody is left out for long. The
 * multiplier is 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4). */
static inline __attribute__((always_inline)) __u32 beyla_shed_place(__u16 port, __u16 other, __u32 round)
{
	return ((__u32)(port ^ other) + round) * 0x9e3779b1u >> 16;
}

#endif
