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

/* The empty statement behind keeps the compiler from sharing one increment with
 * a variable index between several places, which the verifier refuses without CAP_PERFMON. */
#define BEYLA_COUNT(WHICH)                                                                         \
	do {                                                                                       \
		struct beyla_counts *counts = beyla_counts();                                      \
                                                                                                   \
		if (counts) {                                                                      \
			counts->n[WHICH]++;                                                        \
			asm volatile("" : : "i"(WHICH) : "memory");                                \
		}                                                                                  \
	} while (0)

#endif
