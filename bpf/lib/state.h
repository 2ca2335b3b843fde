/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the tap remembers of a socket. */
#ifndef BEYLA_STATE_H
#define BEYLA_STATE_H

#include "abi.h"

#define BEYLA_S_INIT 0x01  /* cookie and cgroup are filled in */
#define BEYLA_S_OWN 0x02   /* the collector's own socket */
#define BEYLA_S_READ 0x04  /* an ingress message waits for its reader */
#define BEYLA_S_WRITE 0x08 /* an egress message waits for its writer */

#define BEYLA_NO_DIR 0xff

/* One direction. Written by the packet program of that direction only: egress
 * runs under the socket's lock, ingress in the softirq that the flow hashes to. */
struct beyla_half {
	__u64 pos;      /* stream position reached: bytes since the first one seen */
	__u64 time;     /* of the last payload, ns */
	__u64 msg_pos;  /* where the current message (or a reopened window) began */
	__u32 next_seq; /* TCP sequence number expected next */
	__u32 hole_lo;  /* the one hole remembered, [lo, hi); lo == hi: none */
	__u32 hole_hi;
	__u8 started;
	__u8 lost;      /* the record that began this message did not fit the ring */
	__u8 ended;
	__u8 pad;
};

/* Who holds a socket. */
struct beyla_holder {
	__u64 read_time;
	__u64 write_time;
	__u32 tgid;
	__u32 read_tid;
	__u32 write_tid;
	__u32 pad;
};

struct beyla_sock {
	__u64 cookie;
	__u64 cgroup;
	struct beyla_half half[2]; /* by enum beyla_dir */
	struct beyla_holder holder;
	__u64 syn_time;   /* when our SYN left */
	__u64 connect_ns; /* until the SYN-ACK came */
	__u8 flags;       /* BEYLA_S_* */
	__u8 verdict;     /* enum beyla_verdict_kind */
	__u8 role;        /* enum beyla_role */
	__u8 last_dir;    /* direction of the last payload; BEYLA_NO_DIR: none yet */
	__u8 progress;    /* 1 + direction that has an entry in beyla_progress_map */
	__u8 pad[3];
};

struct beyla_counts {
	__u64 n[BEYLA_C_MAX];
};

#endif
