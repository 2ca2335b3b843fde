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
	__u32 first_seq; /* TCP sequence number of the first byte */
	__u8 started;    /* first_seq is known */
	__u8 lost;       /* the record that began this message did not fit the ring */
	__u8 ended;      /* END was reported */
	__u8 cut;        /* the newest bytes were left out on purpose */
};

/* The one hole of a direction that is remembered, [lo, hi); lo == hi: none. */
struct beyla_hole {
	__u64 lo;
	__u64 hi;
};

/* Who holds a socket. That a thread begins to read an ingress message is noted
 * when seen, written by the owner hooks, differs from begun, which the ingress program
 * counts up. */
struct beyla_holder {
	__u64 read_time;
	__u32 tgid;
	__u8 begun;
	__u8 seen;
	__u8 pad[2];
};

/* What of a socket's exchanges is left out: hooks/shed.h. */
enum beyla_shed_state {
	BEYLA_SHED_NOTHING = 0,
	BEYLA_SHED_EXCHANGE = 1, /* the current one; it is decided anew at the next */
	BEYLA_SHED_REST = 2,     /* all, until the ring is not crowded any more */
};

/* Sender and receiver are often on two CPUs, which pass these lines to and fro.
 * The kernel puts the value 8 bytes into a line of 64: what every message changes is in
 * the first two, and the third is seldom written. */
struct beyla_sock {
	__u64 cookie; /* 0: not filled in yet */
	__u64 cgroup;
	struct beyla_half half[2]; /* by enum beyla_dir */
	struct beyla_holder holder;
	__u8 own;         /* the collector's own socket; never taken back */
	__u8 verdict;     /* enum beyla_verdict_kind */
	__u8 role;        /* enum beyla_role */
	__u8 turn;        /* 1 + direction of the last payload; 0: none yet */
	__u8 progress;    /* has an entry in beyla_progress_map */
	__u8 shed;        /* enum beyla_shed_state */
	__u8 shown;       /* user space was told of the socket */
	__u8 untold;      /* who holds it is to be told again */
	__u32 again;      /* segments that this end has sent again */
	__u32 told;       /* when PASSED was reported, in units of 2^30 ns; 0: never */
	__u64 syn_time;   /* when our SYN left */
	__u32 connect_us; /* until the SYN-ACK came */
	__u8 asks;        /* 1 + direction of requests, as assumed where role is not known; 0: not yet */
	__u8 pad[3];
	struct beyla_hole hole[2]; /* by enum beyla_dir */
};
_Static_assert(__builtin_offsetof(struct beyla_sock, syn_time) <= 120, "two lines");

/* Where one direction of an HTTP/2 connection stands among its frames: lib/frames.h.
 * It goes by stream positions, so what it says stays true whatever was not looked at meanwhile. */
struct beyla_frame {
	__u64 next;  /* stream position of the next head */
	__u64 head;  /* what came of it so far, little endian: the first byte is the lowest */
	__u32 skip;  /* so many bytes before next are left out */
	__u8 have;   /* bytes in head, at most 8 */
	__u8 synced; /* next is known */
	__u8 last;   /* the byte before next ends a stream, and is told when it passes */
	__u8 turned; /* the direction flipped in what is left out: the next record begins a message */
};

/* A packet under way through the walk, and the record that a step asks for. */
struct beyla_walk {
	__u64 start; /* stream position of the payload's first byte, which stands at offset off */
	__u64 end;
	__u64 at;    /* all before it is decided */
	__u64 from;  /* open: where the range begins that is to be copied, up to at */
	__u64 stop;  /* from at to here nothing is copied */
	__u64 pos;   /* of the record to be made, */
	__u32 len;   /* the bytes that it covers, */
	__u32 cap;   /* and those of them that it copies; 0: no record */
	__u32 off;
	__u8 open;
	__u8 cut;    /* what stands before from, or before at when nothing is open, was left out; */
	__u8 behind; /* before pos, likewise */
	__u8 known;  /* the place among the frames was, before this packet, */
	__u8 gone;   /* and is no more */
	__u8 done;
	__u8 pad[6];
};

/* One direction of a connection with HTTP/2. A walk needs more room than there is on the
 * stack. One at a time has it: whoever counts busy up to 1. */
struct beyla_walker {
	struct beyla_frame frame;
	struct beyla_walk walk;
	struct beyla_record rec; /* of the packet under way */
	__u32 seq;               /* of its payload */
	__u32 busy;
};

/* In a storage of its own, which only connections with HTTP/2 have. */
struct beyla_http2 {
	struct beyla_walker dir[2]; /* by enum beyla_dir */
};

struct beyla_counts {
	__u64 n[BEYLA_C_MAX];
};

#endif
