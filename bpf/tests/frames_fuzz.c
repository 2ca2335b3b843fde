// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* lib/frames.h on the host, on any bytes in any packets. By itself it tries random ones for a
 * while; with libFuzzer it goes on as long as it is let:
 *
 *   clang-19 -g -O1 -fsanitize=fuzzer,address,undefined -DBEYLA_LIBFUZZER -I.. frames_fuzz.c */
#include "frames.h"

/* The input is packets: a byte that says how long it is and how many bytes before it were not
 * seen, and as many bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct beyla_frame f = { .synced = size & 1 };
	static struct walked r;
	uint64_t pos = 0;
	int cut = 0;

	while (size > 1) {
		uint32_t len = 1 + (data[0] & 127), known = f.synced;

		pos += data[0] & 128;
		data++, size--;
		if (len > size)
			len = size;
		walk(&f, data, pos, len, cut, &r);
		check_walked(&r, pos, len);
		data += len, size -= len, pos += len, cut = r.cut;
		CHECK(f.have <= 8 && f.last <= 1 && f.synced <= 1, "have %u", f.have);
		CHECK(!f.synced || f.next + f.have >= pos, "next head at %llu, behind %llu", (unsigned long long)f.next,
		      (unsigned long long)pos);
		CHECK(!f.synced || !f.have || f.next + f.have == pos, "%u bytes of a head at %llu, reached %llu", f.have,
		      (unsigned long long)f.next, (unsigned long long)pos);
		CHECK(known || !r.gone, "lost what was not known");
		CHECK(f.synced || !known || r.gone, "lost and not told");
	}
	return 0;
}

#ifndef BEYLA_LIBFUZZER

/* Packets with frames that are nearly right. */
static size_t compose(struct dice *d, uint8_t *b)
{
	static const uint8_t lengths[] = { 0, 4, 5, 6, 8, 20, 100 };
	size_t n = 0;

	while (n < 900) {
		uint32_t i, len = roll(d, 20) ? lengths[roll(d, 7)] : roll(d, 1u << 12);

		b[n] = 0, b[n + 1] = len >> 8, b[n + 2] = len, b[n + 3] = roll(d, 11), b[n + 4] = roll(d, 10);
		b[n + 5] = 0, b[n + 6] = 0, b[n + 7] = 0, b[n + 8] = roll(d, 2);
		n += 9;
		for (i = 0; i < len && n < 900; i++)
			b[n++] = roll(d, 256);
	}
	for (n = roll(d, 12); n > 0; n--)
		b[roll(d, 900)] = roll(d, 256);
	return 1 + roll(d, 900);
}

int main(void)
{
	struct dice d = { 1 };
	uint8_t b[1024];
	int i;

	for (i = 0; i < 100000; i++)
		LLVMFuzzerTestOneInput(b, compose(&d, b));
	return 0;
}

#endif
