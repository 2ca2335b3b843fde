// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* lib/seq.h on the host: a table of what single packets do, and a model of a whole
 * stream against which random ones are checked. */
#include "test.h"

#include "lib/seq.h"

enum { OLD = 1 << 15 };

/* Up to five packets of a direction, each [from, to), and what is made of the last. */
struct row {
	const char *name;
	int from_to[10];
	uint64_t pos, reached;
	uint32_t len;
	int flags; /* BEYLA_F_*, or OLD */
};

static const struct row rows[] = {
	{ "first", { 0, 4 }, 0, 4, 4, 0 },
	{ "next", { 0, 4, 4, 9 }, 4, 9, 5, 0 },
	{ "twice", { 0, 4, 0, 4 }, 0, 4, 0, OLD },
	{ "part of what was", { 0, 4, 1, 3 }, 0, 4, 0, OLD },
	{ "below the first byte", { 0, 4, -5, -1 }, 0, 4, 0, OLD },
	{ "from below the first byte on", { 0, 4, -5, 6 }, 4, 6, 2, 0 },
	{ "overlap", { 0, 4, 2, 6 }, 4, 6, 2, 0 },
	{ "hole", { 0, 4, 6, 8 }, 6, 8, 2, BEYLA_F_GAP },
	{ "hole filled", { 0, 4, 6, 8, 4, 6 }, 4, 8, 2, BEYLA_F_LATE },
	{ "hole filled twice", { 0, 4, 6, 8, 4, 6, 4, 6 }, 0, 8, 0, OLD },
	{ "hole filled from the front", { 0, 2, 8, 9, 2, 4, 4, 6 }, 4, 9, 2, BEYLA_F_LATE },
	{ "front of the hole twice", { 0, 2, 8, 9, 2, 4, 2, 4 }, 0, 9, 0, OLD },
	{ "hole filled from the back", { 0, 2, 8, 9, 6, 8, 4, 6 }, 4, 9, 2, BEYLA_F_LATE },
	{ "back of the hole twice", { 0, 2, 8, 9, 6, 8, 6, 8 }, 0, 9, 0, OLD },
	{ "cut to the hole", { 0, 4, 6, 8, 2, 7 }, 4, 8, 2, BEYLA_F_LATE },
	{ "hole and beyond", { 0, 2, 4, 6, 0, 9 }, 2, 9, 7, BEYLA_F_LATE },
	{ "back of the hole and beyond", { 0, 2, 6, 8, 4, 9 }, 4, 9, 5, BEYLA_F_LATE },
	{ "rest of a hole once its back is filled", { 0, 2, 6, 8, 4, 9, 2, 4 }, 2, 9, 2, BEYLA_F_LATE },
	{ "beyond a hole that is filled", { 0, 2, 4, 6, 2, 4, 0, 9 }, 6, 9, 3, 0 },
	{ "second hole", { 0, 2, 4, 6, 8, 9 }, 8, 9, 1, BEYLA_F_GAP },
	{ "first of two holes", { 0, 2, 4, 6, 8, 9, 2, 4 }, 2, 9, 2, BEYLA_F_LATE },
	{ "second of two holes", { 0, 2, 4, 6, 8, 9, 6, 8 }, 6, 9, 2, BEYLA_F_LATE },
};

static void check_row(const struct row *r, uint32_t first)
{
	struct beyla_half h = {};
	struct beyla_hole hole = {};
	struct beyla_place at = {};
	int i;

	beyla_seq_start(&h, first);
	for (i = 0; i < 10 && r->from_to[i + 1] != r->from_to[i]; i += 2)
		beyla_seq_place(&h, &hole, first + r->from_to[i], r->from_to[i + 1] - r->from_to[i], &at);
	CHECK(h.pos == r->reached, "%s: reached %llu", r->name, (unsigned long long)h.pos);
	CHECK(at.old == (r->flags == OLD), "%s", r->name);
	if (at.old)
		return;
	CHECK(at.flags == r->flags, "%s: flags %d", r->name, at.flags);
	CHECK(at.pos == r->pos && at.len == r->len, "%s: %u bytes at %llu", r->name, at.len,
	      (unsigned long long)at.pos);
	CHECK(at.pos == (uint64_t)(r->from_to[i - 2] + (int)at.trim), "%s: trim %u", r->name, at.trim);
}

/* A byte that comes for the first time is reported, whatever came before. One that
 * comes again is reported only along with what fills the hole. */
#define STREAM 4096

static void check_packet(struct beyla_half *h, struct beyla_hole *hole, uint32_t first, uint8_t *seen,
			 uint32_t from, uint32_t len)
{
	const struct beyla_hole before = *hole;
	uint64_t reached = h->pos;
	struct beyla_place at = {};
	uint32_t i;

	beyla_seq_place(h, hole, first + from, len, &at);
	CHECK(h->pos >= reached, "went back from %llu", (unsigned long long)reached);
	if (at.old)
		at.len = 0;
	else
		CHECK(at.pos == from + at.trim && at.len > 0 && at.trim + at.len <= len, "[%u, +%u) at %llu, trim %u, len %u",
		      from, len, (unsigned long long)at.pos, at.trim, at.len);
	for (i = from; i < from + len; i++) {
		int told = at.len && i >= at.pos && i < at.pos + at.len;

		CHECK(told || seen[i], "new byte %u of [%u, +%u) not reported", i, from, len);
		CHECK(!told || !seen[i] || (at.flags & BEYLA_F_LATE && i >= before.lo),
		      "byte %u reported twice", i);
		seen[i] = 1;
	}
	for (i = 0; i < h->pos; i++)
		CHECK(seen[i] || (i >= hole->lo && i < hole->hi), "hole at %u forgotten", i);
}

static void check_stream(struct dice *d)
{
	uint8_t seen[STREAM] = {};
	struct beyla_half h = {};
	struct beyla_hole hole = {};
	uint32_t first = roll(d, 4) ? 0u - roll(d, STREAM) : roll(d, 1u << 31), window = 1 + roll(d, 400);
	int i;

	beyla_seq_start(&h, first);
	for (i = 0; i < 100; i++) {
		uint32_t low = h.pos > window ? h.pos - window : 0;
		uint32_t from = low + roll(d, 2 * window), len = 1 + roll(d, 100);

		if (roll(d, 2))
			from = h.pos; /* mostly in order */
		if (from + len <= STREAM)
			check_packet(&h, &hole, first, seen, from, len);
	}
}

int main(void)
{
	static const uint32_t firsts[] = { 0, 1, 1000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	struct dice d = { 1 };
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (k = 0; k < sizeof(firsts) / sizeof(firsts[0]); k++)
			check_row(&rows[i], firsts[k]);
	for (i = 0; i < 2000; i++)
		check_stream(&d);
	return 0;
}
