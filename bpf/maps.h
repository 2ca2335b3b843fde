/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Every map, with who writes it, who deletes from it, and what bounds it. */
#ifndef BEYLA_MAPS_H
#define BEYLA_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi.h"
#include "lib/state.h"

/* Records for user space. Size set by user space (capture.ring_buffer_mib). The
 * value type is for BTF alone. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
	__type(value, union beyla_abi);
} beyla_ring SEC(".maps");

/* Not zero: the reader of the ring dozes, and the next record has to wake it. Set
 * by user space when nothing happens on the host, cleared by that record. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} beyla_armed_map SEC(".maps");

/* Socket -> state of its flow. Created at the first packet with payload (or the
 * handshake), freed by the kernel together with the socket: no size, no eviction. Cloned at
 * accept, so that what the collector's own listener accepts is known as its own. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct beyla_sock);
} beyla_socks SEC(".maps");

/* Socket -> where its directions stand among the frames of HTTP/2. Created with the
 * verdict BEYLA_V_FRAMES, freed by the kernel together with the socket, or when it connects anew. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct beyla_http2);
} beyla_http2_map SEC(".maps");

/* Socket cookie -> verdict. Written by user space, deleted by the tap once it
 * has folded the entry into the storage; by user space when the flow ends first. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct beyla_verdict);
} beyla_verdict_map SEC(".maps");

/* Socket cookie -> progress of a message longer than its window. Written by the
 * tap per packet, deleted by it when the direction flips or the socket closes, by user
 * space when the flow ends. A full map is counted (BEYLA_C_PROGRESS_FULL). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct beyla_progress);
} beyla_progress_map SEC(".maps");

/* Socket cookie -> who holds it, where owners come from kprobes. Written by them,
 * deleted when the socket is let go of (beyla_sock_release, or the TCP state CLOSE); full:
 * the socket stays without an owner. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct beyla_holder);
} beyla_owner_map SEC(".maps");

/* Process (tgid) -> what user space knows of it. Written and deleted by user
 * space; the tap clears leaf when the process connects. Full: goroutines are not told,
 * and reads that nobody asks for are. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct beyla_process);
} beyla_process_map SEC(".maps");

/* How many records did not fit the ring, of all CPUs, and how many requests (UDP: datagrams) were left
 * out. Told where a thread is: what was not seen must not look like what did not happen. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} beyla_lost_map SEC(".maps");

/* enum beyla_counter -> count. One line per CPU, never deleted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct beyla_counts);
} beyla_counter_map SEC(".maps");

#endif
