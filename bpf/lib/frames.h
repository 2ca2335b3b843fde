/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Walking the frames of HTTP/2 (RFC 9113, 4.1) in one direction, packet by packet: which
 * bytes to copy, and which to leave out. No map; runs in BPF and on the host.
 *
 * Everything is copied, but of the payload of a long DATA frame only the start. Where the
 * next head stands is known by stream position, so a packet of which nothing is wanted is
 * passed over without a look, and a gap inside of such a payload does no harm.
 *
 * Whoever includes this says what beyla_load is, as for lib/packet.h. */
#ifndef BEYLA_FRAMES_H
#define BEYLA_FRAMES_H

#include "lib/state.h"

#define BEYLA_FRAME_HEAD 9
/* DATA longer than this is cut, to so much of its payload as holds the prefix of a
 * message of gRPC, behind the length of a padding. */
#define BEYLA_FRAME_LONG 1024
#define BEYLA_FRAME_START 64
/* What every peer takes (RFC 9113, 4.2): a longer one is none that was found by guessing. */
#define BEYLA_FRAME_USUAL 16384
/* Steps in one packet. 64 KiB of frames of 16 bytes; more, and the rest is copied unread. */
#define BEYLA_FRAME_STEPS 4096
/* What a client begins with (RFC 9113, 3.4), and its first eight bytes, "PRI * HT". No
 * other protocol has this method. */
#define BEYLA_PREFACE_SIZE 24
#define BEYLA_PREFACE 0x5448202a20495250ull

enum beyla_frame_type {
	BEYLA_FRAME_DATA = 0,
	BEYLA_FRAME_HEADERS = 1,
	BEYLA_FRAME_PRIORITY = 2,
	BEYLA_FRAME_RST_STREAM = 3,
	BEYLA_FRAME_SETTINGS = 4,
	BEYLA_FRAME_PUSH_PROMISE = 5,
	BEYLA_FRAME_PING = 6,
	BEYLA_FRAME_GOAWAY = 7,
	BEYLA_FRAME_WINDOW_UPDATE = 8,
	BEYLA_FRAME_CONTINUATION = 9,
};

#define BEYLA_FRAMES_FN static inline __attribute__((always_inline))

BEYLA_FRAMES_FN __u64 beyla_lesser(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* A head: its first eight bytes as a little-endian number, and the ninth. */
struct beyla_head {
	__u64 word;
	__u64 ninth;
};

BEYLA_FRAMES_FN __u32 beyla_head_length(const struct beyla_head *h)
{
	return (h->word & 0xff) << 16 | (h->word & 0xff00) | (h->word >> 16 & 0xff);
}

BEYLA_FRAMES_FN __u32 beyla_head_type(const struct beyla_head *h)
{
	return h->word >> 24 & 0xff;
}

BEYLA_FRAMES_FN __u32 beyla_head_flags(const struct beyla_head *h)
{
	return h->word >> 32 & 0xff;
}

/* Whether this can be a head where one is due. Lengths and stream numbers that the type
 * forbids end a connection (RFC 9113, 6), so that they are none. */
BEYLA_FRAMES_FN int beyla_head_sound(const struct beyla_head *h)
{
	__u32 len = beyla_head_length(h);
	int stream = h->word >> 40 || h->ninth;

	if (h->word >> 47 & 1) /* reserved */
		return 0;
	switch (beyla_head_type(h)) {
	case BEYLA_FRAME_DATA:
	case BEYLA_FRAME_HEADERS:
	case BEYLA_FRAME_CONTINUATION:
		return stream;
	case BEYLA_FRAME_PRIORITY:
		return stream && len == 5;
	case BEYLA_FRAME_RST_STREAM:
		return stream && len == 4;
	case BEYLA_FRAME_SETTINGS:
		return !stream && len % 6 == 0;
	case BEYLA_FRAME_PUSH_PROMISE:
		return stream && len >= 4;
	case BEYLA_FRAME_PING:
		return !stream && len == 8;
	case BEYLA_FRAME_GOAWAY:
		return !stream && len >= 8;
	case BEYLA_FRAME_WINDOW_UPDATE:
		return len == 4;
	}
	return len <= BEYLA_FRAME_USUAL; /* an extension (RFC 9113, 5.5) */
}

/* Whether bytes that stand anywhere look like a head: of the types and flags that are
 * defined (RFC 9113, 6), and no longer than usual. */
BEYLA_FRAMES_FN int beyla_head_likely(const struct beyla_head *h)
{
	__u32 type = beyla_head_type(h), known = 0;

	if (type > BEYLA_FRAME_CONTINUATION || beyla_head_length(h) > BEYLA_FRAME_USUAL)
		return 0;
	switch (type) {
	case BEYLA_FRAME_DATA:
		known = 0x09;
		break;
	case BEYLA_FRAME_HEADERS:
		known = 0x2d;
		break;
	case BEYLA_FRAME_SETTINGS:
	case BEYLA_FRAME_PING:
		known = 0x01;
		break;
	case BEYLA_FRAME_PUSH_PROMISE:
		known = 0x0c;
		break;
	case BEYLA_FRAME_CONTINUATION:
		known = 0x04;
	}
	return !(beyla_head_flags(h) & ~known) && beyla_head_sound(h);
}

/* Reads the whole head at stream position pos. */
BEYLA_FRAMES_FN int beyla_head_at(beyla_bytes *bytes, const struct beyla_walk *w, __u64 pos,
				  struct beyla_head *h)
{
	__u32 off = w->off + (__u32)(pos - w->start);

	h->ninth = 0;
	return beyla_load(bytes, off, &h->word, 8) >= 0 && beyla_load(bytes, off + 8, &h->ninth, 1) >= 0;
}

/* Reads n bytes, 1 to 8, at w->at; the first is the lowest of the number. */
BEYLA_FRAMES_FN int beyla_head_part(beyla_bytes *bytes, const struct beyla_walk *w, __u64 n, __u64 *part)
{
	__u32 off = w->off + (__u32)(w->at - w->start);

	*part = 0;
	n = ((n - 1) & 7) + 1;       /* so that the verifier sees it, */
	asm volatile("" : "+r"(n)); /* and the compiler does not know better */
	return beyla_load(bytes, off, part, n) >= 0;
}

/* From here on bytes are copied. */
BEYLA_FRAMES_FN void beyla_walk_open(struct beyla_walk *w)
{
	if (!w->open)
		w->from = w->at;
	w->open = 1;
}

/* Asks for a record of what is open, up to a position or as far as one can be; it covers
 * what is left out behind it, up to another one. */
BEYLA_FRAMES_FN void beyla_walk_give(struct beyla_walk *w, __u64 to, __u64 covered)
{
	w->pos = w->from;
	w->cap = beyla_lesser(to - w->from, BEYLA_MAX_PAYLOAD);
	w->len = covered - w->from;
	w->behind = w->cut;
	w->cut = 0;
}

/* The place among the frames is lost: the rest of the packet is copied unread. */
BEYLA_FRAMES_FN void beyla_walk_lose(struct beyla_frame *f, struct beyla_walk *w)
{
	f->synced = 0;
	f->have = 0;
	w->gone = w->known;
	beyla_walk_open(w);
	w->at = w->end;
}

/* A frame whose head ends at w->at. */
BEYLA_FRAMES_FN void beyla_walk_enter(struct beyla_frame *f, struct beyla_walk *w, const struct beyla_head *h)
{
	__u32 len = beyla_head_length(h), skip = 0;

	if (beyla_head_type(h) == BEYLA_FRAME_DATA && len > BEYLA_FRAME_LONG)
		skip = len - BEYLA_FRAME_START;
	f->have = 0;
	f->skip = skip;
	f->last = skip && beyla_head_flags(h) & 1; /* END_STREAM */
	f->next = w->at + len;
	w->stop = f->next;
	w->at = beyla_lesser(f->next - skip, w->end);
}

/* A head is due at w->at, or the rest of one that another packet began. */
BEYLA_FRAMES_FN void beyla_walk_head(beyla_bytes *bytes, struct beyla_frame *f, struct beyla_walk *w)
{
	struct beyla_head h;
	__u64 left = w->end - w->at, part, have = f->have & 15, need = BEYLA_FRAME_HEAD - have;

	beyla_walk_open(w);
	if (have == 0 && left >= need) {
		if (!beyla_head_at(bytes, w, w->at, &h)) {
			beyla_walk_lose(f, w);
			return;
		}
	} else {
		if (!beyla_head_part(bytes, w, beyla_lesser(left, need), &part)) {
			beyla_walk_lose(f, w);
			return;
		}
		h.word = have ? f->head : 0;
		if (have < 8)
			h.word |= part << 8 * have;
		if (left < need) {
			f->head = h.word;
			f->have = have + left;
			w->at = w->end;
			return;
		}
		h.ninth = part >> 8 * (8 - have);
	}
	if (!beyla_head_sound(&h)) {
		beyla_walk_lose(f, w);
		return;
	}
	w->at += need;
	beyla_walk_enter(f, w, &h);
}

/* Whether frames begin at the start of a packet of which it is not known: one head that is
 * likely, and another where it ends, if that is in the packet, too; or the preface. */
BEYLA_FRAMES_FN int beyla_walk_guess(beyla_bytes *bytes, const struct beyla_walk *w, __u64 *next)
{
	struct beyla_head h;

	if (w->end - w->at < BEYLA_FRAME_HEAD || !beyla_head_at(bytes, w, w->at, &h))
		return 0;
	if (h.word == BEYLA_PREFACE) {
		*next = w->at + BEYLA_PREFACE_SIZE;
		return 1;
	}
	if (!beyla_head_likely(&h))
		return 0;
	*next = w->at;
	return w->end - w->at < 2 * BEYLA_FRAME_HEAD + beyla_head_length(&h) ||
	       (beyla_head_at(bytes, w, w->at + BEYLA_FRAME_HEAD + beyla_head_length(&h), &h) &&
		beyla_head_likely(&h));
}

/* Whether the direction's place among its frames is known at pos. */
BEYLA_FRAMES_FN int beyla_frame_known(const struct beyla_frame *f, __u64 pos)
{
	return f->synced && (f->have ? pos == f->next + f->have : pos <= f->next);
}

/* Whether nothing of the payload [pos, end) is to be copied. */
BEYLA_FRAMES_FN int beyla_frame_inside(const struct beyla_frame *f, __u64 pos, __u64 end)
{
	return f->synced && f->skip && !f->have && pos >= f->next - f->skip && end <= f->next - f->last;
}

/* The packet is copied unread, all of it: who puts it in order may find frames where
 * this walk has lost its place. */
BEYLA_FRAMES_FN void beyla_walk_whole(struct beyla_walk *w)
{
	beyla_walk_open(w);
	w->at = w->end;
}

/* Begins the walk through a packet: start, end and off are filled in. */
BEYLA_FRAMES_FN void beyla_walk_begin(beyla_bytes *bytes, struct beyla_frame *f, struct beyla_walk *w)
{
	__u64 next = 0;

	w->at = w->start;
	w->known = f->synced;
	if (!beyla_frame_known(f, w->start)) {
		w->gone = f->synced;
		f->have = 0;
		f->skip = 0;
		f->last = 0;
		f->synced = beyla_walk_guess(bytes, w, &next);
		f->next = next;
		if (!f->synced) {
			beyla_walk_whole(w);
			return;
		}
	}
	w->stop = f->next - f->last;
	if (w->at < f->next - f->skip) {
		beyla_walk_open(w);
		w->at = beyla_lesser(f->next - f->skip, w->end);
	}
}

/* The next step through a packet; 1 when it was the last one. */
BEYLA_FRAMES_FN int beyla_walk_step(beyla_bytes *bytes, struct beyla_frame *f, struct beyla_walk *w)
{
	w->cap = 0;
	if (w->open && w->at - w->from > BEYLA_MAX_PAYLOAD) {
		beyla_walk_give(w, w->at, w->from + BEYLA_MAX_PAYLOAD);
		w->from += BEYLA_MAX_PAYLOAD;
		return 0;
	}
	if (w->at >= w->end) {
		if (w->open)
			beyla_walk_give(w, w->end, w->end);
		w->done = 1;
		return 1;
	}
	if (w->at < w->stop) {
		__u64 to = beyla_lesser(w->stop, w->end);

		if (w->open)
			beyla_walk_give(w, w->at, to);
		w->open = 0;
		w->cut = 1;
		w->at = to;
		return 0;
	}
	if (w->at < f->next) { /* the byte that ends a stream */
		beyla_walk_open(w);
		w->at = f->next;
		return 0;
	}
	beyla_walk_head(bytes, f, w);
	return 0;
}

/* The walk took too many steps, or never began: what is left is one range, and only as
 * much of it is copied as one record can hold. */
BEYLA_FRAMES_FN void beyla_walk_rest(struct beyla_frame *f, struct beyla_walk *w)
{
	if (f->synced)
		w->gone = w->known;
	f->synced = 0;
	beyla_walk_open(w);
	beyla_walk_give(w, w->end, w->end);
	w->cut = w->cap < w->len;
}

#endif
