/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the host-side tests share. They are built with sanitizers and run by
 * internal/tap's TestHost; by hand:
 *
 *   gcc -g -fsanitize=address,undefined -I.. seq_test.c && ./a.out */
#ifndef BEYLA_TEST_H
#define BEYLA_TEST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CHECK ends the test unless it holds; what is printed after it says where. */
#define CHECK(HOLDS, ...)                                                                          \
	do {                                                                                       \
		if (!(HOLDS)) {                                                                    \
			fprintf(stderr, "%s:%d: not %s: ", __FILE__, __LINE__, #HOLDS);            \
			fprintf(stderr, __VA_ARGS__);                                              \
			fprintf(stderr, "\n");                                                     \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* Random numbers, the same in every run (xorshift64*). */
struct dice {
	uint64_t state;
};

static inline uint32_t roll(struct dice *d, uint32_t sides)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return (uint32_t)((d->state * 0x2545f4914f6cdd1dull) >> 33) % sides;
}

#endif
