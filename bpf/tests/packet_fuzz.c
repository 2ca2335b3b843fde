// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* lib/packet.h on the host, on any bytes. By itself it tries packets with random
 * changes for a while; with libFuzzer it goes on as long as it is let:
 *
 *   clang-19 -g -O1 -fsanitize=fuzzer,address,undefined -DBEYLA_LIBFUZZER -I.. packet_fuzz.c */
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

#include "lib/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	beyla_bytes from = { data, size };
	struct beyla_packet p = {};
	int ret = beyla_parse(&from, data, data + size, &p);

	if (ret != BEYLA_P_OK) {
		CHECK(ret == BEYLA_P_BAD || ret == BEYLA_P_OTHER, "%d", ret);
		return 0;
	}
	CHECK(p.transport == BEYLA_TCP || p.transport == BEYLA_UDP, "transport %u", p.transport);
	CHECK(p.family == data[0] >> 4, "family %u", p.family);
	CHECK(p.l4 >= (p.family == 4 ? 20 : 40), "l4 %u", p.l4);
	CHECK(p.l4 + (p.transport == BEYLA_TCP ? 20 : 8) <= size, "l4 %u of %zu", p.l4, size);
	CHECK(p.sport == (data[p.l4] << 8 | data[p.l4 + 1]), "sport %u", p.sport);
	CHECK(p.dport == (data[p.l4 + 2] << 8 | data[p.l4 + 3]), "dport %u", p.dport);
	if (p.transport == BEYLA_UDP) {
		CHECK(p.payload == p.l4 + 8 && !p.seq && !p.ack && !p.tcp_flags, "payload %u", p.payload);
		return 0;
	}
	CHECK(p.payload == p.l4 + (data[p.l4 + 12] >> 4) * 4u && p.payload >= p.l4 + 20, "payload %u", p.payload);
	CHECK(p.tcp_flags == data[p.l4 + 13], "flags %u", p.tcp_flags);
	CHECK(p.seq >> 24 == data[p.l4 + 4] && (p.ack & 0xff) == data[p.l4 + 11], "seq %u, ack %u", p.seq, p.ack);
	return 0;
}

#ifndef BEYLA_LIBFUZZER

/* A packet that is nearly right: IPv4 or IPv6 with options, TCP or UDP. */
static size_t compose(struct dice *d, uint8_t *b)
{
	static const uint8_t kinds[] = { 0, 43, 44, 51, 60, 6, 17, 58 };
	size_t n = 0;
	int i;

	memset(b, 0, 512);
	if (roll(d, 2)) {
		b[0] = 0x45 + roll(d, 11);
		b[9] = roll(d, 2) ? 6 : 17;
		n = (b[0] & 15) * 4;
	} else {
		uint8_t *next = &b[6];

		b[0] = 0x60;
		for (n = 40, i = roll(d, 9); i > 0; i--) {
			*next = kinds[roll(d, 5)];
			b[n + 1] = roll(d, 3);
			next = &b[n];
			n += beyla_ext_size(b[6], b[n + 1]);
		}
		*next = kinds[5 + roll(d, 3)];
	}
	b[n + 12] = roll(d, 16) << 4;
	b[n + 13] = roll(d, 256);
	n += roll(d, 80);
	for (i = roll(d, 4); i > 0; i--)
		b[roll(d, 512)] = roll(d, 256);
	return n < 512 ? n : 512;
}

/* Headers shorter than an IP header, which the kernel's own test run refuses. */
static void check_short(void)
{
	static const uint8_t first[] = { 0x45, 0x60 };
	struct beyla_packet p = {};
	size_t size;
	int i;

	for (i = 0; i < 2; i++)
		for (size = 0; size < (i ? 40 : 20); size++) {
			uint8_t *exact = malloc(size ? size : 1);
			beyla_bytes from = { exact, size };

			memset(exact, 0, size);
			if (size)
				exact[0] = first[i];
			CHECK(beyla_parse(&from, exact, exact + size, &p) == BEYLA_P_BAD, "%zu bytes", size);
			free(exact);
		}
}

int main(void)
{
	struct dice d = { 1 };
	uint8_t b[512];
	int i;

	check_short();
	for (i = 0; i < 300000; i++) {
		size_t size = compose(&d, b);
		uint8_t *exact = malloc(size ? size : 1); /* so that one byte too far is seen */

		memcpy(exact, b, size);
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	return 0;
}

#endif
