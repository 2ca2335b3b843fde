/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What crosses the border between the kernel and Go. bpf2go makes the Go side
 * from these types; internal/event compares them with its own numbers. Fixed
 * widths, no implicit padding, native byte order, ports in host order. */
#ifndef BEYLA_ABI_H
#define BEYLA_ABI_H

#include "lib/types.h"

enum beyla_kind {
	BEYLA_DATA = 1,    /* payload of one packet */
	BEYLA_END = 2,     /* FIN or RST in one direction */
	BEYLA_OWNER = 3,   /* a process took hold of the socket: struct beyla_owner */
	BEYLA_CONNECT = 4, /* a connect that failed: struct beyla_owner */
	BEYLA_CLOSE = 5,   /* the socket is gone; final counts */
	BEYLA_READ = 6,    /* a thread began to read a message, or wrote one that is held back: struct beyla_read */
	BEYLA_PASSED = 7,  /* how far both directions have come, of a socket with BEYLA_V_TOTALS or BEYLA_F_SHED */
};

enum beyla_dir {
	BEYLA_INGRESS = 0,
	BEYLA_EGRESS = 1,
};

enum beyla_role {
	BEYLA_ROLE_UNKNOWN = 0,
	BEYLA_ROLE_CLIENT = 1,
	BEYLA_ROLE_SERVER = 2,
};

enum beyla_flag {
	BEYLA_F_MSG_START = 1 << 0, /* the direction flipped with this payload */
	BEYLA_F_GAP = 1 << 1,       /* bytes before this payload were not seen */
	BEYLA_F_LATE = 1 << 2,      /* this payload fills a hole */
	BEYLA_F_LISTENER = 1 << 3,  /* cookie is the listener's */
	BEYLA_F_RESET = 1 << 4,     /* END by RST */
	BEYLA_F_CUT = 1 << 5,       /* bytes right before this payload were left out on purpose */
	BEYLA_F_BLOCKING = 1 << 6,  /* READ: the thread would have waited for the bytes in the call itself */
	BEYLA_F_SHED = 1 << 7,      /* PASSED: exchanges are left out from here to the next DATA */
};

enum beyla_limit {
	BEYLA_MAX_PAYLOAD = 16384, /* largest payload of one record */
	BEYLA_TURN = 64,           /* bytes of a message with BEYLA_V_TURNS */
};

/* Capture verdicts, written by user space into beyla_verdict_map. */
enum beyla_verdict_kind {
	BEYLA_V_WINDOW = 0, /* the first window bytes of every message */
	BEYLA_V_IGNORE = 1, /* nothing, for good */
	BEYLA_V_ALL = 2,    /* every byte of every packet, up to the record's largest size */
	BEYLA_V_FRAMES = 3, /* HTTP/2: all but the payload of long DATA frames; see lib/frames.h */
	BEYLA_V_TURNS = 4,  /* BEYLA_TURN bytes of every message; of QUIC's long headers the window */
	BEYLA_V_TOTALS = 5, /* no payload; END, CLOSE, and PASSED now and then */
};

/* One record of the ring; payload bytes follow at once (DATA only). The record
 * in the ring is longer than the payload says: trust cap, not the length. */
struct beyla_record {
	__u8 kind; /* enum beyla_kind */
	__u8 dir;  /* enum beyla_dir */
	__u8 transport; /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 role; /* enum beyla_role */
	__u16 flags; /* enum beyla_flag */
	__u8 family; /* 4 or 6 */
	__u8 pad;
	__u64 cookie; /* SO_COOKIE */
	__u64 time; /* CLOCK_BOOTTIME, ns */
	__u8 local[16]; /* IPv4 in the first four bytes */
	__u8 remote[16];
	__u16 local_port; /* host order */
	__u16 remote_port;
	__u32 seq; /* of payload[0] */
	__u32 ack;
	__u32 len; /* payload bytes of the packet, after trimming what was seen before;
		    * BEYLA_V_FRAMES: up to where the next record of the packet begins */
	__u32 cap; /* payload bytes that follow, <= len */
	__u32 tgid; /* process that holds the socket; 0: unknown */
	__u64 pos; /* stream position of payload[0]; END, CLOSE, PASSED: reached */
	__u64 other_pos; /* position reached in the opposite direction */
	__u64 other_time; /* last payload there, ns; 0: none */
	__u64 last_time; /* END, CLOSE, PASSED: last payload in this direction, ns */
	__u64 cgroup; /* cgroup v2 id of the socket */
	__u64 read_time; /* when a thread began to read the newest ingress message, ns; 0: not seen */
	__u64 thread; /* egress DATA that begins a message: who writes it, as in struct beyla_read */
	__u64 goroutine;
	__u64 goroutine_parent;
	__u32 connect_us; /* duration of connect; 0: not seen */
	__u32 lost; /* DATA that begins a message: records of the host lost, and requests left out, so far */
	__u32 netns; /* inode number of the network namespace; 0: unknown */
	__u32 note; /* CONNECT: socket error; else: segments that this end has sent again */
};
_Static_assert(sizeof(struct beyla_record) == 168, "record layout");

/* A thread began to read a message. Small, as there is one for every request of a
 * process that sends requests itself. */
struct beyla_read {
	__u8 kind; /* BEYLA_READ */
	__u8 dir;  /* BEYLA_INGRESS: read, BEYLA_EGRESS: written */
	__u8 transport;
	__u8 role; /* enum beyla_role */
	__u16 flags; /* BEYLA_F_BLOCKING */
	__u16 pad;
	__u64 cookie;
	__u64 time; /* boot ns */
	__u64 thread; /* number in the upper half, start time (in units of 1024 ns) in the lower one */
	__u64 goroutine; /* id of the goroutine; 0: none, or not known */
	__u64 goroutine_parent; /* id of the one that started it */
	__u32 tgid;
	__u32 lost; /* as in struct beyla_record: nothing was lost between two equal ones */
};
_Static_assert(sizeof(struct beyla_read) == 56, "read layout");

/* OWNER and CONNECT. */
struct beyla_owner {
	struct beyla_record rec;
	__u64 start; /* start_boottime of the process, ns */
	__u64 home; /* cgroup v2 id of the process, which its socket need not have; CONNECT: 0 */
	__u8 comm[16];
	__u32 tid;
	__u32 pad;
};
_Static_assert(sizeof(struct beyla_owner) == 208, "owner layout");

/* Value of beyla_progress_map: how far a message longer than its window has come. */
struct beyla_progress {
	__u64 pos; /* stream position reached */
	__u64 time; /* of the last payload, ns */
	__u32 dir; /* enum beyla_dir */
	__u32 seq; /* after the last payload */
	__u8 tail[8]; /* last payload bytes; the last tail_len of the eight are valid */
	__u32 tail_len;
	__u32 pad;
};
_Static_assert(sizeof(struct beyla_progress) == 40, "progress layout");

/* Value of beyla_verdict_map. */
struct beyla_verdict {
	__u32 kind; /* enum beyla_verdict_kind */
};

/* Value of beyla_process_map: what user space knows of a process. */
struct beyla_process {
	__u32 goid;        /* where the goroutine's id lies in Go's struct g; 0: not a Go program */
	__u32 goid_parent; /* likewise the id of the goroutine that started it; 0: not told */
	__u32 leaf;        /* it serves and was never seen to send a request: nobody asks who reads */
	__u32 pad;
};

/* Counters, one slot each in beyla_counter_map (per CPU). */
enum beyla_counter {
	BEYLA_C_MESSAGES = 0,       /* messages begun on flows that are looked at */
	BEYLA_C_RECORDS = 1,        /* records put into the ring */
	BEYLA_C_LOST_START = 2,     /* ring full: record that begins a message */
	BEYLA_C_LOST_DATA = 3,      /* ring full: other payload record */
	BEYLA_C_LOST_CONTROL = 4,   /* ring full: OWNER, END, CONNECT, CLOSE, READ, PASSED */
	BEYLA_C_RETRANSMIT = 5,     /* packets with nothing new in them */
	BEYLA_C_NO_STORAGE = 6,     /* no memory for socket storage */
	BEYLA_C_PROGRESS_FULL = 7,  /* beyla_progress_map had no room */
	BEYLA_C_COPY_FAILED = 8,    /* payload could not be read */
	BEYLA_C_MALFORMED = 9,      /* headers that do not fit their packet or connection */
	BEYLA_C_IGNORED = 10,       /* payload packets of flows told to be ignored */
	BEYLA_C_OWN = 11,           /* payload packets of the collector's own sockets */
	BEYLA_C_PACKETS = 12,       /* payload packets looked at */
	BEYLA_C_BYTES = 13,         /* their payload bytes */
	BEYLA_C_TOTALED = 14,       /* payload packets of flows of which only totals are told */
	BEYLA_C_LOST_SYNC = 15,     /* times that a direction's HTTP/2 frames were lost track of */
	BEYLA_C_SHED = 16,          /* messages left out because the ring was filling up: lib/shed.h */
	BEYLA_C_MAX = 17,
};

/* Names every type above in the BTF of a map, so that the Go side is made from it. */
union beyla_abi {
	struct beyla_owner owner; /* holds a struct beyla_record */
	struct beyla_read read;
	enum beyla_kind kind;
	enum beyla_dir dir;
	enum beyla_role role;
	enum beyla_flag flag;
	enum beyla_limit limit;
	enum beyla_verdict_kind verdict;
	enum beyla_counter counter;
};

#endif
