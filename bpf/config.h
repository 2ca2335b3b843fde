/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Constants that user space sets once, before the programs are loaded. One
 * object serves every configuration: the verifier prunes what is off. */
#ifndef BEYLA_CONFIG_H
#define BEYLA_CONFIG_H

#include "lib/types.h"

/* Payload bytes copied from the start of each message. */
volatile const __u32 beyla_window = 8192;
/* Fill level of the ring, in bytes, that wakes the reader early: a quarter of its size. */
volatile const __u32 beyla_wake_bytes = 4 << 20;
/* The collector's own process, as the initial pid namespace numbers it. */
volatile const __u32 beyla_self = 0;
/* Inode number of the listener that beyla_own_listener looks for. */
volatile const __u64 beyla_own_inode = 0;
/* The cgroup that the packet programs are attached to, by id. */
volatile const __u64 beyla_cgroup = 0;
/* 1 when owners come from kprobes, which cannot reach socket storage, and so
 * stand in beyla_owner_map. */
volatile const __u32 beyla_owner_in_map = 0;

/* 1 when messages say which thread, and in Go programs which goroutine, reads and
 * writes them. Takes CAP_PERFMON. */
volatile const __u32 beyla_threads = 0;

/* PASSED comes no more often, in units of 2^30 ns. */
volatile const __u32 beyla_tell = 10;

/* 1 when the frames of HTTP/2 are walked. Takes bpf_loop (5.17, commit e6f2dd0f8067);
 * without it BEYLA_V_FRAMES is BEYLA_V_ALL. */
volatile const __u32 beyla_frames = 1;

/* 1 when exchanges are left out while the ring is more than half full: lib/shed.h. */
volatile const __u32 beyla_shed = 0;

#endif
