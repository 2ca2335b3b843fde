// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* lib/frames.h on the host: single heads, what is found where nothing is known, and random
 * conversations in random packets, of which every byte is checked against a model. */
#include "frames.h"

#define SIZE (1 << 20)

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/* A stream of frames, and which of its bytes are to be copied. */
struct stream {
	uint8_t data[SIZE];
	uint8_t want[SIZE];
	uint8_t ends[SIZE];    /* the byte ends a stream, in a frame that is cut and begins */
	uint32_t starts[SIZE]; /* at this position */
	uint32_t size;
};

static void put_head(uint8_t *at, uint32_t len, uint8_t type, uint8_t flags, uint32_t id)
{
	const uint8_t head[] = { len >> 16, len >> 8, len, type, flags, id >> 24, id >> 16, id >> 8, id };

	memcpy(at, head, sizeof(head));
}

/* Adds a frame with any payload. */
static void add(struct stream *s, struct dice *d, uint32_t len, uint8_t type, uint8_t flags, uint32_t id)
{
	uint8_t *at = s->data + s->size;
	uint32_t i, copied = 9 + (type == 0 && len > 1024 ? 64 : len);

	put_head(at, len, type, flags, id);
	for (i = 0; i < len; i++)
		at[9 + i] = roll(d, 256);
	memset(s->want + s->size, 1, copied);
	memset(s->want + s->size + copied, 0, 9 + len - copied);
	memset(s->ends + s->size, 0, 9 + len);
	if (copied < 9 + len && flags & 1) {
		s->ends[s->size + 8 + len] = 1;
		s->starts[s->size + 8 + len] = s->size;
	}
	s->size += 9 + len;
}

static void compose(struct stream *s, struct dice *d)
{
	static const uint32_t fixed[] = { 0, 0, 5, 4, 6, 10, 8, 9, 4, 0 };

	memset(s->ends, 0, sizeof(s->ends));
	s->size = 0;
	if (roll(d, 2)) {
		memcpy(s->data, preface, 24);
		memset(s->want, 1, 24);
		s->size = 24;
	}
	while (s->size < SIZE / 2) {
		uint8_t type = roll(d, 3) ? 0 : roll(d, 11);
		uint32_t len = type == 0 || type == 1 || type == 9 ? roll(d, roll(d, 4) ? 3000 : 100000) : 0;

		if (type == 0 && roll(d, 2))
			len = 1000 + roll(d, 50); /* about where cutting begins */
		if (type == 10)
			len = roll(d, 16385), type = 10 + roll(d, 246); /* an extension */
		else if (type > 1 && type < 9)
			len = fixed[type];
		add(s, d, len, type, roll(d, 2) ? roll(d, 256) : 1,
		    type == 4 || type == 6 || type == 7 ? 0 : 1 + roll(d, roll(d, 2) ? 255 : 1u << 30));
	}
}

/* In sync from its start on, exactly what is wanted is copied, however it is cut into packets. */
static void check_stream(struct stream *s, struct dice *d)
{
	struct beyla_frame f = { .synced = 1 };
	static struct walked r;
	uint32_t pos = 0, i, k;
	int cut = 0;

	if (!memcmp(s->data, preface, 24))
		f.next = 24;
	while (pos < s->size) {
		uint32_t len = 1 + roll(d, (uint32_t[]){ 8, 30, 1500, 65536, 300000 }[roll(d, 5)]);
		static uint8_t got[SIZE];

		if (len > s->size - pos)
			len = s->size - pos;
		walk(&f, s->data + pos, pos, len, cut, &r);
		check_walked(&r, pos, len);
		CHECK(!r.gone && f.synced, "lost at %u", pos);
		memset(got, 0, len);
		for (i = 0; i < (uint32_t)r.n; i++)
			for (k = 0; k < r.range[i].cap; k++)
				got[r.range[i].pos - pos + k] = 1;
		for (i = pos; i < pos + len; i++) {
			/* the end of a stream, if the head was not in this packet */
			int want = s->want[i] || (s->ends[i] && s->starts[i] + 9 <= pos);

			CHECK(got[i - pos] == want, "byte %u of [%u, +%u): copied %d", i, pos, len, got[i - pos]);
		}
		if (r.n && r.range[0].pos > pos)
			CHECK(r.range[0].cut, "first record at %llu", (unsigned long long)r.range[0].pos);
		cut = r.cut;
		pos += len;
	}
	CHECK(f.next == s->size && !f.have, "ended at %llu", (unsigned long long)f.next);
}

/* A gap inside of what is left out does no harm; one elsewhere loses the place until a packet
 * begins with a head again. */
static void check_gaps(struct stream *s, struct dice *d)
{
	struct beyla_frame f = { .synced = 1, .next = s->data[0] == 'P' ? 24 : 0 };
	static struct walked r;
	uint32_t pos = 0;

	while (pos < s->size) {
		uint32_t len = 1 + roll(d, 3000), skipped = roll(d, 4) ? 0 : roll(d, 5000);

		if (pos + skipped + len > s->size)
			break;
		pos += skipped;
		walk(&f, s->data + pos, pos, len, 0, &r);
		check_walked(&r, pos, len);
		pos += len;
		CHECK(!f.synced || f.next + f.have >= pos, "next head at %llu, behind %u", (unsigned long long)f.next, pos);
	}
}

struct head {
	const char *name;
	uint8_t bytes[9];
	int sound, likely;
};

static const struct head heads[] = {
	{ "DATA", { 0, 0, 5, 0, 0, 0, 0, 0, 1 }, 1, 1 },
	{ "DATA, padded, last", { 0, 0, 5, 0, 9, 0, 0, 0, 1 }, 1, 1 },
	{ "DATA with a flag of another type", { 0, 0, 5, 0, 4, 0, 0, 0, 1 }, 1, 0 },
	{ "DATA of no stream", { 0, 0, 5, 0, 0, 0, 0, 0, 0 }, 0, 0 },
	{ "zeros", { 0 }, 0, 0 },
	{ "DATA of 16384", { 0, 0x40, 0, 0, 0, 0, 0, 0, 1 }, 1, 1 },
	{ "DATA of 16385", { 0, 0x40, 1, 0, 0, 0, 0, 0, 1 }, 1, 0 },
	{ "DATA as large as can be", { 255, 255, 255, 0, 0, 0x7f, 255, 255, 255 }, 1, 0 },
	{ "reserved bit", { 0, 0, 5, 0, 0, 0x80, 0, 0, 1 }, 0, 0 },
	{ "stream above 2^23", { 0, 0, 5, 0, 0, 1, 0, 0, 0 }, 1, 1 },
	{ "HEADERS", { 0, 0, 5, 1, 0x2d, 0, 0, 0, 3 }, 1, 1 },
	{ "HEADERS of no stream", { 0, 0, 5, 1, 4, 0, 0, 0, 0 }, 0, 0 },
	{ "PRIORITY", { 0, 0, 5, 2, 0, 0, 0, 0, 3 }, 1, 1 },
	{ "PRIORITY of 6", { 0, 0, 6, 2, 0, 0, 0, 0, 3 }, 0, 0 },
	{ "RST_STREAM", { 0, 0, 4, 3, 0, 0, 0, 0, 3 }, 1, 1 },
	{ "RST_STREAM of no stream", { 0, 0, 4, 3, 0, 0, 0, 0, 0 }, 0, 0 },
	{ "SETTINGS", { 0, 0, 12, 4, 0, 0, 0, 0, 0 }, 1, 1 },
	{ "SETTINGS, ACK", { 0, 0, 0, 4, 1, 0, 0, 0, 0 }, 1, 1 },
	{ "SETTINGS of 7", { 0, 0, 7, 4, 0, 0, 0, 0, 0 }, 0, 0 },
	{ "SETTINGS of a stream", { 0, 0, 6, 4, 0, 0, 0, 0, 1 }, 0, 0 },
	{ "PUSH_PROMISE", { 0, 0, 4, 5, 4, 0, 0, 0, 1 }, 1, 1 },
	{ "PUSH_PROMISE of 3", { 0, 0, 3, 5, 4, 0, 0, 0, 1 }, 0, 0 },
	{ "PING", { 0, 0, 8, 6, 1, 0, 0, 0, 0 }, 1, 1 },
	{ "PING of 9", { 0, 0, 9, 6, 0, 0, 0, 0, 0 }, 0, 0 },
	{ "GOAWAY", { 0, 0, 8, 7, 0, 0, 0, 0, 0 }, 1, 1 },
	{ "GOAWAY of 7", { 0, 0, 7, 7, 0, 0, 0, 0, 0 }, 0, 0 },
	{ "WINDOW_UPDATE", { 0, 0, 4, 8, 0, 0, 0, 0, 0 }, 1, 1 },
	{ "WINDOW_UPDATE of a stream", { 0, 0, 4, 8, 0, 0, 0, 0, 9 }, 1, 1 },
	{ "WINDOW_UPDATE of 5", { 0, 0, 5, 8, 0, 0, 0, 0, 9 }, 0, 0 },
	{ "CONTINUATION", { 0, 0, 5, 9, 4, 0, 0, 0, 1 }, 1, 1 },
	{ "CONTINUATION of no stream", { 0, 0, 5, 9, 4, 0, 0, 0, 0 }, 0, 0 },
	{ "an extension", { 0, 0, 5, 16, 0, 0, 0, 0, 0 }, 1, 0 },
	{ "a long extension", { 1, 0, 0, 16, 0, 0, 0, 0, 0 }, 0, 0 },
	{ "HTTP/1.1", "HTTP/1.1 ", 0, 0 },
	{ "GET / HTT", "GET / HTT", 0, 0 },
};

static void check_head(const struct head *h)
{
	struct beyla_head got = { .ninth = h->bytes[8] };

	memcpy(&got.word, h->bytes, 8);
	CHECK(!!beyla_head_sound(&got) == h->sound, "%s: sound", h->name);
	CHECK(!!beyla_head_likely(&got) == h->likely, "%s: likely", h->name);
}

/* What is found in a packet when nothing is known, and where the next head is then. */
static void check_guess(const char *name, const uint8_t *data, uint32_t len, int found, uint64_t next)
{
	struct beyla_frame f = {};
	static struct walked r;

	walk(&f, data, 1000, len, 0, &r);
	check_walked(&r, 1000, len);
	CHECK(f.synced == found && !r.gone, "%s: found %d", name, f.synced);
	if (found)
		CHECK(f.next == 1000 + next, "%s: next at %llu", name, (unsigned long long)f.next);
	else
		CHECK(r.n == 1 && r.range[0].pos == 1000 && r.range[0].len == len, "%s: %d records", name, r.n);
}

static void check_guesses(void)
{
	uint8_t b[200] = {};

	check_guess("preface", (const uint8_t *)preface, 24, 1, 24);
	check_guess("preface, cut off", (const uint8_t *)preface, 20, 1, 24);
	check_guess("less than a head", (const uint8_t *)preface, 8, 0, 0);
	put_head(b, 50, 1, 4, 1);
	check_guess("one head", b, 59, 1, 59);
	check_guess("one head, and part of another", b, 59 + 8, 1, 59);
	check_guess("one head, and none behind it", b, 59 + 9, 0, 0);
	put_head(b + 59, 30, 0, 1, 1);
	check_guess("two heads", b, 59 + 9, 1, 59 + 39);
	check_guess("two heads, and none behind", b, 59 + 39 + 9, 0, 0);
}

/* Bytes that are no head where one is due: the rest of the packet is copied, and the next
 * packet is looked at anew. Too many frames are the same. */
static void check_lost(void)
{
	static uint8_t b[100000];
	static struct walked r;
	struct beyla_frame f = { .synced = 1 };
	uint32_t i;

	put_head(b, 2000, 0, 0, 1);
	memset(b + 2009, 'x', 40000);
	walk(&f, b, 0, 2009 + 40000, 0, &r);
	check_walked(&r, 0, 2009 + 40000);
	CHECK(r.gone && !f.synced && r.n == 4 && r.range[0].cap == 73 && r.range[3].cap == 40000 - 2 * 16384,
	      "%d records", r.n);
	f = (struct beyla_frame){ .synced = 1 };
	for (i = 0; i < 5000; i++)
		put_head(b + 9 * i, 0, 4, 1, 0);
	walk(&f, b, 0, 9 * 5000, 0, &r);
	check_walked(&r, 0, 9 * 5000);
	CHECK(r.gone && !f.synced && r.range[r.n - 1].cap <= 16384, "%d records", r.n);
	f.synced = 0;
	walk(&f, b, 9 * 5000, 9, r.cut, &r);
	CHECK(!r.gone && f.synced, "found again");
}

int main(void)
{
	static struct stream s;
	struct dice d = { 1 };
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		check_head(&heads[i]);
	check_guesses();
	check_lost();
	for (i = 0; i < 60; i++) {
		compose(&s, &d);
		check_stream(&s, &d);
		check_gaps(&s, &d);
	}
	return 0;
}
