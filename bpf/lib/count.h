/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Counters, per CPU: no atomics, no shared cache line. */
#ifndef BEYLA_COUNT_H
#define BEYLA_COUNT_H

#include "maps.h"

static __always_inline struct beyla_counts *beyla_counts(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&beyla_counter_map, &zero);
}

static __always_inline void beyla_count(__u32 which)
{
	struct beyla_counts *c = beyla_counts();

	if (c && which < BEYLA_C_MAX)
		c->n[which]++;
}

#endif
