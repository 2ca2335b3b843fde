// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* lib/shed.h on the host: how the share grows with the fill level, how evenly connections lie
 * below it, and whether it steers: a ring that is filled five times as fast as it is read. */
#include "test.h"

#include "lib/shed.h"

enum { QUARTER = 1 << 18 };

static void shares(void)
{
	static const struct {
		uint64_t fill;
		uint32_t share, late;
	} rows[] = {
		{ 0, 0, 0 },
		{ 2 * QUARTER, 0, 0 },
		{ 2 * QUARTER + 1, 0, 0 },
		{ 2 * QUARTER + QUARTER / 4, 16384, 0 },
		{ 2 * QUARTER + QUARTER / 2, 32768, 0 },
		{ 2 * QUARTER + QUARTER / 4 * 3, 49152, 32768 },
		{ 3 * QUARTER, 65536, 65536 },
		{ 4 * QUARTER, 65536, 65536 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t share = beyla_shed_share(rows[i].fill, QUARTER);

		CHECK(share == rows[i].share, "fill %llu: %u", (unsigned long long)rows[i].fill, share);
		CHECK(beyla_shed_late(share) == rows[i].late, "fill %llu", (unsigned long long)rows[i].fill);
		CHECK(beyla_crowded(rows[i].fill, QUARTER) || !share, "fill %llu", (unsigned long long)rows[i].fill);
	}
	CHECK(beyla_shed_share(1, 0) == 0, "no size is known");
}

/* Clients take ports in steps of two, one after the other. */
static void places(void)
{
	enum { CONNECTIONS = 1000 };

	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t share = 8192; share < BEYLA_ALL_SHED; share += 8192) {
			int below = 0, want = (uint64_t)CONNECTIONS * share / BEYLA_ALL_SHED;

			for (int i = 0; i < CONNECTIONS; i++) {
				uint16_t port = 32768 + 2 * i;
				uint32_t place = beyla_shed_place(port, 8080, round);

				CHECK(place == beyla_shed_place(8080, port, round), "port %u", port);
				CHECK(place < BEYLA_ALL_SHED, "port %u", port);
				below += place < share;
			}
			CHECK(abs(below - want) < CONNECTIONS / 20, "round %u, share %u: %d", round, share, below);
		}
	}
}

/* Nobody is left out for long: within few rounds each connection has its turn. */
static void rounds(void)
{
	for (uint32_t port = 32768; port < 61000; port += 7) {
		uint32_t round = 0;

		while (beyla_shed_place(port, 80, round) < BEYLA_ALL_SHED / 5 * 4)
			round++;
		CHECK(round < 16, "port %u: %u rounds", port, round);
	}
}

/* Per step 5 x 64 exchanges of a kilobyte arrive, of random connections, and 64 are read. */
static void steers(void)
{
	struct dice d = { 1 };
	uint64_t fill = 0, kept = 0, steps = 20000;

	for (uint64_t step = 0; step < steps; step++) {
		for (int i = 0; i < 5 * 64; i++) {
			if (beyla_shed_place(roll(&d, 65536), 443, 0) < beyla_shed_share(fill, QUARTER))
				continue;
			fill += 1024;
			kept++;
		}
		CHECK(fill <= 3 * QUARTER + 1024, "step %llu: %llu", (unsigned long long)step, (unsigned long long)fill);
		fill -= fill < 64 * 1024 ? fill : 64 * 1024;
		CHECK(step < 100 || fill > QUARTER, "step %llu: nothing was left to be read", (unsigned long long)step);
	}
	CHECK(kept > steps * 63 && kept < steps * 65, "%llu kept", (unsigned long long)kept);
	CHECK(!beyla_crowded(fill / 2, QUARTER), "half of it read, and all is as before");
}

int main(void)
{
	shares();
	places();
	rounds();
	steers();
	return 0;
}
