/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Counters, per CPU: no atomics, no shared cache line. */
#ifndef BEYLA_COUNT_H
#define BEYLA_COUNT_H

#include "maps.h"

/* The first element of an array. The key is four bytes, but all eight of its word on the
 * stack are written: see record.h. */
static __always_inline void *beyla_first(void *array)
{
	__u64 zero = 0;

	return bpf_map_lookup_elem(array, &zero);
}

static __always_inline struct beyla_counts *beyla_counts(void)
{
	return beyla_first(&beyla_counter_map);
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
