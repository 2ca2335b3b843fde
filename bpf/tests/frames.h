/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* lib/frames.h on the host: a packet is what stands in memory of exactly its size, and its
 * records are given to a function. */
#ifndef BEYLA_TEST_FRAMES_H
#define BEYLA_TEST_FRAMES_H

#include "test.h"

#include "lib/types.h"

typedef struct {
	const uint8_t *data;
	size_t size;
} beyla_bytes;

static long beyla_load(beyla_bytes *from, uint32_t off, void *to, uint32_t n)
{
	if (off > from->size || n > from->size - off)
		return -1;
	memcpy(to, from->data + off, n);
	return 0;
}

#include "lib/frames.h"

/* What a record says of its place. */
struct range {
	uint64_t pos;
	uint32_t len, cap;
	int cut;
};

/* What became of a packet. */
struct walked {
	int inside; /* it was passed over */
	int gone;
	int cut; /* its last bytes were left out */
	int n;
	struct range range[BEYLA_FRAME_STEPS + 1];
};

/* Takes one packet as lib/walk.h does, cut being what was said of the last one. */
static void walk(struct beyla_frame *f, const uint8_t *data, uint64_t pos, uint32_t len, int cut, struct walked *out)
{
	uint8_t *exact = malloc(len); /* so that one byte too far is seen */
	beyla_bytes bytes = { exact, len };
	struct beyla_walk w = { .start = pos, .end = pos + len };
	int i;

	memcpy(exact, data, len);
	out->n = out->gone = 0;
	out->inside = beyla_frame_inside(f, pos, pos + len);
	out->cut = 1;
	if (out->inside) {
		free(exact);
		return;
	}
	beyla_walk_begin(&bytes, f, &w);
	for (i = 0; i < BEYLA_FRAME_STEPS && !w.done; i++) {
		beyla_walk_step(&bytes, f, &w);
		if (w.cap)
			out->range[out->n++] = (struct range){ w.pos, w.len, w.cap, w.pos == pos ? cut : w.behind };
	}
	if (!w.done) {
		beyla_walk_rest(f, &w);
		out->range[out->n++] = (struct range){ w.pos, w.len, w.cap, w.pos == pos ? cut : w.behind };
	}
	out->gone = w.gone;
	out->cut = w.cut;
	free(exact);
}

/* What holds of any packet: its records stand in order, none is empty or too large, and from
 * the first one on they cover it. */
static void check_walked(const struct walked *r, uint64_t pos, uint32_t len)
{
	uint64_t next = pos;
	int i;

	CHECK(r->inside || r->n > 0, "no record of [%llu, +%u)", (unsigned long long)pos, len);
	for (i = 0; i < r->n; i++) {
		const struct range *g = &r->range[i];

		CHECK(g->cap > 0 && g->cap <= g->len && g->cap <= BEYLA_MAX_PAYLOAD, "record of %u, %u copied", g->len,
		      g->cap);
		CHECK(i == 0 ? g->pos >= next : g->pos == next, "record at %llu, not %llu", (unsigned long long)g->pos,
		      (unsigned long long)next);
		CHECK(i == 0 || g->cut == (r->range[i - 1].cap < r->range[i - 1].len), "cut %d", g->cut);
		next = g->pos + g->len;
	}
	if (r->n) {
		CHECK(next == pos + len, "covered up to %llu", (unsigned long long)next);
		CHECK(r->cut == (r->range[r->n - 1].cap < r->range[r->n - 1].len), "end cut: %d", r->cut);
	}
}

#endif
