/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the tap remembers of a socket. All of it begins as zero.
 *
 * Nothing here is locked or atomic: packets of both directions, and the reading
 * and writing threads, come on several CPUs at once. So what two of them may write
 * stands in a byte or word of its own, and a lost update costs no more than
 * one message's mark. */
#ifndef BEYLA_STATE_H
#define BEYLA_STATE_H

#include "abi.h"

/* One direction. Written by the packet program of that direction only: egress
 * runs under the socket's lock, ingress in the softirq that the flow hashes to. */
struct beyla_half {
	__u64 pos;       /* stream position reached; that of sequence number first_seq is 0 */
	__u64 time;      /* of the last payload, ns */
	__u64 msg_pos;   /* where the current message (or a reopened window) began */
	__u64 hole_lo;   /* the one hole remembered, [lo, hi); lo == hi: none */
	__u64 hole_hi;
	__u32 first_seq; /* TCP sequence number of the first byte */
	__u8 started;    /* first_seq is known */
	__u8 lost;       /* the record that began this message did not fit the ring */
	__u8 ended;      /* END was reported */
	__u8 cut;        /* the newest bytes were left out on purpose */
};

/* Who holds a socket. The thread that begins to read or write a message is
 * noted when seen, written by the owner hooks, differs from begun, written by the packet
 * programs. Indexed by enum beyla_dir: ingress is read, egress is written. */
struct beyla_holder {
	__u64 time[2];
	__u32 tid[2];
	__u32 begun[2];
	__u32 seen[2];
	__u32 tgid;
	__u32 pad;
};

struct beyla_sock {
	__u64 cookie; /* 0: not filled in yet */
	__u64 cgroup;
	struct beyla_half half[2]; /* by enum beyla_dir */
	struct beyla_holder holder;
	__u64 syn_time;   /* when our SYN left */
	__u64 connect_ns; /* until the SYN-ACK came */
	__u8 own;         /* the collector's own socket; never taken back */
	__u8 verdict;     /* enum beyla_verdict_kind */
	__u8 role;        /* enum beyla_role */
	__u8 turn;        /* 1 + direction of the last payload; 0: none yet */
	__u8 progress;    /* has an entry in beyla_progress_map */
	__u8 pad[3];
};

struct beyla_counts {
	__u64 n[BEYLA_C_MAX];
};

#endif
